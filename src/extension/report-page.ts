import type * as vscode from "vscode";
import type { FromReportView, ToReportView } from "../protocol/report-view.ts";
import { panelIcon, webviewHtml, webviewOptions } from "./webview-html.ts";

/** What the page shows now, one message a kind: sent again whenever the page comes up anew. */
type Shown = { readonly [K in ToReportView["kind"]]?: Extract<ToReportView, { kind: K }> };

const order: readonly ToReportView["kind"][] = ["header", "estimate", "report", "problem", "running", "stale"];

/** One webview that shows a report. The host owns the data; the page is a picture of it. */
export class ReportPage implements vscode.Disposable {
  private shown: Shown = {};
  private listens = false;
  private readonly subscriptions: vscode.Disposable[];

  constructor(
    private readonly panel: vscode.WebviewPanel,
    extension: vscode.Uri,
    id: string,
    receive: (message: FromReportView) => void,
    closed: () => void,
  ) {
    panel.iconPath = panelIcon(extension);
    panel.webview.options = webviewOptions(extension);
    this.subscriptions = [
      panel.webview.onDidReceiveMessage((message: FromReportView) => {
        if (message.kind === "ready") this.hydrate();
        else receive(message);
      }),
      // A hidden page is thrown away and comes back as a new one, which says `ready` itself.
      panel.onDidChangeViewState(() => {
        if (!panel.visible) this.listens = false;
      }),
      panel.onDidDispose(closed),
    ];
    panel.webview.html = webviewHtml(panel.webview, extension, "report", id, panel.title);
  }

  get isVisible(): boolean {
    return this.panel.visible;
  }

  reveal(): void {
    this.panel.reveal(undefined, false);
  }

  set title(text: string) {
    this.panel.title = text;
  }

  /** Shows a message now and after every return of the page. A result takes the place of what announced it. */
  show(message: ToReportView): void {
    this.shown = { ...this.without(message.kind), [message.kind]: message };
    if (this.listens) void this.panel.webview.postMessage(message);
  }

  dispose(): void {
    for (const one of this.subscriptions) one.dispose();
    this.panel.dispose();
  }

  private without(kind: ToReportView["kind"]): Shown {
    const { running: _running, stale: _stale, ...settled } = this.shown;
    switch (kind) {
      case "report": {
        const { problem: _, ...rest } = settled;
        return rest;
      }
      case "problem": {
        const { report: _, ...rest } = settled;
        return rest;
      }
      default:
        return this.shown;
    }
  }

  private hydrate(): void {
    this.listens = true;
    for (const kind of order) {
      const message = this.shown[kind];
      if (message) void this.panel.webview.postMessage(message);
    }
  }
}
