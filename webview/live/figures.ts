import type { Slo } from "../../src/deployment/deployment.ts";
import type { LivePoint } from "../../src/live/snapshot.ts";
import type { LiveConnection, Prediction } from "../../src/protocol/live-view.ts";
import type { Bullet, Figure, Predicted, Tag } from "../parts/models.ts";
import { brief, duration, parts, percent, rate, whole } from "../parts/numbers.ts";
import { niceTop } from "../parts/ticks.ts";
import { definitions, said, words } from "../parts/words.ts";
import { absence, bucketWords, isInput, type PredictedRows, predictedRows, quantileWords } from "./live-words.ts";
import type { Measured, MeasuredLatency } from "./measured.ts";

export interface FigureInput {
  readonly measured: Measured | null;
  /** The newest answer. */
  readonly last: LivePoint | undefined;
  readonly prediction: Prediction | null;
  readonly slo: Slo | null;
  readonly version: string | null;
  readonly source: LiveConnection["source"];
  /** `5 min`, in the labels of what a window measures. */
  readonly windowName: string;
  /** Words under every figure while nobody answers: `14 s old`. */
  readonly age: string | null;
  /** Nothing runs: being below a predicted range says nothing then. */
  readonly isIdle: boolean;
  /** Tokens that the cache holds; null = not known. */
  readonly kvCapacityTokens: number | null;
}

/** Six figures of the window: the live value on the predicted band, with its limit. */
export function liveFigures(input: FigureInput): Figure[] {
  const { measured, prediction, slo, last, age } = input;
  const rows = prediction ? predictedRows(prediction) : null;
  const over = measured && measured.seconds > 0 ? input.windowName : words("last scrape");
  const { running, kvUsage, outputTokensPerSecond: output, prefixHitRate: prefix } = measured ?? {};
  const fed = (row: keyof PredictedRows): boolean => isInput(prediction, row);
  const figures = [
    latencyFigure(input, {
      id: "ttft",
      label: words("TTFT p95, {0}", over),
      title: said(definitions.ttft),
      value: measured?.latencies.ttft_seconds ?? null,
      range: rows?.ttft ?? null,
      limit: slo?.ttftSeconds ?? null,
    }),
    secondLatency(input, over),
    gaugeFigure(input, {
      id: "running",
      label: words("Running now"),
      title: words("Requests in the running batches, summed over engines"),
      value: running ?? null,
      range: rows?.running ?? null,
      format: (value) => `${whole(value)}\u00a0${value === 1 ? words("request") : words("requests")}`,
      word: "requests_running",
    }),
    gaugeFigure(input, {
      id: "kv",
      label: words("KV cache now"),
      title: words("Share of the cache's blocks in use, mean over engines"),
      value: kvUsage ?? null,
      range: rows?.kv ?? null,
      format: percent,
      word: "kv_cache_usage",
      scale: 1,
      more: freeTokens(input),
    }),
    gaugeFigure(input, {
      id: "output",
      label: words("Output, {0}", over),
      title: words("Output tokens per second, summed over engines"),
      value: output ?? null,
      range: fed("output") ? null : (rows?.output ?? null),
      format: (value) => rate(value, "tok/s"),
      word: "generation_tokens_total",
      more: fed("output") ? words("input of the prediction") : "",
    }),
    gaugeFigure(input, {
      id: "prefix",
      label: words("Prefix hits, {0}", over),
      title: words("Share of looked-up prompt tokens found in the prefix cache"),
      value: prefix ?? null,
      range: fed("prefix") ? null : (rows?.prefix ?? null),
      format: percent,
      word: "prefix_cache_hits_total",
      scale: 1,
      more: fed("prefix") ? words("input of the prediction") : "",
    }),
  ];
  if (age !== null && last) return figures.map((figure) => ({ ...figure, tag: null, caption: age }));
  return input.isIdle ? figures.map((figure) => ({ ...figure, tag: null })) : figures;
}

/** TPOT, on which limits are set; the gaps between tokens where a server does not offer it. */
function secondLatency(input: FigureInput, over: string): Figure {
  const { measured, prediction, slo } = input;
  const rows = prediction ? predictedRows(prediction) : null;
  const tpot = measured?.latencies.tpot_seconds ?? null;
  const itl = measured?.latencies.itl_seconds ?? null;
  const limit = slo?.tpotSeconds ?? null;
  if (tpot || !itl)
    return latencyFigure(input, {
      id: "tpot",
      label: words("TPOT p95, {0}", over),
      title: said(definitions.tpot),
      value: tpot,
      range: rows?.tpot ?? null,
      limit,
    });
  return latencyFigure(input, {
    id: "itl",
    label: words("ITL p95, {0}", over),
    title: said(definitions.itl),
    value: itl,
    range: rows?.itl ?? null,
    limit: null,
    more: limit === null ? "" : words("TPOT limit {0}, not offered", brief(duration(limit))),
  });
}

