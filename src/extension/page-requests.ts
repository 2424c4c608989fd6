import * as vscode from "vscode";
import type { FromBenchView } from "../protocol/bench-view.ts";
import type { FromLiveView } from "../protocol/live-view.ts";
import type { FromMemoryView } from "../protocol/memory-view.ts";
import type { FromReportView } from "../protocol/report-view.ts";
import type { FromTimelineView } from "../protocol/timeline-view.ts";
import { commandIds, fullId } from "./command-ids.ts";

type Request = FromBenchView | FromReportView | FromLiveView | FromMemoryView | FromTimelineView;

/** What every page may ask of the editor: show a line, run one of our commands, copy, save. undefined = some other message. */
export function pageRequests(message: Request, uri: vscode.Uri | undefined, deploymentId: string | undefined): Promise<void> | undefined {
  switch (message.kind) {
    case "reveal":
      return uri ? reveal(uri, message.line) : Promise.resolve();
    case "command":
      return run(message.command, uri, deploymentId);
    case "copy":
      return copy(message.text);
    case "save":
      return save(message.name, new TextEncoder().encode(message.text), uri);
    case "save-picture":
      return savePicture(message.name, message.url, uri);
    default:
      return undefined;
  }
}

async function reveal(uri: vscode.Uri, line: number): Promise<void> {
  const document = await vscode.workspace.openTextDocument(uri);
  const at = new vscode.Position(Math.min(Math.max(0, line), document.lineCount - 1), 0);
  const visible = vscode.window.visibleTextEditors.find((editor) => editor.document === document);
  await vscode.window.showTextDocument(document, {
    viewColumn: visible?.viewColumn ?? vscode.ViewColumn.One,
    selection: new vscode.Range(at, at),
  });
}

/** A page runs our own commands alone. */
async function run(command: string, uri: vscode.Uri | undefined, deploymentId: string | undefined): Promise<void> {
  if (!commandIds.some((id) => fullId(id) === command)) return;
  await vscode.commands.executeCommand(command, uri, deploymentId);
}

async function copy(text: string): Promise<void> {
  await vscode.env.clipboard.writeText(text);
  vscode.window.setStatusBarMessage(vscode.l10n.t("Copied"), 2000);
}

const pictureStart = "data:image/png;base64,";

async function savePicture(name: string, url: string, beside: vscode.Uri | undefined): Promise<void> {
  if (url.startsWith(pictureStart)) await save(name, Buffer.from(url.slice(pictureStart.length), "base64"), beside);
}

/** Asks where to, and writes there. */
export async function save(name: string, bytes: Uint8Array, beside: vscode.Uri | undefined): Promise<void> {
  const folder = beside ? vscode.Uri.joinPath(beside, "..") : vscode.workspace.workspaceFolders?.[0]?.uri;
  const options = folder ? { defaultUri: vscode.Uri.joinPath(folder, name) } : {};
  const target = await vscode.window.showSaveDialog(options);
  if (target) await vscode.workspace.fs.writeFile(target, bytes);
}
