import type * as vscode from "vscode";
import type { FromMemoryView, ToMemoryView } from "../protocol/memory-view.ts";
import { panelIcon, webviewHtml, webviewOptions } from "./webview-html.ts";

/** What the page shows now, one message a kind: sent again whenever the page comes up anew. */
type Shown = { readonly [K in ToMemoryView["kind"]]?: Extract<ToMemoryView, { kind: K }> };

const order: readonly ToMemoryView["kind"][] = ["header", "memory", "missing", "levers", "comparison", "stale"];

export interface MemoryPageEvents {
  readonly receive: (message: FromMemoryView) => void;
  /** The page is looked at again. */
  readonly returned: () => void;
  readonly closed: () => void;
}

/** One webview that shows the memory of a deployment. The host owns the data; the page is a picture of it. */
export class MemoryPage implements vscode.Disposable {
  private shown: Shown = {};
  private listens = false;
  private readonly subscriptions: vscode.Disposable[];

  constructor(
    private readonly panel: vscode.WebviewPanel,
    extension: vscode.Uri,
    id: string,
    { receive, returned, closed }: MemoryPageEvents,
  ) {
    panel.iconPath = panelIcon(extension);
    panel.webview.options = webviewOptions(extension);
    this.subscriptions = [
      panel.webview.onDidReceiveMessage((message: FromMemoryView) => {
        if (message.kind === "ready") this.hydrate();
        else receive(message);
      }),
      // A hidden page is thrown away and comes back as a new one, which says `ready` itself.
      panel.onDidChangeViewState(() => {
        if (panel.visible) returned();
        else this.listens = false;
      }),
      panel.onDidDispose(closed),
    ];
    panel.webview.html = webviewHtml(panel.webview, extension, "memory", id, panel.title);
  }

  get isVisible(): boolean {
    return this.panel.visible;
  }

  reveal(): void {
    this.panel.reveal(undefined, false);
  }

  /** Shows a message now and after every return of the page; a new sum takes the place of what was known before. */
  show(message: ToMemoryView): void {
    this.shown = { ...this.without(message.kind), [message.kind]: message };
    if (this.listens) void this.panel.webview.postMessage(message);
  }

  dispose(): void {
    for (const one of this.subscriptions) one.dispose();
    this.panel.dispose();
  }

  private without(kind: ToMemoryView["kind"]): Shown {
    if (kind !== "memory" && kind !== "missing") return this.shown;
    return this.shown.header ? { header: this.shown.header } : {};
  }

  private hydrate(): void {
    this.listens = true;
    for (const kind of order) {
      const message = this.shown[kind];
      if (message) void this.panel.webview.postMessage(message);
    }
  }
}
