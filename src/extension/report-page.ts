import type * as vscode from "vscode";
import type { FromReportView, ToReportView } from "../protocol/report-view.ts";
import { PagePanel } from "./page-panel.ts";

/** What the page shows now, one message a kind: sent again whenever the page comes up anew. */
type Shown = { readonly [K in ToReportView["kind"]]?: Extract<ToReportView, { kind: K }> };

const order: readonly ToReportView["kind"][] = [
  "header",
  "workloads",
  "load",
  "estimate",
  "report",
  "evidence",
  "rates",
  "advice",
  "comparison",
  "sweep",
  "problem",
  "running",
  "stale",
];

/** One webview that shows a report. */
export class ReportPage implements vscode.Disposable {
  private shown: Shown = {};
  private readonly page: PagePanel<FromReportView, ToReportView>;

  constructor(
    panel: vscode.WebviewPanel,
    extension: vscode.Uri,
    id: string,
    receive: (message: FromReportView) => void,
    closed: () => void,
  ) {
    this.page = new PagePanel(panel, extension, { page: "report", id }, { ready: () => this.hydrate(), receive, closed });
  }

  get isVisible(): boolean {
    return this.page.isVisible;
  }

  reveal(): void {
    this.page.reveal();
  }

  set title(text: string) {
    this.page.title = text;
  }

  /** Shows a message now and after every return of the page. A result takes the place of what announced it. */
  show(message: ToReportView): void {
    this.shown = { ...this.without(message.kind), [message.kind]: message };
    this.page.send(message);
  }

  dispose(): void {
    this.page.dispose();
  }

  private without(kind: ToReportView["kind"]): Shown {
    const { running: _running, stale: _stale, ...settled } = this.shown;
    switch (kind) {
      case "header": {
        const { workloads: _workloads, load: _load, ...rest } = this.shown;
        return rest;
      }
      case "report": {
        const { problem: _problem, ...rest } = settled;
        return withoutFollowers(rest);
      }
      case "problem": {
        const { report: _report, ...rest } = settled;
        return withoutFollowers(rest);
      }
      default:
        return this.shown;
    }
  }

  private hydrate(): void {
    for (const kind of order) {
      const message = this.shown[kind];
      if (message) this.page.send(message);
    }
  }
}

/** What follows a report goes with it. */
function withoutFollowers({
  evidence: _evidence,
  rates: _rates,
  advice: _advice,
  comparison: _comparison,
  sweep: _sweep,
  ...rest
}: Shown): Shown {
  return rest;
}
