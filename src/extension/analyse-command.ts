import * as vscode from "vscode";
import { readCommand } from "../deployment/read-command.ts";
import { UserFacingError } from "./errors.ts";
import type { ReadingOptions } from "./surroundings.ts";

/**
 * A launch command from the selection, else from the clipboard, as a Pod in an untitled YAML document: there it gets every lens, hover and
 * fix that a file gets.
 */
export async function analyseCommand(optionsFor: (uri: vscode.Uri) => ReadingOptions): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  const selected = editor && !editor.selection.isEmpty ? editor.document.getText(editor.selection) : "";
  const command = (selected.trim() === "" ? await vscode.env.clipboard.readText() : selected).trim();
  const uri = editor?.document.uri ?? vscode.Uri.parse("untitled:command.yaml");
  const { deployments } = readCommand(command, optionsFor(uri));
  if (deployments.length === 0) {
    throw new UserFacingError(
      "input",
      vscode.l10n.t("Neither the selection nor the clipboard holds a command that starts vLLM, such as vllm serve MODEL."),
    );
  }
  const document = await vscode.workspace.openTextDocument({ language: "yaml", content: podAround(command) });
  await vscode.window.showTextDocument(document);
}

/** The smallest Pod whose script is the command. Docker's own options mean nothing inside a Pod, so the engine's words are kept alone. */
export function podAround(command: string): string {
  const script = command
    .replace(/\r\n?/g, "\n")
    .split("\n")
    .map((line) => `          ${line.replace(/^\s*\$\s+/, "").trimEnd()}`.trimEnd())
    .join("\n");
  return `apiVersion: v1
kind: Pod
metadata:
  name: command
spec:
  containers:
    - name: engine
      image: vllm/vllm-openai
      command: ["/bin/sh", "-c"]
      args:
        - |
${script}
`;
}
