import { columns } from "../columns.ts";
import { type Bar, bars } from "./bars.ts";
import type { Metric, Suite, SuiteResult } from "./suite.ts";

export interface SuiteRun {
  readonly suite: Suite;
  /** undefined: the measurements are not here. */
  readonly result: SuiteResult | undefined;
}

/** Whether a figure reaches its bar; a figure of no rows reaches none, and one without a bar is not judged. */
export function meets({ name, value }: Metric): boolean {
  const bar = bars[name];
  if (bar === undefined) return true;
  return bar.kind === "most" ? value <= bar.limit : value >= bar.limit && value <= (bar.most ?? value);
}

/** What `npm run accuracy` prints: the bars, then each suite's tables. */
export function printed(runs: readonly SuiteRun[], data: string): string {
  return [
    ...columns(barTable(runs)),
    ...runs.flatMap(({ suite, result }) => (result ? [] : [`${suite.title}: did not run, ${suite.files.join(", ")} is not below ${data}`])),
    ...runs.flatMap(({ suite, result }) =>
      (result?.tables ?? []).flatMap(({ title, note, rows }) => [
        "",
        `${suite.title}, ${title}`,
        ...(note ? [note] : []),
        ...columns(rows),
      ]),
    ),
  ].join("\n");
}

export function barTable(runs: readonly SuiteRun[]): (string | number)[][] {
  const rows = runs.flatMap(({ suite, result }) =>
    (result?.metrics ?? []).map((metric) => {
      const bar = bars[metric.name];
      const { name, roofline, peer, unit } = metric;
      const told = (value: number | undefined, published = ""): string => (value === undefined ? published : figure(value, unit));
      const others = [told(roofline, bar?.roofline), told(peer, bar?.peer)];
      return [
        suite.name,
        name,
        metric.rows,
        ...others,
        figure(metric.value, unit),
        bar ? limitWords(bar) : "",
        bar ? (meets(metric) ? "yes" : "no") : "",
      ];
    }),
  );
  return [["suite", "metric", "rows", "roofline", "best peer", "ours", "bar", "met"], ...rows];
}

function limitWords({ kind, limit, most }: Bar): string {
  return most === undefined ? `${kind === "most" ? "≤" : "≥"} ${limit}` : `${limit} to ${most}`;
}

function figure(value: number, unit: Metric["unit"]): string {
  if (Number.isNaN(value)) return "none";
  return unit === "rows" ? String(value) : `${value.toFixed(unit === "" ? 3 : 2)} ${unit}`.trimEnd();
}
