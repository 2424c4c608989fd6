import * as vscode from "vscode";
import { fullId } from "./command-ids.ts";
import type { Documents } from "./documents.ts";
import { selector } from "./languages.ts";
import { Settings } from "./settings.ts";

/** One item while a deployment is open: counts, and the log behind a click. */
export function languageStatus(documents: Documents): vscode.Disposable {
  const item = vscode.languages.createLanguageStatusItem("inferenceLens.status", selector);
  item.name = "Inference Lens";
  item.text = "Inference Lens";
  item.command = { title: vscode.l10n.t("Show log"), command: fullId("showLog") };
  const show = async (document: vscode.TextDocument | undefined): Promise<void> => {
    if (!document) return;
    const analysis = documents.analysis(document);
    if (vscode.window.activeTextEditor?.document !== document) return;
    const count = analysis?.deployments.length ?? 0;
    await vscode.commands.executeCommand("setContext", "inferenceLens.hasDeployment", count > 0);
    const rules = new Settings(document.uri).rules();
    const levels = (analysis?.findings ?? []).map((finding) => rules[finding.code] ?? finding.severity);
    const errors = levels.filter((level) => level === "error").length;
    const warnings = levels.filter((level) => level === "warning").length;
    item.severity =
      errors > 0
        ? vscode.LanguageStatusSeverity.Error
        : warnings > 0
          ? vscode.LanguageStatusSeverity.Warning
          : vscode.LanguageStatusSeverity.Information;
    item.detail = detail(count, errors, warnings);
  };
  return vscode.Disposable.from(
    item,
    documents.onDidAnalyse((document) => {
      if (vscode.window.activeTextEditor?.document === document) void show(document);
    }),
    vscode.window.onDidChangeActiveTextEditor((editor) => void show(editor?.document)),
  );
}

function detail(deployments: number, errors: number, warnings: number): string {
  if (deployments === 0) return vscode.l10n.t("no deployment in this file");
  const what = deployments === 1 ? vscode.l10n.t("1 deployment") : vscode.l10n.t("{0} deployments", deployments);
  if (errors === 1) return vscode.l10n.t("{0}, 1 error", what);
  if (errors > 1) return vscode.l10n.t("{0}, {1} errors", what, errors);
  if (warnings === 1) return vscode.l10n.t("{0}, 1 warning", what);
  if (warnings > 1) return vscode.l10n.t("{0}, {1} warnings", what, warnings);
  return vscode.l10n.t("{0}, no problems", what);
}
