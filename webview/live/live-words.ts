import { whyNotOffered } from "../../src/live/page/not-offered.ts";
import type { Word } from "../../src/live/page/switched-on.ts";
import { predictedValue } from "../../src/live/prediction/compare.ts";
import type { ComparedMetric } from "../../src/live/prediction/compared-metrics.ts";
import { bandRange } from "../../src/live/prediction/prediction.ts";
import type { LivePoint } from "../../src/live/snapshot.ts";
import type { LiveConnection, Prediction } from "../../src/protocol/live-view.ts";
import type { Predicted } from "../parts/models.ts";
import { brief, duration, parts } from "../parts/numbers.ts";
import { said, words } from "../parts/words.ts";
import type { MeasuredLatency } from "./measured.ts";

/** A quantile as far as its histogram tells: below the first bound only that it is smaller. */
export function quantileWords({ p95, firstBound }: MeasuredLatency): string {
  return p95 < firstBound ? words("< {0}", brief(duration(firstBound))) : duration(p95);
}

/** `between 100 and 250 ms`; empty where the value is known better than that, or only that it is small. */
export function bucketWords({ p95, firstBound, bucket }: MeasuredLatency): string {
  if (!bucket || p95 < firstBound) return "";
  const [low, high] = bucket;
  if (!Number.isFinite(high)) return words("above {0}", brief(duration(low)));
  const [from, to] = [brief(duration(low)), brief(duration(high))];
  const unit = parts(to)[1];
  return words("between {0} and {1}", parts(from)[1] === unit ? parts(from)[0] : from, to);
}

export interface PredictedRows {
  readonly ttft: Predicted;
  readonly itl: Predicted;
  readonly tpot: Predicted;
  readonly e2e: Predicted;
  readonly running: Predicted;
  readonly waiting: Predicted;
  readonly kv: Predicted;
  readonly prompt: Predicted;
  readonly output: Predicted;
  readonly prefix: Predicted;
  /** Finished requests a second. */
  readonly rate: Predicted;
}

/** The metric that a prediction knows a row by. */
const metricOf: Readonly<Record<Exclude<keyof PredictedRows, "tpot">, ComparedMetric>> = {
  ttft: "ttft_p95",
  itl: "itl_p95",
  e2e: "e2e_p95",
  running: "requests_running",
  waiting: "requests_waiting",
  kv: "kv_cache_usage",
  prompt: "prompt_tokens_per_second",
  output: "generation_tokens_per_second",
  prefix: "prefix_cache_hit_rate",
  rate: "requests_per_second",
};

/** What each row is predicted to show; an upper end that nobody knows is Infinity. */
export function predictedRows(prediction: Prediction): PredictedRows {
  const of = (metric: ComparedMetric): Predicted => {
    const value = predictedValue(prediction, metric);
    const [low, high] = prediction.ranges[metric] ?? bandRange(metric, value, prediction.band);
    return { value, low, high: high ?? Number.POSITIVE_INFINITY };
  };
  const { band } = prediction;
  const tpot = prediction.tpotSeconds.p95;
  return {
    ttft: of(metricOf.ttft),
    itl: of(metricOf.itl),
    tpot: { value: tpot, low: tpot * Math.max(0, 1 - band), high: tpot * (1 + band) },
    e2e: of(metricOf.e2e),
    running: of(metricOf.running),
    waiting: of(metricOf.waiting),
    kv: of(metricOf.kv),
    prompt: of(metricOf.prompt),
    output: of(metricOf.output),
    prefix: of(metricOf.prefix),
    rate: of(metricOf.rate),
  };
}

/** Read off the server and fed into the prediction: it agrees of itself, and confirms nothing. */
export function isInput(prediction: Prediction | null, row: keyof PredictedRows): boolean {
  return prediction !== null && row !== "tpot" && prediction.inputs.includes(metricOf[row]);
}

/** Who tells the figures: the server's version where it is known, and through what. */
export interface Teller {
  readonly version: string | null;
  readonly source: LiveConnection["source"];
}

/** Why a quantity has no value, in words; null where it has one or will have. */
export function absence(word: Word, point: LivePoint | undefined, { version, source }: Teller): string | null {
  if (!point) return words("waiting for the first answer");
  if (!point.snapshot) return null;
  if (word in point.rates || word in point.windows || word in point.snapshot.gauges) return null;
  const why = whyNotOffered(word, point.snapshot, version, source);
  // Rates and windows need a scrape before this one; until then the page cannot say more.
  if (Object.keys(point.rates).length === 0 && Object.keys(point.windows).length === 0 && Object.keys(point.snapshot.counters).length > 0)
    return words("needs two scrapes");
  return why ? said(why) : null;
}
