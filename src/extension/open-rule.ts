import * as vscode from "vscode";
import { UserFacingError } from "./errors.ts";

/** Shows the page of a rule, which ships with the product, beside the file. */
export async function openRule(extension: vscode.Uri, code: unknown): Promise<void> {
  if (typeof code !== "string" || !/^[a-z0-9-]+$/.test(code)) throw new Error(`not a rule: ${String(code)}`);
  const page = vscode.Uri.joinPath(extension, "docs", "rules", `${code}.md`);
  try {
    await vscode.workspace.fs.stat(page);
  } catch (error) {
    if (error instanceof vscode.FileSystemError) throw new UserFacingError("file", vscode.l10n.t("There is no page about {0}.", code));
    throw error;
  }
  await vscode.commands.executeCommand("markdown.showPreviewToSide", page);
}
