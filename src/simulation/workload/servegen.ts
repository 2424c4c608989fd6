import { type Message, message } from "../../deployment/message.ts";
import { randomSource, type Source } from "../random.ts";
import { unitGamma, unitWeibull } from "./arrivals.ts";
import { mostRequests } from "./load-problem.ts";
import { bareTable } from "./trace-table.ts";
import type { RequestRow } from "./workload.ts";

/** Always the same, so that a trace is one load whatever the run's seed. */
const seed = 1;

interface Window {
  readonly startSeconds: number;
  readonly ratePerSecond: number;
  readonly gaps: (source: Source) => () => number;
}

/** Quantiles (i + ½) / n of what a client asks and gets. */
interface Quantiles {
  /** Parts of a prompt, drawn by themselves: how they go together is not told. */
  readonly input: readonly (readonly number[])[];
  readonly output: readonly number[];
}

/** Where drawing ends. */
export interface DrawnLimits {
  readonly limitSeconds: number;
  readonly most: number;
}

export type ServegenRows =
  | { readonly rows: readonly RequestRow[]; readonly problem?: undefined }
  | { readonly rows?: undefined; readonly problem: Message };

/** Multimodal clients have the parts instead of the whole. */
const promptParts = ["input_tokens", "text_tokens", "image_tokens", "audio_tokens", "video_tokens"];
const columns = ["start", "rate", "cv", "pattern", "shape", "scale"];

/** Lines of six fields without a header, the first two numbers. */
export function looksLikeServegen(text: string): boolean {
  return /^\s*\d+(\.\d+)?,\d+(\.\d+)?(e-?\d+)?,[^,\r\n]*,(Gamma|Weibull)?,[^,\r\n]*,[^,\r\n]*(\r?\n|$)/.test(text);
}

/**
 * Requests of one client of ServeGen: windows of time with a rate and a pattern of gaps, and the quantiles of its lengths in the nearest
 * window before that has any. Gaps keep the window's rate as their mean, and the fitted shape.
 */
export function servegenRows(windowsText: string, quantilesText: string, limits: DrawnLimits): ServegenRows {
  const table = bareTable(windowsText, columns, mostRequests);
  if (table.problem) return { problem: table.problem };
  const lengths = quantilesOf(quantilesText);
  if (lengths.size === 0) return { problem: message("The quantiles beside the trace name no input and output tokens.") };
  const windows: Window[] = [];
  for (let i = 0; i < table.records.length; i++) {
    const window = windowOf(table.records[i] ?? {});
    // The header that the file does not have stands before its first line.
    const line = table.lineOf(i) - 1;
    if (!window)
      return { problem: message("Line {0} of the trace is no window of ServeGen: start, rate, variation, pattern, shape, scale.", line) };
    if (window.startSeconds <= (windows.at(-1)?.startSeconds ?? Number.NEGATIVE_INFINITY))
      return { problem: message("Line {0} of the trace begins before the line above it ends.", line) };
    windows.push(window);
  }
  return { rows: drawn(windows, lengths, limits) };
}

function windowOf(record: Readonly<Record<string, unknown>>): Window | undefined {
  const [startSeconds, ratePerSecond, shape] = [number(record.start), number(record.rate), number(record.shape)];
  const { pattern } = record;
  if (!(startSeconds >= 0 && ratePerSecond >= 0 && Number.isFinite(ratePerSecond))) return undefined;
  if (ratePerSecond === 0) return { startSeconds, ratePerSecond, gaps: () => () => 1 };
  if (!(shape > 0 && shape < 1e6)) return undefined;
  if (pattern === "Gamma") return { startSeconds, ratePerSecond, gaps: (source) => unitGamma(shape, source) };
  return pattern === "Weibull" ? { startSeconds, ratePerSecond, gaps: (source) => unitWeibull(shape, source) } : undefined;
}

function number(value: unknown): number {
  return typeof value === "string" && value.trim() !== "" ? Number(value) : Number.NaN;
}

function drawn(
  windows: readonly Window[],
  lengths: ReadonlyMap<number, Quantiles>,
  { limitSeconds, most }: DrawnLimits,
): readonly RequestRow[] {
  const rows: RequestRow[] = [];
  const arrivals = randomSource(seed, "arrivals");
  const prompts = randomSource(seed, "promptTokens");
  const outputs = randomSource(seed, "outputTokens");
  const first = windows[0]?.startSeconds ?? 0;
  const starts = [...lengths.keys()].sort((a, b) => a - b);
  windows.forEach((window, i) => {
    // All windows of a file are of one length.
    const end = windows[i + 1]?.startSeconds ?? 2 * window.startSeconds - (windows[i - 1]?.startSeconds ?? 0);
    if (window.ratePerSecond === 0) return;
    const last = Math.min(end, first + limitSeconds);
    const own = lengths.get(starts.findLast((start) => start <= window.startSeconds) ?? starts[0] ?? 0);
    const gap = window.gaps(arrivals);
    for (let time = window.startSeconds + gap() / window.ratePerSecond; own && time < last; time += gap() / window.ratePerSecond) {
      if (rows.length >= most) return;
      const promptTokens = own.input.reduce((sum, part) => sum + drawLength(part, prompts), 0);
      const outputTokens = drawLength(own.output, outputs);
      rows.push({
        arrivalSeconds: Math.round((time - first) * 1e7) / 1e7,
        promptTokens: Math.max(1, promptTokens),
        outputTokens: Math.max(1, outputTokens),
      });
    }
  });
  return rows;
}

/** Between two quantiles every value is equally likely; beyond the outermost none is. */
function drawLength(quantiles: readonly number[], source: Source): number {
  const place = Math.min(quantiles.length - 1, Math.max(0, source() * quantiles.length - 0.5));
  const low = Math.floor(place);
  const below = quantiles[low] as number;
  const above = quantiles[Math.min(quantiles.length - 1, low + 1)] as number;
  return Math.round(below + (above - below) * (place - low));
}

/** By the start of the window. Windows without a request have none. */
function quantilesOf(text: string): ReadonlyMap<number, Quantiles> {
  const found = new Map<number, Quantiles>();
  for (const [start, fields] of entriesOf(parsed(text))) {
    const one = new Map(entriesOf(fields));
    const input = promptParts.map((name) => one.get(name)).filter(isRising);
    const output = one.get("output_tokens");
    if (Number.isFinite(Number(start)) && input.length > 0 && isRising(output)) found.set(Number(start), { input, output });
  }
  return found;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function entriesOf(value: unknown): readonly (readonly [string, unknown])[] {
  return typeof value === "object" && value !== null ? Object.entries(value) : [];
}

function isRising(value: unknown): value is readonly number[] {
  if (!Array.isArray(value) || value.length === 0) return false;
  return value.every((one, i) => typeof one === "number" && one >= 0 && one <= 1e8 && (i === 0 || one >= value[i - 1]));
}
