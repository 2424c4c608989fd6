import type { Report } from "../../src/simulation/report/report.ts";

/** What tests and tools may rely on of the report shown, as raw numbers (webview/report.ts lists them). */
export function publish({ summary, series }: Report): void {
  const { dataset } = document.body;
  dataset.bands = "";
  dataset.nearest = "";
  dataset.ttftP95 = String(summary.ttftSeconds.p95);
  dataset.tpotP95 = String(summary.tpotSeconds.p95);
  dataset.outputTokensPerSecond = String(summary.outputTokensPerSecond);
  dataset.requests = String(summary.requests);
  dataset.points = String(series.t.length);
}
