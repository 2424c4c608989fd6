import type { AdviceView, RatesView } from "../../../src/protocol/planning-view.ts";
import type { ReportEvidence } from "../../../src/protocol/report-view.ts";
import type { Report } from "../../../src/simulation/report/report.ts";

/** All that the page says, as data; requests and series have files of their own. */
export function reportJson(report: Report, { bands, nearest }: ReportEvidence, rates: RatesView | null, advice: AdviceView | null): string {
  const { requests: _requests, series: _series, ...told } = report;
  return `${JSON.stringify({ version: 1, ...told, bands, nearestRuns: nearest, rates: rates?.curve ?? null, advice }, null, 2)}\n`;
}
