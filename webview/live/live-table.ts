import { lowerBound } from "../parts/downsample.ts";
import type { Span, TableModel } from "../parts/models.ts";
import { clock } from "../parts/numbers.ts";
import { words } from "../parts/words.ts";
import { nothingCame } from "./columns.ts";
import type { Panel } from "./panel.ts";
import type { Ring } from "./ring.ts";
import type { RowsInput } from "./rows.ts";

const mostTableRows = 240;
/** What fits a page; the CSV holds every row there is. */
const tabled: ReadonlySet<string> = new Set([
  "ttft",
  "itl",
  "tpot",
  "e2e",
  "running",
  "waiting",
  "kv",
  "prompt",
  "output",
  "requests",
  "prefix",
  "preemptions",
]);
/** Columns that a narrow page keeps. */
const kept: readonly string[] = ["ttft", "running", "kv"];

/** The window's samples as a table, newest first, the last of each group where there are more than a table can show; its CSV holds all of the history. */
export function liveTable({ ring, panels: all, from, to }: Pick<RowsInput, "ring" | "panels" | "from" | "to">): TableModel {
  const panels = all.filter(({ id }) => tabled.has(id));
  const indices: number[] = [];
  for (let i = lowerBound(ring.time, ring.length, from); i < ring.length && (ring.time[i] ?? 0) <= to; i++)
    if (ring.kindAt(i) !== "silence") indices.push(i);
  const every = Math.max(1, Math.ceil(indices.length / mostTableRows));
  const shown = indices.filter((_, i) => (indices.length - 1 - i) % every === 0).reverse();
  const columns = all.flatMap((panel) => rawColumns(ring, panel));
  return {
    name: words("Live samples"),
    columns: [
      { title: words("Time"), numeric: false },
      ...panels.map(({ id, name, unit }) => ({ title: `${name}, ${unit}`, numeric: true, secondary: !kept.includes(id) })),
    ],
    rows: shown.map((i) => [clock(ring.time[i] ?? 0, true), ...panels.map((panel) => cell(ring, panel, i))]),
    raw: {
      head: ["unix_seconds", ...columns.map(({ name }) => name)],
      rows: () => allRows(ring, columns),
    },
  };
}

function cell(ring: Ring, { column, format }: Panel, i: number): string {
  const value = ring.column(column.id)[i] ?? Number.NaN;
  if (Number.isNaN(value)) return words("no value");
  return value === nothingCame ? words("no request") : format(value);
}

interface RawColumn {
  readonly name: string;
  readonly values: Float64Array;
}

/** All that a row is drawn of, each reason in a column of its own. */
function rawColumns(ring: Ring, { column, beside, parts, heat }: Panel): readonly RawColumn[] {
  if (heat) return [];
  const named = (id: string, values: Float64Array): RawColumn => ({ name: id.replaceAll(/[^a-zA-Z0-9]+/g, "_"), values });
  if (parts) return [...ring.parts(parts.id)].map(([name, values]) => named(`${parts.id}-${name}`, values));
  return [column, ...(beside ?? []).map((line) => line.column)].map(({ id }) => named(id, ring.column(id)));
}

function allRows(ring: Ring, columns: readonly RawColumn[]): number[][] {
  const rows: number[][] = [];
  for (let i = 0; i < ring.length; i++)
    if (ring.kindAt(i) !== "silence") rows.push([ring.time[i] ?? 0, ...columns.map(({ values }) => finite(values[i] ?? Number.NaN))]);
  return rows;
}

function finite(value: number): number {
  return Number.isFinite(value) ? value : Number.NaN;
}

/** What happened in the window, oldest first. */
export function eventsTable(spans: readonly Span[]): TableModel {
  const told = spans.filter(({ text }) => text !== "");
  return {
    name: words("Events"),
    columns: [
      { title: words("Time"), numeric: false },
      { title: words("Event"), numeric: false },
    ],
    rows: told.map(({ to, text }) => [clock(to, true), text]),
    raw: { head: ["unix_seconds", "event"], rows: () => told.map(({ to, text }) => [to, text]) },
  };
}
