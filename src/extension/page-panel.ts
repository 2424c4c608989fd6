import type * as vscode from "vscode";
import { type PageName, panelIcon, webviewHtml, webviewOptions } from "./webview-html.ts";

/** What happens to a page. */
export interface PageEvents<From> {
  /** The page has come up, anew or again: it knows nothing. */
  readonly ready: () => void;
  readonly receive: (message: From) => void;
  /** The page is looked at again. */
  readonly returned?: () => void;
  readonly closed: () => void;
}

/** A webview of ours. The host owns the data: a hidden page is thrown away, comes back as a new one and says `ready` itself. */
export class PagePanel<From extends { readonly kind: string }, To> implements vscode.Disposable {
  private listens = false;
  private readonly subscriptions: vscode.Disposable[];

  constructor(
    private readonly panel: vscode.WebviewPanel,
    extension: vscode.Uri,
    { page, id }: { readonly page: PageName; readonly id: string },
    { ready, receive, returned, closed }: PageEvents<From>,
  ) {
    panel.iconPath = panelIcon(extension);
    panel.webview.options = webviewOptions(extension);
    this.subscriptions = [
      panel.webview.onDidReceiveMessage((message: From) => {
        if (message.kind === "ready") {
          this.listens = true;
          ready();
        } else receive(message);
      }),
      panel.onDidChangeViewState(() => {
        if (panel.visible) returned?.();
        else this.listens = false;
      }),
      panel.onDidDispose(closed),
    ];
    panel.webview.html = webviewHtml(panel.webview, extension, page, id, panel.title);
  }

  get isVisible(): boolean {
    return this.panel.visible;
  }

  set title(text: string) {
    this.panel.title = text;
  }

  reveal(): void {
    this.panel.reveal(undefined, false);
  }

  /** To a page that looks; a hidden one is told all when it returns. */
  send(message: To): void {
    if (this.listens) void this.panel.webview.postMessage(message);
  }

  dispose(): void {
    for (const one of this.subscriptions) one.dispose();
    this.panel.dispose();
  }
}
