import * as vscode from "vscode";
import { statusOf } from "../language/status.ts";
import { fullId } from "./command-ids.ts";
import type { Documents } from "./documents.ts";
import { selector } from "./languages.ts";
import { Settings } from "./settings.ts";
import { translated } from "./translate.ts";

/** One item while a deployment is open: counts, and the problems behind a click. */
export function languageStatus(documents: Documents): vscode.Disposable {
  const item = vscode.languages.createLanguageStatusItem("inferenceLens.status", selector);
  item.name = "Inference Lens";
  item.text = "Inference Lens";
  const show = async (document: vscode.TextDocument | undefined): Promise<void> => {
    if (!document) return;
    const analysis = documents.analysis(document);
    if (vscode.window.activeTextEditor?.document !== document) return;
    const hasDeployment = analysis !== undefined && analysis.deployments.length > 0;
    await vscode.commands.executeCommand("setContext", "inferenceLens.hasDeployment", hasDeployment);
    const rules = new Settings(document.uri).rules();
    const { worst, parts } = statusOf(analysis, (code, severity) => rules[code] ?? severity);
    item.severity = severityOf(worst);
    item.detail = parts.map(translated).join(", ");
    const title = vscode.l10n.t("Show problems");
    item.command = { title, command: fullId("showProblems"), arguments: [document.uri] };
  };
  return vscode.Disposable.from(
    item,
    documents.onDidAnalyse((document) => {
      if (vscode.window.activeTextEditor?.document === document) void show(document);
    }),
    vscode.window.onDidChangeActiveTextEditor((editor) => void show(editor?.document)),
  );
}

function severityOf(worst: ReturnType<typeof statusOf>["worst"]): vscode.LanguageStatusSeverity {
  switch (worst) {
    case "error":
      return vscode.LanguageStatusSeverity.Error;
    case "warning":
      return vscode.LanguageStatusSeverity.Warning;
    case "information":
    case undefined:
      return vscode.LanguageStatusSeverity.Information;
    default: {
      const never: never = worst;
      return never;
    }
  }
}
