import * as vscode from "vscode";

/** Shows the page on how sure a prediction is, which ships with the product, beside the report. */
export async function openGuide(extension: vscode.Uri): Promise<void> {
  await vscode.commands.executeCommand("markdown.showPreviewToSide", vscode.Uri.joinPath(extension, "docs", "how-sure.md"));
}
