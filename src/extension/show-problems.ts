import * as vscode from "vscode";
import { toRange, uriOf } from "./convert.ts";
import type { Documents } from "./documents.ts";

/** Opens the Problems panel and puts the caret on the first finding of the file, the worst first. */
export async function showProblems(documents: Documents, uri: unknown): Promise<void> {
  const document = uri instanceof vscode.Uri ? await vscode.workspace.openTextDocument(uri) : vscode.window.activeTextEditor?.document;
  const findings = (document && documents.analysis(document))?.findings ?? [];
  const first = findings.find(({ severity }) => severity === "error") ?? findings[0];
  if (document && first) await vscode.window.showTextDocument(uriOf(first.range, document.uri), { selection: toRange(first.range) });
  await vscode.commands.executeCommand("workbench.actions.view.problems");
}
