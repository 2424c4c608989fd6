import type * as vscode from "vscode";
import type { FromMemoryView, ToMemoryView } from "../protocol/memory-view.ts";
import { type PageEvents, PagePanel } from "./page-panel.ts";

/** What the page shows now, one message a kind: sent again whenever the page comes up anew. */
type Shown = { readonly [K in ToMemoryView["kind"]]?: Extract<ToMemoryView, { kind: K }> };

const order: readonly ToMemoryView["kind"][] = ["header", "memory", "missing", "levers", "comparison", "stale"];

/** One webview that shows the memory of a deployment. */
export class MemoryPage implements vscode.Disposable {
  private shown: Shown = {};
  private readonly page: PagePanel<FromMemoryView, ToMemoryView>;

  constructor(panel: vscode.WebviewPanel, extension: vscode.Uri, id: string, events: Omit<PageEvents<FromMemoryView>, "ready">) {
    this.page = new PagePanel(panel, extension, { page: "memory", id }, { ...events, ready: () => this.hydrate() });
  }

  get isVisible(): boolean {
    return this.page.isVisible;
  }

  reveal(): void {
    this.page.reveal();
  }

  /** Shows a message now and after every return of the page; a new sum takes the place of what was known before. */
  show(message: ToMemoryView): void {
    this.shown = { ...this.without(message.kind), [message.kind]: message };
    this.page.send(message);
  }

  dispose(): void {
    this.page.dispose();
  }

  private without(kind: ToMemoryView["kind"]): Shown {
    if (kind !== "memory" && kind !== "missing") return this.shown;
    return this.shown.header ? { header: this.shown.header } : {};
  }

  private hydrate(): void {
    for (const kind of order) {
      const message = this.shown[kind];
      if (message) this.page.send(message);
    }
  }
}
