import * as vscode from "vscode";

/** What a page keeps of its subject across reloads, and what such words stand for; undefined where they are none of ours. */
export function panelIdOf(uri: vscode.Uri, deploymentId: string): string {
  return `${uri.toString()} ${deploymentId}`;
}

export function panelSubject(id: string): { readonly uri: vscode.Uri; readonly deploymentId: string } | undefined {
  const [, uri, deploymentId] = /^(\S+) (.+)$/s.exec(id) ?? [];
  return uri === undefined || deploymentId === undefined ? undefined : { uri: vscode.Uri.parse(uri, true), deploymentId };
}
