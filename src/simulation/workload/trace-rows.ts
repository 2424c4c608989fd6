import { type Message, message } from "../../deployment/message.ts";
import { longestLength } from "./lengths.ts";
import type { RowReader } from "./trace-formats.ts";
import { inOneLine, type TraceTable } from "./trace-table.ts";
import type { RequestRow } from "./workload.ts";

export interface TraceRows {
  readonly rows: readonly RequestRow[];
  /** Kinds of requests that the rows name, in order of first sight; empty where there is one. */
  readonly classes: readonly string[];
  /** Left out because they have no answer. */
  readonly failed: number;
}

/** A row that cannot be a request refuses the whole: what is left of a trace is another load. */
export type ReadRows =
  | { readonly read: TraceRows; readonly problem?: undefined }
  | { readonly read?: undefined; readonly problem: Message };

/** 104 days: later requests are beyond what a run covers. */
const latestSeconds = 9_000_000;
/** The year 5138: what is later counts in other units than seconds. */
const lastTime = 1e11;
/** More kinds than these are names of something else. */
const mostKinds = 32;

export function readRows(table: TraceTable, reader: RowReader): ReadRows {
  const columns = columnsOf(table, reader);
  if (!columns) return { problem: message("The trace has no columns of prompt and output tokens.") };
  const { records } = table;
  const rows: RequestRow[] = [];
  const sessions = new Sessions(reader, table.columns);
  const kinds = new Kinds(table.columns);
  let failed = 0;
  let first: number | undefined;
  let last = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < records.length; i++) {
    const record = records[i] as TraceTable["records"][number];
    const told = readRow(record, columns, reader);
    if (typeof told === "function") return { problem: told(table.lineOf(i)) };
    if (told.arrivalSeconds < last)
      return {
        problem: message("Line {0} of the trace arrives before the line above it; requests stand in order of arrival.", table.lineOf(i)),
      };
    last = told.arrivalSeconds;
    first ??= told.arrivalSeconds;
    if (told.arrivalSeconds - first > latestSeconds)
      return { problem: message("Line {0} of the trace arrives more than {1} seconds after the first.", table.lineOf(i), latestSeconds) };
    const session = sessions.of(record);
    if (told.outputTokens < 1 && reader.emptyAnswerFailed) {
      failed++;
      continue;
    }
    rows.push({ ...told, outputTokens: Math.max(1, told.outputTokens), ...session, ...kinds.of(record) });
  }
  const classes = kinds.names;
  return { read: { rows: fromZero(classes.length > 0 ? rows : rows.map(withoutClass)), classes, failed } };
}

function withoutClass({ class: _class, ...row }: RequestRow): RequestRow {
  return row;
}

interface Columns {
  readonly written: ReadonlyMap<string, string>;
  readonly prompt: string;
  readonly output: string;
  readonly arrival: string | undefined;
}

function columnsOf({ columns }: TraceTable, reader: RowReader): Columns | undefined {
  const prompt = reader.prompt.find((name) => columns.has(name));
  const output = reader.output.find((name) => columns.has(name));
  const arrival = reader.arrival.find((name) => columns.has(name));
  return prompt === undefined || output === undefined ? undefined : { written: columns, prompt, output, arrival };
}

/** A request, or what is wrong with the row, given its line. */
function readRow(
  record: Readonly<Record<string, unknown>>,
  { written, prompt, output, arrival }: Columns,
  reader: RowReader,
): RequestRow | ((line: number) => Message) {
  for (const name of arrival === undefined ? [prompt, output] : [arrival, prompt, output]) {
    const value = record[name];
    if (value === undefined || value === null || value === "")
      return (line) => message("Line {0} of the trace has no “{1}”.", line, written.get(name) ?? name);
  }
  const promptTokens = tokens(record[prompt]);
  if (promptTokens === undefined || promptTokens < 1) return wrong(written.get(prompt) ?? prompt, record[prompt], 1);
  const outputTokens = tokens(record[output]);
  if (outputTokens === undefined) return wrong(written.get(output) ?? output, record[output], 0);
  const arrivalSeconds = arrival === undefined ? 0 : seconds(record[arrival], reader.arrivalsAre);
  if (arrivalSeconds === undefined || arrivalSeconds < 0 || arrivalSeconds > lastTime)
    return (line) => message("Line {0} of the trace: “{1}” is no time of arrival.", line, shown(record[arrival ?? ""]));
  const ids = record.hashids;
  if (ids !== undefined && !isIds(ids)) return (line) => message("Line {0} of the trace: “{1}” is no list of block ids.", line, shown(ids));
  return { arrivalSeconds, promptTokens, outputTokens, ...(ids === undefined ? {} : { prefixBlocks: ids }) };
}

