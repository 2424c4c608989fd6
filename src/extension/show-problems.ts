import * as vscode from "vscode";
import { toRange } from "./convert.ts";
import type { Documents } from "./documents.ts";

/** Opens the Problems panel and puts the caret on the first finding of the file, the worst first. */
export async function showProblems(documents: Documents, uri: unknown): Promise<void> {
  const document = uri instanceof vscode.Uri ? await vscode.workspace.openTextDocument(uri) : vscode.window.activeTextEditor?.document;
  const findings = (document && documents.analysis(document))?.findings ?? [];
  const first = findings.find(({ severity }) => severity === "error") ?? findings[0];
  if (document && first) await vscode.window.showTextDocument(document, { selection: toRange(first.range) });
  await vscode.commands.executeCommand("workbench.actions.view.problems");
}
