import { markdownTable } from "../columns.ts";
import { barTable, type SuiteRun } from "./print.ts";

/** docs/accuracy.md: numbers alone. Times are left out, they differ by machine. */
export function page(runs: readonly SuiteRun[]): string {
  const ran = runs.flatMap(({ suite, result }) => (result ? [{ suite, result }] : []));
  const untimed = ran.map(({ suite, result }) => ({
    suite,
    result: { ...result, metrics: result.metrics.filter(({ unit }) => unit !== "ms") },
  }));
  return [
    "# How right the predictions are",
    "",
    "Written by `npm run accuracy -- --write-docs`. Every figure is what the command line answers to the measured start or run as a case; constants are fitted per engine generation and GPU, never per row or model. A metric without a bar is told, not judged.",
    "",
    ...markdownTable(barTable(untimed)),
    "",
    ...ran.flatMap(({ suite, result }) => [
      `## ${suite.title}`,
      "",
      ...result.plots.flatMap(({ name, title }) => [`![${title}, predicted against measured](accuracy/${name}.svg)`, ""]),
      ...result.tables.flatMap(({ title, note, rows }) => [`### ${title}`, "", ...(note ? [note, ""] : []), ...markdownTable(rows), ""]),
    ]),
  ].join("\n");
}
