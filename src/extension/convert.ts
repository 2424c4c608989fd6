import * as vscode from "vscode";
import type { Edit, Position, Range } from "../deployment/text.ts";

export function toRange({ start, end }: Range): vscode.Range {
  return new vscode.Range(start.line, start.character, end.line, end.character);
}

/** The file a range lies in: the document's own unless it names another of this machine. */
export function uriOf({ file }: Range, document: vscode.Uri): vscode.Uri {
  return file === undefined ? document : vscode.Uri.file(file);
}

export function fromPosition({ line, character }: vscode.Position): Position {
  return { line, character };
}

export function fromRange({ start, end }: vscode.Range): Range {
  return { start: fromPosition(start), end: fromPosition(end) };
}

/** Edits of one file as VS Code applies them. */
export function workspaceEdit(uri: vscode.Uri, edits: readonly Edit[]): vscode.WorkspaceEdit {
  const edit = new vscode.WorkspaceEdit();
  for (const { range, newText } of edits) edit.replace(uri, toRange(range), newText);
  return edit;
}
