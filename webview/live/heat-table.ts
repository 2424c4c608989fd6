import { bucketsOf, cellAt, columnsOf, type Heat } from "../parts/heat.ts";
import { bucketRange } from "../parts/heat-view.ts";
import type { Row, TableModel } from "../parts/models.ts";
import { clock, share, whole } from "../parts/numbers.ts";
import { words } from "../parts/words.ts";

/** What fits a page; the CSV holds every cell that is not empty. */
const mostTableRows = 60;

/** The cells of a row as numbers, newest first; a step of time is named by where it ends. */
export function heatTable(heat: Heat, row: Pick<Row, "name" | "unit" | "format">): TableModel {
  const cells = cellsOf(heat);
  return {
    name: words("{0}, each {1} s", row.name, heat.stepSeconds),
    columns: [
      { title: words("Until"), numeric: false },
      { title: row.unit, numeric: true },
      { title: words("Requests"), numeric: true },
      { title: words("Share of requests"), numeric: true },
    ],
    rows: cells
      .slice(0, mostTableRows)
      .map(({ until, cell }) => [clock(until, true), bucketRange(cell, row), whole(cell.count), share(cell.count / cell.of)]),
    raw: {
      head: ["unix_seconds", "above", "at_most", "requests", "share"],
      rows: () =>
        cells.map(({ until, cell: { low, high, count, of } }) => [until, low, Number.isFinite(high) ? high : "+Inf", count, count / of]),
    },
  };
}

function cellsOf(heat: Heat): readonly { readonly until: number; readonly cell: ReturnType<typeof cellAt> }[] {
  const made: { until: number; cell: ReturnType<typeof cellAt> }[] = [];
  for (let column = columnsOf(heat) - 1; column >= 0; column--) {
    const until = heat.from + (column + 1) * heat.stepSeconds;
    for (let bucket = bucketsOf(heat) - 1; bucket >= 0; bucket--) {
      const cell = cellAt(heat, column, bucket);
      if (cell.count > 0) made.push({ until, cell });
    }
  }
  return made;
}
