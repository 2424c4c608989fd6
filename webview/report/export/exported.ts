import type { AdviceView, RatesView } from "../../../src/protocol/planning-view.ts";
import type { FromReportView, ReportEvidence } from "../../../src/protocol/report-view.ts";
import type { Report } from "../../../src/simulation/report/report.ts";
import { requestsCsv } from "../../../src/simulation/report/requests-csv.ts";
import type { TableModel } from "../../parts/models.ts";
import { sectionPicture } from "../../parts/section-picture.ts";
import { readTheme } from "../../parts/theme.ts";
import type { Latencies } from "../latency.ts";
import type { ExportKind } from "./export-menu.ts";
import { pageParts } from "./page-html.ts";
import { reportJson } from "./report-json.ts";
import { reportMarkdown } from "./report-markdown.ts";

/** All that an export may tell. */
export interface ExportSource {
  readonly name: string;
  readonly report: Report;
  readonly values: Latencies;
  readonly evidence: ReportEvidence;
  readonly rates: RatesView | null;
  readonly advice: AdviceView | null;
  readonly tables: readonly TableModel[];
}

/** What the host is asked to save or copy; undefined where there is nothing to see. */
export function exported(kind: ExportKind, source: ExportSource): FromReportView | undefined {
  const { name, report, values, evidence, rates, advice, tables } = source;
  switch (kind) {
    case "html": {
      const app = document.getElementById("app");
      return app ? { kind: "save-page", name: `${name}-report.html`, ...pageParts(app) } : undefined;
    }
    case "json":
      return { kind: "save", name: `${name}-report.json`, text: reportJson(report, evidence, rates, advice) };
    case "requests":
      return { kind: "save", name: `${name}-requests.csv`, text: requestsCsv(report) };
    case "markdown":
      return { kind: "copy", text: reportMarkdown(report, values, evidence.bands, tables) };
    case "latency-picture":
      return picture(name, "latency");
    case "time-picture":
      return picture(name, "over-time");
    case "trace":
      return { kind: "trace" };
    default:
      return kind satisfies never;
  }
}

function picture(name: string, id: string): FromReportView | undefined {
  const section = document.getElementById(id);
  const url = section && sectionPicture(section, readTheme());
  return url ? { kind: "save-picture", name: `${name}-${id}.png`, url } : undefined;
}
