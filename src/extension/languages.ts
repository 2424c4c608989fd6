import type * as vscode from "vscode";

/** Languages whose files may hold a deployment. */
export const languages: readonly string[] = ["yaml", "dockercompose", "helm"];

export const selector: vscode.DocumentSelector = languages.map((language) => ({ language }));

/** What a tool rendered from a chart or a kustomization. */
export const renderedScheme = "inference-lens-rendered";

/** A project's own file: what it says holds for others. */
export function isProjectFile({ uri }: vscode.TextDocument): boolean {
  return uri.scheme === "file" && /\/\.inference-lens(?:\.yaml|\/.+)$/.test(uri.path);
}

/** A text a person edits or reads: no diff side, no output, no settings. */
export function isCandidate({ languageId, uri }: vscode.TextDocument): boolean {
  return (
    languages.includes(languageId) &&
    ["file", "untitled", "vscode-remote", "vscode-vfs", "vscode-test-web", renderedScheme].includes(uri.scheme)
  );
}
