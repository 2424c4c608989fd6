import Papa from "papaparse";
import { type Message, message } from "../deployment/message.ts";
import { longestLength } from "./lengths.ts";
import { mostRequests } from "./load-problem.ts";
import { columnKey, namedReader, type RowReader, recogniseReader, type TraceFormat } from "./trace-formats.ts";
import type { RequestRow, Workload } from "./workload.ts";

export type { TraceFormat } from "./trace-formats.ts";

export interface Trace {
  /** By arrival; the first request arrives at 0. */
  readonly rows: readonly RequestRow[];
  /** undefined = the text is no trace that is known here. */
  readonly format: TraceFormat | undefined;
  readonly prefixBlockTokens: number;
  /** What was left out, and why. */
  readonly messages: readonly Message[];
}

/** Reads a trace of real requests; without a format it is recognised by its columns. Bad rows are left out and counted. Never throws. */
export function parseTrace(text: string, format?: TraceFormat): Trace {
  const content = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  const kind = /^\s*\{/.test(content) ? "jsonl" : "csv";
  const table = kind === "jsonl" ? readLines(content) : readCsv(content);
  const reader = format ? namedReader(format, kind, table.columns) : recogniseReader(kind, table.columns);
  const nothing = (why: Message): Trace => ({ rows: [], format: undefined, prefixBlockTokens: 16, messages: [why] });
  if (!reader) return nothing(message("This is not a trace in the format {0}.", format ?? kind));
  const prompt = reader.prompt.find((name) => table.columns.has(name));
  const output = reader.output.find((name) => table.columns.has(name));
  if (prompt === undefined || output === undefined) return nothing(message("The trace has no columns of prompt and output tokens."));
  return readRows(table, reader, prompt, output);
}

/** A trace as a workload: faster by `speedup`, only its first `limitSeconds`. */
export function traceWorkload(
  trace: Trace,
  name: string,
  options: { readonly speedup?: number; readonly limitSeconds?: number } = {},
): Workload {
  const { speedup = 1, limitSeconds = Number.POSITIVE_INFINITY } = options;
  const requests = trace.rows
    .filter((row) => row.arrivalSeconds < limitSeconds)
    .map((row) => (speedup === 1 ? row : { ...row, arrivalSeconds: row.arrivalSeconds / speedup }));
  return { kind: "requests", name, requests, prefixBlockTokens: trace.prefixBlockTokens };
}

interface Table {
  readonly columns: ReadonlySet<string>;
  readonly records: readonly Readonly<Record<string, unknown>>[];
  /** Lines that could not be read at all. */
  readonly broken: number;
  readonly truncated: boolean;
}

/** No trace has so many columns; a file of one line without end would keep the parser busy naming them. */
const longestHeader = 20_000;

function readCsv(text: string): Table {
  if (!/[\r\n]/.test(text.slice(0, longestHeader)) && text.length > longestHeader)
    return { columns: new Set(), records: [], broken: 0, truncated: false };
  const { data, meta, errors } = Papa.parse<Record<string, string>>(text, {
    header: true,
    skipEmptyLines: "greedy",
    preview: mostRequests,
    transformHeader: columnKey,
  });
  // Rows with a missing or surplus field come along and are judged by the fields that matter.
  const broken = new Set(errors.filter(({ type, row }) => type === "Quotes" && row !== undefined).map(({ row }) => row));
  return {
    columns: new Set(meta.fields ?? []),
    records: data.filter((_, i) => !broken.has(i)),
    broken: broken.size,
    truncated: meta.truncated && data.length >= mostRequests,
  };
}

function readLines(text: string): Table {
  const records: Record<string, unknown>[] = [];
  const columns = new Set<string>();
  let broken = 0;
  for (const line of text.split(/\r\n|\n|\r/)) {
    if (line.trim() === "") continue;
    if (records.length >= mostRequests) return { columns, records, broken, truncated: true };
    const record = parseRecord(line);
    if (!record) {
      broken++;
      continue;
    }
    records.push(record);
    if (records.length <= 100) for (const key of Object.keys(record)) columns.add(key);
  }
  return { columns, records, broken, truncated: false };
}

function parseRecord(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [columnKey(key), entry]));
  } catch {
    return undefined;
  }
}

function readRows(table: Table, reader: RowReader, prompt: string, output: string): Trace {
  const arrival = reader.arrival.find((name) => table.columns.has(name));
  const rows: RequestRow[] = [];
  let bad = table.broken;
  let failed = 0;
  for (const record of table.records) {
    const promptTokens = tokens(record[prompt]);
    const outputTokens = tokens(record[output]);
    const at = arrival === undefined ? 0 : seconds(record[arrival], reader.arrivalsAre);
    if (promptTokens === undefined || outputTokens === undefined || at === undefined || promptTokens < 1) {
      bad++;
      continue;
    }
    if (outputTokens < 1 && reader.emptyAnswerFailed) {
      failed++;
      continue;
    }
    const prefixBlocks = blockIds(record.hashids);
    rows.push({ arrivalSeconds: at, promptTokens, outputTokens: Math.max(1, outputTokens), ...(prefixBlocks ? { prefixBlocks } : {}) });
  }
  const messages: Message[] = [];
  if (bad > 0) messages.push(message("{0} rows of the trace could not be read and are left out.", bad));
  if (failed > 0) messages.push(message("{0} requests of the trace have no answer and are left out.", failed));
  if (table.truncated) messages.push(message("Only the first {0} rows of the trace are used.", mostRequests));
  if (rows.length === 0) messages.push(message("The trace holds no request."));
  return { rows: fromZero(rows), format: reader.format, prefixBlockTokens: reader.blockTokens, messages };
}

function tokens(value: unknown): number | undefined {
  const count = typeof value === "number" ? value : typeof value === "string" && value.trim() !== "" ? Number(value) : Number.NaN;
  return Number.isFinite(count) && count >= 0 && count <= longestLength ? Math.round(count) : undefined;
}

function seconds(value: unknown, perSecond: number | "date"): number | undefined {
  if (perSecond === "date" && typeof value === "string") return dateSeconds(value);
  const count = typeof value === "number" ? value : typeof value === "string" && value.trim() !== "" ? Number(value) : Number.NaN;
  if (Number.isFinite(count)) return count / (perSecond === "date" ? 1 : perSecond);
  return typeof value === "string" ? dateSeconds(value) : undefined;
}

/** `2023-11-16 18:17:03.9799600`: ticks of 100 ns, which a Date would cut off. */
function dateSeconds(text: string): number | undefined {
  const match = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(\.\d+)?(?:Z|[+-]00:?00)?$/.exec(text.trim());
  if (!match) return undefined;
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1000 + Number(match[7] ?? 0);
}

function blockIds(value: unknown): readonly number[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return value.every((id): id is number => typeof id === "number" && Number.isFinite(id)) ? value : undefined;
}

function fromZero(rows: readonly RequestRow[]): readonly RequestRow[] {
  const sorted = rows.every((row, i) => i === 0 || (rows[i - 1]?.arrivalSeconds ?? 0) <= row.arrivalSeconds)
    ? rows
    : [...rows].sort((a, b) => a.arrivalSeconds - b.arrivalSeconds);
  const first = sorted[0]?.arrivalSeconds ?? 0;
  // Epoch seconds leave about 100 ns; whole nanoseconds would only show their noise.
  return first === 0 ? sorted : sorted.map((row) => ({ ...row, arrivalSeconds: Math.round((row.arrivalSeconds - first) * 1e7) / 1e7 }));
}
