import * as vscode from "vscode";
import type { Attachment } from "./attachment.ts";
import { fullId } from "./command-ids.ts";
import { isSilent, runningWords } from "./server-words.ts";
import { translated } from "./translate.ts";

/** The one item in the status bar while something is attached: of several servers the one that stands worst. */
export class ServerStatus implements vscode.Disposable {
  private item: vscode.StatusBarItem | undefined;

  show(attachments: readonly Attachment[]): void {
    const worst = attachments
      .filter(({ replay }) => !replay)
      .reduce<Attachment | undefined>((a, b) => (a === undefined || trouble(b) > trouble(a) ? b : a), undefined);
    if (!worst) {
      this.item?.dispose();
      this.item = undefined;
      return;
    }
    this.item ??= vscode.window.createStatusBarItem("inferenceLens.live", vscode.StatusBarAlignment.Left, 10);
    this.item.name = "Inference Lens";
    this.item.text = wordsOf(worst);
    this.item.tooltip = [worst.name, ...worst.alerts.map(({ words }) => translated(words))].join("\n");
    this.item.command = { title: vscode.l10n.t("Open live"), command: fullId("openLive"), arguments: [worst.url] };
    this.item.show();
  }

  dispose(): void {
    this.item?.dispose();
  }
}

/** Silence is worse than an alert, an alert worse than none. */
function trouble(attachment: Attachment): number {
  return isSilent(attachment) ? 1000 : attachment.alerts.length;
}

function wordsOf(attachment: Attachment): string {
  if (isSilent(attachment)) return `$(debug-disconnect) ${vscode.l10n.t("No answer")}`;
  if (attachment.status.state === "connecting") return `$(loading~spin) ${vscode.l10n.t("connecting")}`;
  const icon = attachment.alerts.length > 0 ? "$(warning)" : "$(pulse)";
  return `${icon} ${runningWords(attachment)}`;
}