function freeTokens({ measured, kvCapacityTokens }: FigureInput): string {
  const used = measured?.kvUsage ?? null;
  if (used === null || kvCapacityTokens === null) return "";
  return words("{0} tokens free", whole(Math.round(((1 - used) * kvCapacityTokens) / 1000) * 1000));
}

interface Latency {
  readonly id: "ttft" | "itl" | "tpot";
  readonly label: string;
  readonly title: string;
  readonly value: MeasuredLatency | null;
  readonly range: Predicted | null;
  readonly limit: number | null;
  readonly more?: string;
}

function latencyFigure(input: FigureInput, { id, label, title, value, range, limit, more }: Latency): Figure {
  const base = { id, label, title };
  const against = [
    range ? words("predicted {0}", duration(range.value)) : "",
    limit === null ? "" : words("limit {0}", brief(duration(limit))),
    more ?? "",
  ];
  if (!value) {
    const unknown = absence(`${id}_seconds`, input.last, input) ?? words("idle, no request in the window");
    return { ...base, value: "", unit: "", tag: null, bullet: null, caption: joined(against), unknown };
  }
  const [text, unit] = parts(quantileWords(value));
  return {
    ...base,
    value: text,
    unit,
    tag:
      limit !== null && value.p95 > limit ? { glyph: "✕", word: words("missed"), tone: "bad" } : rangeTag(value.p95, range, value.bucket),
    bullet: bullet(value.p95, range, limit, null),
    caption: joined([bucketWords(value), ...against]),
  };
}

interface Gauge {
  readonly id: string;
  readonly label: string;
  readonly title: string;
  readonly value: number | null;
  readonly range: Predicted | null;
  readonly format: (value: number) => string;
  readonly word: "requests_running" | "kv_cache_usage" | "generation_tokens_total" | "prefix_cache_hits_total";
  /** End of the bullet's scale where it is known. */
  readonly scale?: number;
  readonly more?: string;
}

function gaugeFigure(input: FigureInput, { id, label, title, value, range, format, word, scale, more }: Gauge): Figure {
  const base = { id, label, title };
  const against = [more ?? "", range ? words("predicted {0}", format(range.value)) : ""];
  const caption = joined(against) || words("no prediction");
  if (value === null) {
    const waiting = word === "prefix_cache_hits_total" ? words("no prompt looked up") : words("needs two scrapes");
    const unknown = absence(word, input.last, input) ?? waiting;
    return { ...base, value: "", unit: "", tag: null, bullet: null, caption, unknown };
  }
  const [text, unit] = parts(format(value));
  return { ...base, value: text, unit, tag: rangeTag(value, range, null), bullet: bullet(value, range, null, scale ?? null), caption };
}

/** Outside its predicted range, and the bucket does not reach into it. */
export function rangeTag(value: number, range: Predicted | null, bucket: readonly [number, number] | null): Tag | null {
  if (!range || (value >= range.low && value <= range.high)) return null;
  if (bucket && bucket[0] <= range.high && bucket[1] >= range.low) return { glyph: "≈", word: words("same bucket"), tone: "plain" };
  return value > range.high
    ? { glyph: "▲", word: words("above range"), tone: "warning" }
    : { glyph: "▼", word: words("below range"), tone: "plain" };
}

function bullet(value: number, range: Predicted | null, limit: number | null, scale: number | null): Bullet | null {
  if (!range && limit === null && scale === null) return null;
  return {
    value,
    low: range?.low ?? null,
    high: range?.high ?? null,
    limit,
    tone: "live",
    scale: scale ?? niceTop(Math.max(value, finite(range?.high), limit ?? 0) * 1.15),
  };
}

/** A range without an upper end reaches to the end of the scale. */
function finite(value: number | undefined): number {
  return value !== undefined && Number.isFinite(value) ? value : 0;
}

function joined(pieces: readonly string[]): string {
  return pieces.filter((piece) => piece !== "").join(" · ");
}
