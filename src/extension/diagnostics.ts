import * as vscode from "vscode";
import type { ReadProblem } from "../deployment/deployment.ts";
import type { Range } from "../deployment/text.ts";
import type { Analysis } from "../language/results.ts";
import type { Finding, Severity } from "../rules/rule.ts";
import { fullId } from "./command-ids.ts";
import { toRange, uriOf } from "./convert.ts";
import type { Documents } from "./documents.ts";
import { ProblemBoard, type ProblemsByFile } from "./problem-board.ts";
import { type RuleLevel, Settings } from "./settings.ts";
import { translated } from "./translate.ts";

export const source = "Inference Lens";

/** Keeps the Problems panel in step with the analyses. */
export function publishDiagnostics(documents: Documents): vscode.Disposable {
  const board = new ProblemBoard("inference-lens");
  const publish = async (document: vscode.TextDocument): Promise<void> => {
    const { uri } = document;
    const analysis = documents.analysis(document);
    if (document.isClosed) return;
    const broken = documents.brokenAt(document);
    const problems = [...(analysis?.problems ?? []), ...(broken ? [broken] : [])];
    board.set(uri.toString(), diagnosticsOf({ findings: analysis?.findings ?? [], problems }, uri, new Settings(uri).rules()));
  };
  return vscode.Disposable.from(
    board,
    documents.onDidAnalyse((document) => void publish(document)),
    documents.onDidClose((uri) => board.delete(uri.toString())),
  );
}

/** By the file they stand in: a value may come from a base, a runtime or a mounted file. */
export function diagnosticsOf(
  { findings, problems }: Pick<Analysis, "findings" | "problems">,
  uri: vscode.Uri,
  rules: Readonly<Record<string, RuleLevel>>,
): ProblemsByFile {
  const byFile = new Map<string, vscode.Diagnostic[]>([[uri.toString(), []]]);
  const add = (range: Range, diagnostic: vscode.Diagnostic): void => {
    const file = uriOf(range, uri).toString();
    byFile.set(file, [...(byFile.get(file) ?? []), diagnostic]);
  };
  for (const finding of findings) {
    const level = rules[finding.code] ?? finding.severity;
    if (level !== "off") add(finding.range, diagnosticOf(finding, level, uri));
  }
  for (const problem of problems) add(problem.range, problemOf(problem));
  return byFile;
}

function diagnosticOf(finding: Finding, severity: Severity, uri: vscode.Uri): vscode.Diagnostic {
  const diagnostic = new vscode.Diagnostic(toRange(finding.range), translated(finding.message), severityOf(severity));
  diagnostic.source = source;
  diagnostic.code = { value: finding.code, target: rulePage(finding.code) };
  diagnostic.relatedInformation = finding.related.map(
    ({ range, message }) =>
      new vscode.DiagnosticRelatedInformation(new vscode.Location(uriOf(range, uri), toRange(range)), translated(message)),
  );
  return diagnostic;
}

export function problemOf({ message, range }: ReadProblem, severity = vscode.DiagnosticSeverity.Information): vscode.Diagnostic {
  const diagnostic = new vscode.Diagnostic(toRange(range), translated(message), severity);
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
