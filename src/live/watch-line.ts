import { secondsBetween } from "./moment.ts";
import { counterWords, growth, histogramWords, hitRateOf, ratesOf, windowsOf } from "./point.ts";
import type { CanonicalHistogram, EngineMeasures, LivePoint, LiveState, Measures, ServerKind, WindowQuantiles } from "./snapshot.ts";

/** One line of `watch --format jsonl`. What the server does not offer is null. */
export interface WatchLine {
  readonly time: number;
  readonly state: LiveState;
  /** Why there was no answer; only when lost. */
  readonly error?: string;
  /** Servers of a fleet whose share is not in the figures. */
  readonly missing?: readonly string[];
  readonly server: {
    readonly kind: ServerKind;
    readonly version: string | null;
    readonly model: string | null;
    /** 0 while there is no answer. */
    readonly engines: number;
  };
  readonly metrics: WatchMetrics;
  /** Each engine alone, `engine` being its label. */
  readonly engines?: readonly WatchEngine[];
}

export interface WatchQuantiles {
  readonly mean: number | null;
  readonly p50: number | null;
  readonly p90: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  readonly count: number;
}

export type WatchMetrics = Readonly<Record<string, number | WatchQuantiles | null>>;
export type WatchEngine = Readonly<Record<string, string | number | WatchQuantiles | null>>;

export interface WatchOptions {
  /** From `/version`; the metrics page does not tell. */
  readonly version?: string | null;
  /** From `/v1/models`, where the page names no model. */
  readonly model?: string | null;
  /** The point before, for rates of each engine. */
  readonly before?: LivePoint;
  readonly perEngine?: boolean;
}

/** The catalogue's word where ours is shorter. */
const outputName: Readonly<Record<CanonicalHistogram, string>> = {
  ttft_seconds: "ttft_seconds",
  itl_seconds: "itl_seconds",
  tpot_seconds: "tpot_seconds",
  e2e_seconds: "e2e_seconds",
  queue_seconds: "queue_time_seconds",
  prefill_seconds: "prefill_time_seconds",
  decode_seconds: "decode_time_seconds",
  request_prompt_tokens: "request_prompt_tokens",
  request_generation_tokens: "request_generation_tokens",
};

/** The JSON object of one scrape, as interfaces.md lays it down. */
export function watchLine(point: LivePoint, options: WatchOptions = {}): WatchLine {
  const { snapshot } = point;
  return {
    time: point.time,
    state: point.state,
    ...(point.error === undefined ? {} : { error: point.error }),
    ...(point.missing ? { missing: point.missing } : {}),
    server: {
      kind: snapshot?.server.kind ?? "unknown",
      version: options.version ?? null,
      model: snapshot?.server.model ?? options.model ?? null,
      engines: snapshot?.server.engines ?? 0,
    },
    metrics: metricsOf(snapshot, point),
    ...(options.perEngine ? { engines: (snapshot?.perEngine ?? []).map((engine) => engineLine(engine, point, options.before)) } : {}),
  };
}

function engineLine(engine: EngineMeasures, point: LivePoint, before: LivePoint | undefined): WatchEngine {
  const earlier = point.state === "restarted" ? undefined : before?.snapshot?.perEngine?.find((one) => one.engine === engine.engine);
  const grown = earlier ? growth(engine, earlier, secondsBetween(before?.snapshot ?? point, point.snapshot ?? point)) : undefined;
  const told = grown
    ? { rates: ratesOf(grown), windows: windowsOf(grown), prefixHitRate: hitRateOf(grown) }
    : { rates: {}, windows: {}, prefixHitRate: null };
  return { engine: engine.engine, ...metricsOf(engine, told) };
}

function metricsOf(measures: Measures | undefined, told: Pick<LivePoint, "rates" | "windows" | "prefixHitRate">): WatchMetrics {
  const metrics: Record<string, number | WatchQuantiles | null> = {
    requests_running: measures?.gauges.requests_running ?? null,
    requests_waiting: measures?.gauges.requests_waiting ?? null,
    kv_cache_usage: measures?.gauges.kv_cache_usage ?? null,
  };
  for (const word of counterWords) {
    metrics[word] = measures?.counters[word] ?? null;
    metrics[word.replace(/_total$/, "_per_second")] = told.rates[word] ?? null;
  }
  metrics.requests_per_second = told.rates.request_success_total ?? null;
  metrics.prefix_cache_hit_rate = told.prefixHitRate;
  for (const word of histogramWords) metrics[outputName[word]] = quantilesOf(told.windows[word]);
  return metrics;
}

function quantilesOf(window: WindowQuantiles | undefined): WatchQuantiles | null {
  if (!window) return null;
  const { mean, p50, p90, p95, p99, count } = window;
  return { mean, p50, p90, p95, p99, count };
}
