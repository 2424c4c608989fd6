import { plain } from "../../src/deployment/message.ts";
import { whyNotOffered } from "../../src/live/not-offered.ts";
import type { CanonicalCounter, CanonicalGauge, CanonicalHistogram, LivePoint } from "../../src/live/snapshot.ts";
import type { Prediction } from "../../src/protocol/live-view.ts";
import type { Predicted } from "../parts/models.ts";
import { brief, duration, parts } from "../parts/numbers.ts";
import { words } from "../parts/words.ts";
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

/** The predicted value with its band. */
export function predicted(value: number, band: number): Predicted {
  return { value, low: value * Math.max(0, 1 - band), high: value * (1 + band) };
}

export interface PredictedRows {
  readonly ttft: Predicted;
  readonly itl: Predicted;
  readonly e2e: Predicted;
  readonly running: Predicted;
  readonly waiting: Predicted;
  readonly kv: Predicted;
  readonly prompt: Predicted;
  readonly output: Predicted;
  readonly prefix: Predicted;
}

export function predictedRows(prediction: Prediction): PredictedRows {
  const { band } = prediction;
  const of = (value: number) => predicted(value, band);
  // Requests are whole: less than one of them is no difference.
  const count = (value: number): Predicted => ({
    value,
    low: Math.max(0, Math.min(of(value).low, value - 1)),
    high: Math.max(of(value).high, value + 1),
  });
  return {
    ttft: of(prediction.ttftSeconds.p95),
    itl: of(prediction.itlSeconds.p95),
    e2e: of(prediction.e2eSeconds.p95),
    running: count(prediction.running),
    waiting: count(prediction.waiting),
    kv: of(prediction.kvUsage),
    prompt: of(prediction.promptTokensPerSecond),
    output: of(prediction.outputTokensPerSecond),
    prefix: of(prediction.prefixHitRate),
  };
}

type Word = CanonicalGauge | CanonicalCounter | CanonicalHistogram;

/** Why a quantity has no value, in words; null where it has one or will have. */
export function absence(word: Word, point: LivePoint | undefined, version: string | null): string | null {
  if (!point) return "waiting for the first answer";
  if (!point.snapshot) return null;
  if (word in point.rates || word in point.windows || word in point.snapshot.gauges) return null;
  const why = whyNotOffered(word, point.snapshot, version);
  // Rates and windows need a scrape before this one; until then the page cannot say more.
  if (Object.keys(point.rates).length === 0 && Object.keys(point.windows).length === 0 && Object.keys(point.snapshot.counters).length > 0)
    return "needs two scrapes";
  return why ? plain(why) : null;
}
