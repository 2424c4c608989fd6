import * as vscode from "vscode";
import { hostsOf } from "../platform/url.ts";
import type { Attachment } from "./attachment.ts";
import { fullId } from "./command-ids.ts";
import { silentSeconds } from "./server-words.ts";

/** After so long without an answer a person is told, once a loss. */
const toldAfterSeconds = 60;

/** Tells a person of a server that has been silent for long. */
export class ServerSilence {
  private told = false;

  take(attachment: Attachment): void {
    if (attachment.status.state !== "lost") {
      this.told = false;
      return;
    }
    const seconds = silentSeconds(attachment);
    if (this.told || seconds < toldAfterSeconds) return;
    this.told = true;
    const { url } = attachment;
    void offer(url, vscode.l10n.t("{0} has not answered for {1} s. Still trying.", hostsOf(url), Math.round(seconds)));
  }
}

async function offer(url: string, text: string): Promise<void> {
  const openLive = vscode.l10n.t("Open live");
  const detach = vscode.l10n.t("Detach");
  const chosen = await vscode.window.showWarningMessage(text, openLive, detach);
  if (chosen === openLive) await vscode.commands.executeCommand(fullId("openLive"), url);
  if (chosen === detach) await vscode.commands.executeCommand(fullId("detach"), url);
}
