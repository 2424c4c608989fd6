import Papa from "papaparse";
import { type Message, message } from "../../deployment/message.ts";
import { columnKey } from "./trace-formats.ts";

/** Rows of a trace as they are written, with the way back to their lines. */
export interface TraceTable {
  /** Names of columns as they are compared, and as they are written. */
  readonly columns: ReadonlyMap<string, string>;
  readonly records: readonly Readonly<Record<string, unknown>>[];
  /** Line of a record, from 1. */
  lineOf(record: number): number;
  /** Rows are left behind the most that are read. */
  readonly truncated: boolean;
  /** A line that is none of a table, in a sentence. */
  readonly problem?: Message;
}

export const noTable: TraceTable = { columns: new Map(), records: [], lineOf: () => 1, truncated: false };

/** No trace has so many columns; a file of one line without end would keep the parser busy naming them. */
const longestHeader = 20_000;

export function csvTable(text: string, most: number): TraceTable {
  if (!/[\r\n]/.test(text.slice(0, longestHeader)) && text.length > longestHeader) return noTable;
  const columns = new Map<string, string>();
  const places = new Map<string, number>();
  let twice: string | undefined;
  const transformHeader = (name: string, place: number): string => {
    const key = columnKey(name);
    const first = places.get(key) ?? place;
    places.set(key, first);
    if (first === place) {
      columns.set(key, inOneLine(name.trim()));
      return key;
    }
    if (key !== "") twice ??= name.trim();
    return `${key} ${place}`;
  };
  const options = { header: true, skipEmptyLines: "greedy", transformHeader } as const;
  const { data, meta, errors } = Papa.parse<Record<string, string>>(text, { ...options, preview: most });
  // Row by row: a parse that stops early counts empty lines, and without quotes reads one row more.
  const lineOf = (record: number): number => {
    let cursor = 0;
    let rows = 0;
    Papa.parse(text, {
      ...options,
      step: ({ meta: { cursor: end } }, parser) => {
        cursor = end;
        if (rows++ === record) parser.abort();
      },
    });
    return endLine(text, cursor);
  };
  // Rows with a missing or surplus field come along and are judged by the fields that matter.
  const problem = twice === undefined ? tornQuote(errors, lineOf) : message("The trace has two columns “{0}”.", inOneLine(twice));
  return {
    columns,
    records: data,
    lineOf,
    truncated: meta.truncated && data.length >= most,
    ...(problem ? { problem } : {}),
  };
}

function tornQuote(errors: readonly Papa.ParseError[], lineOf: (record: number) => number): Message | undefined {
  const torn = errors.find(({ type, row }) => type === "Quotes" && row !== undefined)?.row;
  return torn === undefined ? undefined : message("Line {0} of the trace: a quote is not closed, or stands within a field.", lineOf(torn));
}

/** Rows of lists without a header. */
export function bareTable(text: string, columns: readonly string[], most: number): TraceTable {
  return csvTable(`${columns.join(",")}\n${text}`, most);
}

export function jsonLinesTable(text: string, most: number): TraceTable {
  const records: Record<string, unknown>[] = [];
  const columns = new Map<string, string>();
  const lines: number[] = [];
  const lineOf = (record: number): number => lines[record] ?? 1;
  for (const [index, line] of text.split(/\r\n|\n|\r/).entries()) {
    if (line.trim() === "") continue;
    if (records.length >= most) return { columns, records, lineOf, truncated: true };
    const written = parsedRecord(line);
    if (!written)
      return { columns, records, lineOf, truncated: false, problem: message("Line {0} of the trace is no JSON object.", index + 1) };
    records.push(Object.fromEntries(written.map(([key, entry]) => [columnKey(key), entry])));
    lines.push(index + 1);
    if (records.length <= 100) for (const [key] of written) columns.set(columnKey(key), inOneLine(key));
  }
  return { columns, records, lineOf, truncated: false };
}

/** A cell as a sentence quotes it. */
export function inOneLine(text: string): string {
  const line = text.replace(/\s+/g, " ");
  return line.length > 60 ? `${line.slice(0, 60)}…` : line;
}

function parsedRecord(line: string): readonly (readonly [string, unknown])[] | undefined {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
    return Object.entries(value);
  } catch {
    return undefined;
  }
}

/** Line of what ends before `cursor`. */
function endLine(text: string, cursor: number): number {
  const before = text.slice(0, cursor).replace(/(\r\n|\n|\r)$/, "");
  return (before.match(/\r\n|\n|\r/g)?.length ?? 0) + 1;
}
