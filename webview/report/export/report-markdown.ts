import type { Bands } from "../../../src/simulation/report/bands.ts";
import type { Report } from "../../../src/simulation/report/report.ts";
import type { Figure, TableModel } from "../../parts/models.ts";
import { blank } from "../../parts/numbers.ts";
import { said, words } from "../../parts/words.ts";
import { offerSource } from "../cost-figure.ts";
import { figures } from "../figures.ts";
import type { Latencies } from "../latency.ts";
import { latencyTable } from "../latency.ts";
import { memoryTable } from "../memory.ts";
import { stepTimeTable } from "../step-time.ts";
import { verdict } from "../verdict-words.ts";

/** The report in Markdown: the answer first, then its tables. */
export function reportMarkdown(report: Report, values: Latencies, bands: Bands | null, further: readonly TableModel[]): string {
  const { title, lines } = verdict(report, values, bands);
  const facts = `${report.engine}, ${report.layout}, ${report.gpus} × ${report.gpuName}; ${report.workload.name}`;
  const cost = report.summary.cost;
  const tables = [
    ...(report.saturated ? [] : [latencyTable(report, values)]),
    ...further,
    stepTimeTable(report),
    memoryTable(report.memory),
  ];
  const assumed = report.assumed.map(({ what, value, why }) => `- ${words("{0}: {1}", what, value)} (${said(why)})`);
  return [
    `## ${report.name}`,
    facts,
    `**${title}.**`,
    ...lines.map(({ strong, text }) => (strong ? `**${strong}** ${text}` : text)),
    markdownTable(figuresTable(figures(report, values, null, bands))),
    ...(cost ? offerSource(cost) : []),
    ...tables.flatMap((table) => [`### ${table.name}`, markdownTable(table)]),
    ...(assumed.length > 0 ? [`### ${words("Assumed values")}`, assumed.join("\n")] : []),
  ]
    .join("\n\n")
    .concat("\n");
}

function figuresTable(shown: readonly Figure[]): TableModel {
  return {
    name: words("Key figures"),
    columns: [
      { title: words("Figure"), numeric: false },
      { title: words("Value"), numeric: true },
      { title: "", numeric: false },
    ],
    rows: shown.map(({ label, value, unit, unknown, tag, caption }) => [
      label,
      unknown ?? [value, unit].filter((part) => part !== "").join(blank),
      [...(tag ? [`${tag.glyph} ${tag.word}`] : []), caption].join(" · "),
    ]),
  };
}

export function markdownTable({ columns, rows }: TableModel): string {
  const line = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  const rule = `| ${columns.map(({ numeric }) => (numeric ? "---:" : "---")).join(" | ")} |`;
  return [line(columns.map(({ title }) => title)), rule, ...rows.map(line)].join("\n");
}
