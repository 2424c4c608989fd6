import { secondsBetween } from "./series/moment.ts";
import { growth, hitRateOf, ratesOf, windowsOf } from "./series/point.ts";
import type {
  CanonicalHistogram,
  EngineMeasures,
  LivePoint,
  LiveState,
  Measures,
  ServerKind,
  Snapshot,
  WindowQuantiles,
} from "./snapshot.ts";
import { counterWords, gaugeWords, histogramWords, infoWords, partWords } from "./words.ts";

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
  /** null where the server keeps a mean alone. */
  readonly count: number | null;
}

/** Figures by the value of a label, or labels in which a server tells of itself. */
type Labelled = Readonly<Record<string, number | string>>;

export type WatchMetrics = Readonly<Record<string, number | WatchQuantiles | Labelled | null>>;
export type WatchEngine = Readonly<Record<string, string | number | WatchQuantiles | Labelled | null>>;

/** Whether a figure is one of a histogram. */
export function isQuantiles(figure: WatchEngine[string] | undefined): figure is WatchQuantiles {
  return typeof figure === "object" && figure !== null && Object.hasOwn(figure, "mean") && Object.hasOwn(figure, "p50");
}

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
const outputNames: Readonly<Partial<Record<CanonicalHistogram, string>>> = {
  queue_seconds: "queue_time_seconds",
  prefill_seconds: "prefill_time_seconds",
  decode_seconds: "decode_time_seconds",
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
    metrics: metricsOf(snapshot, point, snapshot?.infos),
    ...(options.perEngine ? { engines: (snapshot?.perEngine ?? []).map((engine) => engineLine(engine, point, options.before)) } : {}),
  };
}

function engineLine(engine: EngineMeasures, point: LivePoint, before: LivePoint | undefined): WatchEngine {
  const earlier = point.state === "restarted" ? undefined : before?.snapshot?.perEngine?.find((one) => one.engine === engine.engine);
  const grown = earlier ? growth(engine, earlier, secondsBetween(before?.snapshot ?? point, point.snapshot ?? point)) : undefined;
  const told = grown
    ? { rates: ratesOf(grown), windows: windowsOf(grown), prefixHitRate: hitRateOf(grown, engine.gauges) }
    : { rates: {}, windows: {}, prefixHitRate: null };
  return { engine: engine.engine, ...metricsOf(engine, told) };
}

type Told = Pick<LivePoint, "rates" | "windows" | "prefixHitRate">;
type OpenMetrics = Record<string, WatchMetrics[string]>;

function metricsOf(measures: Measures | undefined, told: Told, infos?: Snapshot["infos"]): WatchMetrics {
  const metrics: OpenMetrics = {};
  for (const word of gaugeWords) metrics[word] = measures?.gauges[word] ?? null;
  for (const word of counterWords) {
    metrics[word] = measures?.counters[word] ?? null;
    metrics[word.replace(/_total$/, "_per_second")] = told.rates[word] ?? null;
  }
  metrics.requests_per_second = told.rates.request_success_total ?? told.rates.requests_total ?? null;
  setShares(metrics, measures, told);
  for (const word of histogramWords) metrics[outputNames[word] ?? word] = quantilesOf(told.windows[word], measures?.means?.[word]);
  for (const word of partWords) metrics[word] = measures?.parts?.[word] ?? null;
  for (const word of infoWords) metrics[word] = infos?.[word] ?? null;
  return metrics;
}

/** Shares of what came in. A server's own gauge, often that of its last batch, speaks only where it counts neither side. */
function setShares(metrics: OpenMetrics, measures: Measures | undefined, { rates, prefixHitRate }: Told): void {
  const { prefix_cache_queries_total: queries, prefix_cache_hits_total: hits } = measures?.counters ?? {};
  if (queries !== undefined && hits !== undefined) metrics.prefix_cache_hit_rate = prefixHitRate;
  const { spec_decode_drafts_total: drafts, spec_decode_draft_tokens_total: drafted, spec_decode_accepted_tokens_total: accepted } = rates;
  if (accepted === undefined) return;
  if (drafted) metrics.spec_decode_acceptance_rate = accepted / drafted;
  // Each step gives one token of its own.
  if (drafts) metrics.spec_decode_mean_length = 1 + accepted / drafts;
}

function quantilesOf(window: WindowQuantiles | undefined, kept: number | undefined): WatchQuantiles | null {
  if (!window) return kept === undefined ? null : { mean: kept, p50: null, p90: null, p95: null, p99: null, count: null };
  const { mean, p50, p90, p95, p99, count } = window;
  return { mean, p50, p90, p95, p99, count };
}
