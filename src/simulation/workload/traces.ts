import { type Message, message } from "../../deployment/message.ts";
import { mostRequests } from "./load-problem.ts";
import { looksLikeServegen, servegenRows } from "./servegen.ts";
import { readShareGpt } from "./sharegpt.ts";
import { namedReader, recogniseReader, type TraceFormat } from "./trace-formats.ts";
import { readRows } from "./trace-rows.ts";
import { csvTable, jsonLinesTable } from "./trace-table.ts";
import type { ClassTerms, RequestRow, Workload } from "./workload.ts";

export type { TraceFormat } from "./trace-formats.ts";

export interface Trace {
  /** By arrival; the first request arrives at 0. Empty where the text is refused: `messages` says why, and at which line. */
  readonly rows: readonly RequestRow[];
  /** undefined = the text is no trace that is known here. */
  readonly format: TraceFormat | undefined;
  readonly prefixBlockTokens: number;
  /** Kinds of requests that the rows name; empty where there is one. */
  readonly classes: readonly string[];
  /** What was left out, and why. */
  readonly messages: readonly Message[];
}

/** What a trace needs beside its own text. */
export interface TraceOptions {
  readonly format?: TraceFormat;
  /** Quantiles of lengths that lie beside the windows of ServeGen. */
  readonly quantiles?: string;
  /** Nothing later and no further one is drawn, where a trace is drawn. */
  readonly limitSeconds?: number;
  readonly requests?: number;
}

/** Reads a trace of real requests; without a format it is recognised by its columns. Never throws: a row that cannot be a request is told with its line. */
export function parseTrace(text: string, options: TraceOptions = {}): Trace {
  const { format } = options;
  const content = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  if (format === "servegen" || (format === undefined && looksLikeServegen(content))) return servegen(content, options);
  if (format === "sharegpt" || (format === undefined && /^\s*\[/.test(content))) return sharegpt(content);
  const kind = /^\s*\{/.test(content) ? "jsonl" : "csv";
  const table = kind === "jsonl" ? jsonLinesTable(content, mostRequests) : csvTable(content, mostRequests);
  const reader = format ? namedReader(format, kind, table.columns) : recogniseReader(kind, table.columns);
  if (!reader) return refused(message("This is not a trace in the format {0}.", format ?? kind));
  if (table.problem) return refused(table.problem);
  const { read, problem } = readRows(table, reader);
  if (!read) return refused(problem);
  const messages: Message[] = [];
  if (read.failed > 0) messages.push(message("{0} requests of the trace have no answer and are left out.", read.failed));
  if (table.truncated) messages.push(message("Only the first {0} rows of the trace are used.", mostRequests));
  if (read.rows.length === 0) messages.push(message("The trace holds no request."));
  const { rows, classes } = read;
  return { rows, format: reader.format, prefixBlockTokens: reader.blockTokens, classes, messages };
}

function servegen(text: string, { quantiles, limitSeconds = Number.POSITIVE_INFINITY, requests = mostRequests }: TraceOptions): Trace {
  if (quantiles === undefined)
    return refused(message("Beside the windows of ServeGen (…-trace.csv) stands no file of quantiles (…-quantiles.json)."));
  const { rows, problem } = servegenRows(text, quantiles, { limitSeconds, most: Math.min(requests, mostRequests) });
  if (!rows) return refused(problem);
  const messages: Message[] = [];
  if (rows.length === 0) messages.push(message("The trace holds no request."));
  if (rows.length === mostRequests) messages.push(message("Only the first {0} rows of the trace are used.", mostRequests));
  return { rows, format: "servegen", prefixBlockTokens: 16, classes: [], messages };
}

function sharegpt(text: string): Trace {
  const read = readShareGpt(text);
  if (!read) return refused(message("This is not a trace in the format {0}.", "sharegpt"));
  return { rows: read.rows, format: "sharegpt", prefixBlockTokens: 16, classes: [], messages: read.messages };
}

function refused(why: Message): Trace {
  return { rows: [], format: undefined, prefixBlockTokens: 16, classes: [], messages: [why] };
}

export interface Replay {
  readonly speedup?: number;
  readonly limitSeconds?: number;
  /** Limits of the kinds of requests that the rows name. */
  readonly classes?: readonly ClassTerms[];
}

/** A trace as a workload: faster by `speedup`, only its first `limitSeconds`. */
export function traceWorkload(trace: Trace, name: string, options: Replay = {}): Workload {
  const { speedup = 1, limitSeconds = Number.POSITIVE_INFINITY, classes: terms = [] } = options;
  const classes = trace.classes.map((kind): ClassTerms => terms.find((one) => one.name === kind) ?? { name: kind });
  const requests = trace.rows
    .filter((row) => row.arrivalSeconds < limitSeconds)
    .map((row) => (speedup === 1 ? row : { ...row, arrivalSeconds: row.arrivalSeconds / speedup }));
  return { kind: "requests", name, requests, prefixBlockTokens: trace.prefixBlockTokens, ...(classes.length > 0 ? { classes } : {}) };
}
