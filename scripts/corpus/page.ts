import { markdownTable } from "../columns.ts";
import { barTable, familyTable } from "./print.ts";
import type { Summary } from "./summary.ts";

/** docs/corpus.md: numbers alone. Times are left out, they differ by machine. */
export function page({ files, families, findings, exceptions, bars }: Summary): string {
  return [
    "# Real files, read and judged",
    "",
    `Written by \`npm run corpus -- --write-docs\` from ${files} published deployment files with an index that people made by hand. A fact is one of units, engine, model, parallel sizes, GPUs per replica and GPU type of one file, compared as a set; *left out* = the index says more, *beyond the index* = derived from what the index does not follow, such as an instance type. Files on which reasonable readers differ are read, but not counted.`,
    "",
    "## Bars",
    "",
    ...markdownTable(barTable(bars.filter(({ name }) => !name.startsWith("ms ")))),
    "",
    `Places where the index itself is wrong, each with its reason in \`test/corpus/index-notes.json\`: ${exceptions}.`,
    "",
    "## By format",
    "",
    ...markdownTable(familyTable(families)),
    "",
    "## Findings",
    "",
    ...markdownTable([["code (severity)", "findings"], ...findings.map(([code, count]) => [code, count])]),
    "",
  ].join("\n");
}
