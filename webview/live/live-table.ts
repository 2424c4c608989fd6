import { lowerBound } from "../parts/downsample.ts";
import type { TableModel } from "../parts/models.ts";
import { clock } from "../parts/numbers.ts";
import { words } from "../parts/words.ts";
import { type Column, nothingCame } from "./columns.ts";
import type { Panel } from "./panels.ts";
import type { Ring } from "./ring.ts";
import type { RowsInput } from "./rows.ts";

const mostTableRows = 240;
/** Columns that a narrow page keeps. */
const kept: readonly string[] = ["ttft", "running", "kv"];

/** The window's samples as a table, newest first, the last of each group where there are more than a table can show; its CSV holds all of the history. */
export function liveTable({ ring, panels, from, to }: Pick<RowsInput, "ring" | "panels" | "from" | "to">): TableModel {
  const indices: number[] = [];
  for (let i = lowerBound(ring.time, ring.length, from); i < ring.length && (ring.time[i] ?? 0) <= to; i++)
    if (ring.kindAt(i) !== "silence") indices.push(i);
  const every = Math.max(1, Math.ceil(indices.length / mostTableRows));
  const shown = indices.filter((_, i) => (indices.length - 1 - i) % every === 0).reverse();
  const columns = panels.flatMap(({ column, beside }) => [column, ...(beside ?? []).map((line) => line.column)]);
  return {
    name: words("Live samples"),
    columns: [
      { title: words("Time"), numeric: false },
      ...panels.map(({ id, name, unit }) => ({ title: `${name}, ${unit}`, numeric: true, secondary: !kept.includes(id) })),
    ],
    rows: shown.map((i) => [clock(ring.time[i] ?? 0, true), ...panels.map((panel) => cell(ring, panel, i))]),
    raw: {
      head: ["unix_seconds", ...columns.map(({ id }) => id.replaceAll("-", "_"))],
      rows: () => allRows(ring, columns),
    },
  };
}

function cell(ring: Ring, { column, format }: Panel, i: number): string {
  const value = ring.column(column.id)[i] ?? Number.NaN;
  if (Number.isNaN(value)) return words("no value");
  return value === nothingCame ? words("no request") : format(value);
}

function allRows(ring: Ring, columns: readonly Column[]): number[][] {
  const rows: number[][] = [];
  for (let i = 0; i < ring.length; i++)
    if (ring.kindAt(i) !== "silence") rows.push([ring.time[i] ?? 0, ...columns.map(({ id }) => finite(ring.column(id)[i] ?? Number.NaN))]);
  return rows;
}

function finite(value: number): number {
  return Number.isFinite(value) ? value : Number.NaN;
}