function wrong(column: string, value: unknown, least: number): (line: number) => Message {
  return (line) =>
    message("Line {0} of the trace: {1} is “{2}”, no number of tokens from {3} to {4}.", line, column, shown(value), least, longestLength);
}

function shown(value: unknown): string {
  return inOneLine(typeof value === "string" ? value : (JSON.stringify(value) ?? ""));
}

function tokens(value: unknown): number | undefined {
  const count = numberOf(value);
  return Number.isFinite(count) && count >= 0 && count <= longestLength ? Math.round(count) : undefined;
}

function seconds(value: unknown, perSecond: number | "date"): number | undefined {
  if (perSecond === "date" && typeof value === "string") return dateSeconds(value);
  const count = numberOf(value);
  if (Number.isFinite(count)) return count / (perSecond === "date" ? 1 : perSecond);
  return typeof value === "string" ? dateSeconds(value) : undefined;
}

function numberOf(value: unknown): number {
  if (typeof value === "number") return value;
  return typeof value === "string" && value.trim() !== "" ? Number(value) : Number.NaN;
}

/** `2023-11-16 18:17:03.9799600`: ticks of 100 ns, which a Date would cut off. */
function dateSeconds(text: string): number | undefined {
  const match = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(\.\d+)?(?:Z|[+-]00:?00)?$/.exec(text.trim());
  if (!match) return undefined;
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number);
  const midnight = new Date(Date.UTC(year, month - 1, day));
  // A thirteenth month would be one of the next year; a minute may have a leap second.
  const isDay = midnight.getUTCMonth() === month - 1 && midnight.getUTCDate() === day;
  if (!isDay || hour > 23 || minute > 59 || second > 60) return undefined;
  return midnight.getTime() / 1000 + 3600 * hour + 60 * minute + second + Number(match[7] ?? 0);
}

function isIds(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((id) => typeof id === "number" && Number.isFinite(id));
}

/** Epoch seconds leave about 100 ns; whole nanoseconds would only show their noise. */
function fromZero(rows: readonly RequestRow[]): readonly RequestRow[] {
  const first = rows[0]?.arrivalSeconds ?? 0;
  if (first === 0) return rows;
  return rows.map((row) => ({ ...row, arrivalSeconds: Math.round((row.arrivalSeconds - first) * 1e7) / 1e7 }));
}

/** Numbers for the conversations that rows name. */
class Sessions {
  private readonly known = new Map<unknown, number>();
  private readonly column: string | undefined;
  private readonly parent: string | undefined;

  constructor(reader: RowReader, columns: ReadonlyMap<string, string>) {
    this.column = reader.session.find((name) => columns.has(name));
    this.parent = reader.parent !== undefined && columns.has(reader.parent) ? reader.parent : undefined;
  }

  of(record: Readonly<Record<string, unknown>>): Pick<RequestRow, "session"> {
    const name = this.column === undefined ? undefined : record[this.column];
    if (name === undefined || name === null || name === "") return {};
    // A turn names the one before it.
    const before = this.parent === undefined ? undefined : this.known.get(record[this.parent]);
    const session = before ?? this.known.get(name) ?? this.known.size;
    this.known.set(name, session);
    return { session };
  }
}

/** Places of the kinds of requests that rows name. */
class Kinds {
  private readonly places = new Map<string, number>();
  private readonly column: string | undefined;

  constructor(columns: ReadonlyMap<string, string>) {
    this.column = ["class", "type", "logtype"].find((name) => columns.has(name));
  }

  get names(): readonly string[] {
    return this.places.size < 2 || this.places.size > mostKinds ? [] : [...this.places.keys()];
  }

  of(record: Readonly<Record<string, unknown>>): Pick<RequestRow, "class"> {
    if (this.column === undefined) return {};
    const written = record[this.column];
    const name = typeof written === "string" ? written.trim() : typeof written === "number" ? String(written) : "";
    const place = this.places.get(name) ?? this.places.size;
    this.places.set(name, place);
    return { class: place };
  }
}
