import type * as vscode from "vscode";
import type { FromLiveView, ToLiveView } from "../protocol/live-view.ts";
import { panelIcon, webviewHtml, webviewOptions } from "./webview-html.ts";

/** One webview that shows a live server. It holds nothing: all it shows is sent again when it comes up anew. */
export class LivePage implements vscode.Disposable {
  private listens = false;
  private readonly subscriptions: vscode.Disposable[];

  constructor(
    private readonly panel: vscode.WebviewPanel,
    extension: vscode.Uri,
    id: string,
    /** Everything the page must know, in order. */
    private readonly everything: () => readonly ToLiveView[],
    receive: (message: FromLiveView) => void,
    closed: () => void,
  ) {
    panel.iconPath = panelIcon(extension);
    panel.webview.options = webviewOptions(extension);
    this.subscriptions = [
      panel.webview.onDidReceiveMessage((message: FromLiveView) => {
        if (message.kind === "ready") this.hydrate();
        else receive(message);
      }),
      panel.onDidChangeViewState(() => {
        if (!panel.visible) this.listens = false;
      }),
      panel.onDidDispose(closed),
    ];
    panel.webview.html = webviewHtml(panel.webview, extension, "live", id, panel.title);
  }

  reveal(): void {
    this.panel.reveal(undefined, false);
  }

  /** To a page that looks; a hidden one gets everything when it returns. */
  send(message: ToLiveView): void {
    if (this.listens) void this.panel.webview.postMessage(message);
  }

  dispose(): void {
    for (const one of this.subscriptions) one.dispose();
    this.panel.dispose();
  }

  private hydrate(): void {
    this.listens = true;
    for (const message of this.everything()) void this.panel.webview.postMessage(message);
  }
}
