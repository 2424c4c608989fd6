import type * as vscode from "vscode";
import type { FromTimelineView, ToTimelineView } from "../protocol/timeline-view.ts";
import { type PageEvents, PagePanel } from "./page-panel.ts";

/** What the page shows now, one message a kind: sent again whenever the page comes up anew. */
type Shown = { readonly [K in ToTimelineView["kind"]]?: Extract<ToTimelineView, { kind: K }> };

const order: readonly ToTimelineView["kind"][] = ["header", "run", "places", "problem", "running", "stale"];

/** One webview that shows what happened in a run. */
export class TimelinePage implements vscode.Disposable {
  private shown: Shown = {};
  private readonly page: PagePanel<FromTimelineView, ToTimelineView>;

  constructor(panel: vscode.WebviewPanel, extension: vscode.Uri, id: string, events: Omit<PageEvents<FromTimelineView>, "ready">) {
    this.page = new PagePanel(panel, extension, { page: "timeline", id }, { ...events, ready: () => this.hydrate() });
  }

  reveal(): void {
    this.page.reveal();
  }

  /** Shows a message now and after every return of the page. What was selected is the page's own to keep. */
  show(message: ToTimelineView): void {
    this.shown = { ...this.without(message.kind), [message.kind]: message };
    this.page.send(message);
  }

  dispose(): void {
    this.page.dispose();
  }

  private without(kind: ToTimelineView["kind"]): Shown {
    if (kind !== "run" && kind !== "problem") return this.shown;
    const { running: _running, stale: _stale, run: _run, problem: _problem, ...rest } = this.shown;
    return rest;
  }

  private hydrate(): void {
    for (const kind of order) {
      const message = this.shown[kind];
      if (message) this.page.send(message);
    }
    const { select } = this.shown;
    if (!select) return;
    // Once: afterwards the page knows what a person selected since.
    this.page.send(select);
    const { select: _select, ...rest } = this.shown;
    this.shown = rest;
  }
}
