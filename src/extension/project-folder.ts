import * as vscode from "vscode";
import { nearestEntry } from "../platform/nearest-entry.ts";
import { UserFacingError } from "./errors.ts";

const name = ".inference-lens";

/** Where a project keeps what it says beside its files: the nearest folder there is, else one at the workspace's root, or beside a file of no workspace. */
export function projectFolder(uri: vscode.Uri): vscode.Uri {
  const nearest = uri.scheme === "file" ? nearestEntry(uri.fsPath, name, "folder") : undefined;
  if (nearest !== undefined) return vscode.Uri.file(nearest);
  const root = vscode.workspace.getWorkspaceFolder(uri)?.uri ?? (uri.scheme === "untitled" ? undefined : vscode.Uri.joinPath(uri, ".."));
  if (!root) throw new UserFacingError("file", vscode.l10n.t("Save the file first: descriptions are kept beside it."));
  return vscode.Uri.joinPath(root, name);
}
