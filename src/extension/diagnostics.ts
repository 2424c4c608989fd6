import * as vscode from "vscode";
import type { ReadProblem } from "../deployment/deployment.ts";
import type { Analysis } from "../language/results.ts";
import type { Finding, Severity } from "../rules/rule.ts";
import { fullId } from "./command-ids.ts";
import { toRange } from "./convert.ts";
import type { Documents } from "./documents.ts";
import { type RuleLevel, Settings } from "./settings.ts";
import { translated } from "./translate.ts";

export const source = "Inference Lens";

/** Keeps the Problems panel in step with the analyses. */
export function publishDiagnostics(documents: Documents): vscode.Disposable {
  const collection = vscode.languages.createDiagnosticCollection("inference-lens");
  const publish = async (document: vscode.TextDocument): Promise<void> => {
    const analysis = documents.analysis(document);
    if (document.isClosed) return;
    const broken = documents.brokenAt(document);
    const found = analysis ? diagnosticsOf(analysis, document.uri, new Settings(document.uri).rules()) : [];
    collection.set(document.uri, broken ? [...found, problemOf(broken)] : found);
  };
  return vscode.Disposable.from(
    collection,
    documents.onDidAnalyse((document) => void publish(document)),
    documents.onDidClose((uri) => collection.delete(uri)),
  );
}

export function diagnosticsOf(
  analysis: Pick<Analysis, "findings" | "problems">,
  uri: vscode.Uri,
  rules: Readonly<Record<string, RuleLevel>>,
): vscode.Diagnostic[] {
  const findings = analysis.findings.flatMap((finding) => {
    const level = rules[finding.code] ?? finding.severity;
    return level === "off" ? [] : [diagnosticOf(finding, level, uri)];
  });
  return [...findings, ...analysis.problems.map(problemOf)];
}

function diagnosticOf(finding: Finding, severity: Severity, uri: vscode.Uri): vscode.Diagnostic {
  const diagnostic = new vscode.Diagnostic(toRange(finding.range), translated(finding.message), severityOf(severity));
  diagnostic.source = source;
  diagnostic.code = { value: finding.code, target: rulePage(finding.code) };
  diagnostic.relatedInformation = finding.related.map(
    ({ range, message }) => new vscode.DiagnosticRelatedInformation(new vscode.Location(uri, toRange(range)), translated(message)),
  );
  return diagnostic;
}

function problemOf({ message, range }: ReadProblem): vscode.Diagnostic {
  const diagnostic = new vscode.Diagnostic(toRange(range), translated(message), vscode.DiagnosticSeverity.Information);
  diagnostic.source = source;
  return diagnostic;
}

function severityOf(severity: Severity): vscode.DiagnosticSeverity {
  switch (severity) {
    case "error":
      return vscode.DiagnosticSeverity.Error;
    case "warning":
      return vscode.DiagnosticSeverity.Warning;
    case "information":
      return vscode.DiagnosticSeverity.Information;
    default: {
      const never: never = severity;
      return never;
    }
  }
}

/** A link that opens the rule's page beside the file. */
function rulePage(code: string): vscode.Uri {
  return vscode.Uri.parse(`command:${fullId("openRule")}?${encodeURIComponent(JSON.stringify([code]))}`);
}
