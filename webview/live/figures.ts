import type { Slo } from "../../src/deployment/deployment.ts";
import type { LivePoint } from "../../src/live/snapshot.ts";
import type { Prediction } from "../../src/protocol/live-view.ts";
import type { Bullet, Figure, Predicted, Tag } from "../parts/models.ts";
import { brief, duration, parts, percent, rate, whole } from "../parts/numbers.ts";
import { niceTop } from "../parts/ticks.ts";
import { definitions, said, words } from "../parts/words.ts";
import { absence, bucketWords, predictedRows, quantileWords } from "./live-words.ts";
import type { Measured, MeasuredLatency } from "./measured.ts";

export interface FigureInput {
  readonly measured: Measured | null;
  readonly last: LivePoint | undefined;
  readonly prediction: Prediction | null;
  readonly slo: Slo | null;
  readonly version: string | null;
  /** `5 min`, in the labels of what a window measures. */
  readonly windowName: string;
  /** Words under every figure while nobody answers: `14 s old`. */
  readonly age: string | null;
  /** Nothing runs: being below a predicted range says nothing then. */
  readonly idle: boolean;
}

/** Six figures of the window: the live value on the predicted band, with its limit. */
export function liveFigures(input: FigureInput): Figure[] {
  const { measured, prediction, slo, last } = input;
  const rows = prediction ? predictedRows(prediction) : null;
  const over = measured && measured.seconds > 0 ? input.windowName : "last scrape";
  const figures = [
    latency(
      input,
      "ttft",
      `TTFT p95, ${over}`,
      said(definitions.ttft),
      measured?.latencies.ttft_seconds ?? null,
      rows?.ttft ?? null,
      slo?.ttftSeconds ?? null,
      "",
    ),
    latency(
      input,
      "itl",
      `ITL p95, ${over}`,
      said(definitions.itl),
      measured?.latencies.itl_seconds ?? null,
      rows?.itl ?? null,
      null,
      tpotWords(input),
    ),
    gauge(
      input,
      "running",
      "Running now",
      "Requests in the running batches, summed over engines",
      measured?.running ?? null,
      rows?.running ?? null,
      (value) => `${whole(value)}\u00a0${value === 1 ? "request" : "requests"}`,
      "requests_running",
    ),
    gauge(
      input,
      "kv",
      "KV cache now",
      "Share of the cache's blocks in use, mean over engines",
      measured?.kvUsage ?? null,
      rows?.kv ?? null,
      percent,
      "kv_cache_usage",
      1,
    ),
    gauge(
      input,
      "output",
      `Output, ${over}`,
      "Output tokens per second, summed over engines",
      measured?.outputTokensPerSecond ?? null,
      rows?.output ?? null,
      (value) => rate(value, "tok/s"),
      "generation_tokens_total",
    ),
    gauge(
      input,
      "prefix",
      `Prefix hits, ${over}`,
      "Share of looked-up prompt tokens found in the prefix cache",
      measured?.prefixHitRate ?? null,
      rows?.prefix ?? null,
      percent,
      "prefix_cache_hits_total",
      1,
    ),
  ];
  if (input.age !== null && last) return figures.map((figure) => ({ ...figure, tag: null, caption: input.age ?? "" }));
  return input.idle ? figures.map((figure) => ({ ...figure, tag: null })) : figures;
}

function tpotWords({ measured, slo }: FigureInput): string {
  const tpot = measured?.latencies.tpot_seconds ?? null;
  const limit = slo?.tpotSeconds ?? null;
  if (limit === null) return tpot ? words("TPOT p95 {0}", quantileWords(tpot)) : "";
  return tpot
    ? words("TPOT p95 {0}, limit {1}", quantileWords(tpot), brief(duration(limit)))
    : words("TPOT limit {0}, not offered", brief(duration(limit)));
}

function latency(
  input: FigureInput,
  id: "ttft" | "itl",
  label: string,
  title: string,
  value: MeasuredLatency | null,
  range: Predicted | null,
  limit: number | null,
  more: string,
): Figure {
  const base = { id, label, title };
  if (!value) {
    return {
      ...base,
      value: "",
      unit: "",
      tag: null,
      bullet: null,
      caption: join(
        range ? words("predicted {0}", duration(range.value)) : "",
        limit === null ? "" : words("limit {0}", brief(duration(limit))),
      ),
      unknown: absence(`${id}_seconds`, input.last, input.version) ?? "idle, no request in the window",
    };
  }
  const [text, unit] = parts(quantileWords(value));
  return {
    ...base,
    value: text,
    unit,
    tag: limit !== null && value.p95 > limit ? { glyph: "✕", word: "missed", tone: "bad" } : rangeTag(value.p95, range, value.bucket),
    bullet: bullet(value.p95, range, limit, null),
    caption: join(
      bucketWords(value),
      range ? words("predicted {0}", duration(range.value)) : "",
      limit === null ? "" : words("limit {0}", brief(duration(limit))),
      more,
    ),
  };
}

type GaugeWord = "requests_running" | "kv_cache_usage" | "generation_tokens_total" | "prefix_cache_hits_total";

function gauge(
  input: FigureInput,
  id: string,
  label: string,
  title: string,
  value: number | null,
  range: Predicted | null,
  format: (value: number) => string,
  word: GaugeWord,
  scale: number | null = null,
): Figure {
  const base = { id, label, title };
  const said = range ? words("predicted {0}", format(range.value)) : "no prediction";
  if (value === null) {
    const waiting = word === "prefix_cache_hits_total" ? "no prompt looked up" : "needs two scrapes";
    return {
      ...base,
      value: "",
      unit: "",
      tag: null,
      bullet: null,
      caption: said,
      unknown: absence(word, input.last, input.version) ?? waiting,
    };
  }
  const [text, unit] = parts(format(value));
  return { ...base, value: text, unit, tag: rangeTag(value, range, null), bullet: bullet(value, range, null, scale), caption: said };
}

/** Outside its predicted range, and the bucket does not reach into it. */
export function rangeTag(value: number, range: Predicted | null, bucket: readonly [number, number] | null): Tag | null {
  if (!range || (value >= range.low && value <= range.high)) return null;
  if (bucket && bucket[0] <= range.high && bucket[1] >= range.low) return { glyph: "≈", word: "same bucket", tone: "plain" };
  return value > range.high ? { glyph: "▲", word: "above range", tone: "warning" } : { glyph: "▼", word: "below range", tone: "plain" };
}

function bullet(value: number, range: Predicted | null, limit: number | null, scale: number | null): Bullet | null {
  if (!range && limit === null) return null;
  return {
    value,
    low: range?.low ?? null,
    high: range?.high ?? null,
    limit,
    tone: "live",
    scale: scale ?? niceTop(Math.max(value, range?.high ?? 0, limit ?? 0) * 1.15),
  };
}

function join(...pieces: readonly string[]): string {
  return pieces.filter((piece) => piece !== "").join(" · ");
}
