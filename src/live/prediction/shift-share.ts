import { duration, percent, whole } from "../../catalog/quantity.ts";
import { type Message, message } from "../../deployment/message.ts";
import type { Settled, SettledPool } from "../../deployment/settled.ts";
import { stepModel } from "../../timing/step.ts";
import { type Batch, emptyBatch, type StepModel } from "../../timing/step-model.ts";
import type { LiveWindow } from "../series/window.ts";
import type { Histogram } from "../snapshot.ts";
import type { MeasuredWorkload } from "../workload/measured-workload.ts";
import type { OtherThreshold, ShiftSteps } from "./shift-steps.ts";

/** Fewer steps tell no share. */
const fewestSteps = 100;
const mostOthers = 6;

/** How a window's steps lie around the threshold of a deployment with Shift Parallelism; null without one, or without the engine's histogram. */
export function shiftSteps(settled: Settled, window: LiveWindow, load: MeasuredWorkload | null): ShiftSteps | null {
  const pool = settled.pools.find(({ shiftThreshold, layout }) => shiftThreshold !== null && layout.sequence > 1);
  const steps = window.growth.histograms.iteration_tokens;
  if (!pool || pool.shiftThreshold === null || !steps || steps.total < fewestSteps) return null;
  const threshold = pool.shiftThreshold;
  const shared = shareUpTo(steps, threshold);
  const saved = load && savedBy(settled, pool, window, load, steps);
  const others = otherThresholds(steps, threshold).map(
    (other): OtherThreshold => ({ threshold: other, ...shareUpTo(steps, other), savedSeconds: saved?.(other) ?? null }),
  );
  const counts = [...steps.count].map((count, index) => count - (steps.count[index - 1] ?? 0));
  return { bounds: [...steps.upper], counts, threshold, ...shared, others, sentence: sentenceOf(steps, threshold, shared, others) };
}

type Share = Pick<OtherThreshold, "shareBelow" | "shareBounds">;

/** Share of steps with at most so many tokens; in the bucket that a threshold cuts they are taken as spread evenly. */
function shareUpTo({ upper, count }: Histogram, threshold: number): Share {
  const all = count.at(-1) ?? 0;
  let index = 0;
  while (index < upper.length - 1 && (upper[index] ?? 0) < threshold) index++;
  const [low, high] = [(count[index - 1] ?? 0) / all, (count[index] ?? 0) / all];
  const [from, to] = [upper[index - 1] ?? 0, upper[index] ?? Number.POSITIVE_INFINITY];
  if (to === threshold) return { shareBelow: high, shareBounds: [high, high] };
  const within = Number.isFinite(to) ? (threshold - from) / (to - from) : 0;
  return { shareBelow: low + within * (high - low), shareBounds: [low, high] };
}

/** Bounds of buckets, at which shares are known exactly: those around the steps that ran, nearest to the threshold. */
function otherThresholds({ upper, count }: Histogram, threshold: number): readonly number[] {
  const all = count.at(-1) ?? 0;
  const telling = [...upper].filter((bound, index) => {
    const [below, here] = [count[index - 1] ?? 0, count[index] ?? 0];
    return Number.isFinite(bound) && bound !== threshold && here > 0 && below < all;
  });
  const near = telling.sort((a, b) => Math.abs(Math.log(a / threshold)) - Math.abs(Math.log(b / threshold))).slice(0, mostOthers);
  return near.sort((a, b) => a - b);
}

/** Seconds of step time that another threshold would have saved, by the step model at what each bucket's steps hold on average. */
function savedBy(
  settled: Settled,
  pool: SettledPool,
  window: LiveWindow,
  load: MeasuredWorkload,
  { upper, count }: Histogram,
): (threshold: number) => number {
  const inMode = (shiftThreshold: number): StepModel => stepModel(settled.model, { ...pool, shiftThreshold });
  const [tensor, sequence] = [inMode(Number.POSITIVE_INFINITY), inMode(0)];
  const engines = Math.max(1, window.last.server.engines);
  const running = (window.gauges.requests_running ?? 1) / engines;
  const context = load.promptTokensMean + load.outputTokensMean / 2;
  const costs = [...upper].map((bound, index) => {
    const low = upper[index - 1] ?? 0;
    const tokens = Math.max(1, Math.round(Number.isFinite(bound) ? (low + bound) / 2 : low * 1.5));
    const batch = batchOf(tokens, running, context);
    const steps = (count[index] ?? 0) - (count[index - 1] ?? 0);
    return { tokens, steps, tensor: tensor.stepSeconds(batch), sequence: sequence.stepSeconds(batch) };
  });
  const secondsAt = (threshold: number): number =>
    costs.reduce((sum, one) => sum + one.steps * (one.tokens <= threshold ? one.tensor : one.sequence), 0);
  const now = secondsAt(pool.shiftThreshold ?? 0);
  return (threshold) => now - secondsAt(threshold);
}

/** A step of so many tokens as it usually is: one for each running request, the rest of a prompt. */
function batchOf(tokens: number, running: number, context: number): Batch {
  const decodeSequences = Math.min(tokens, Math.max(1, Math.round(running)));
  const prefillTokens = tokens - decodeSequences;
  return {
    ...emptyBatch(),
    tokens,
    prefillTokens,
    decodeSequences,
    decodeContext: decodeSequences * context,
    prefillChunks: prefillTokens > 0 ? 1 : 0,
    prefillPairs: (prefillTokens * prefillTokens) / 2,
  };
}

function sentenceOf(
  { upper }: Histogram,
  threshold: number,
  { shareBelow, shareBounds }: Share,
  others: readonly OtherThreshold[],
): Message {
  const best = others.reduce<OtherThreshold | null>((a, b) => ((b.savedSeconds ?? 0) > (a?.savedSeconds ?? 0) ? b : a), null);
  const [low, high] = shareBounds;
  if (low !== high) {
    const [from, to] = bucketOf(upper, threshold);
    return message(
      "{0} to {1} of its steps ran as full tensor parallel: the bucket from {2} to {3} tokens does not tell how many of its steps had at most {4}",
      percent(low),
      percent(high),
      whole(from),
      Number.isFinite(to) ? whole(to) : "∞",
      whole(threshold),
    );
  }
  if (best?.savedSeconds) {
    return message(
      "{0} of its steps ran as full tensor parallel; a threshold of {1} would have saved about {2}",
      percent(shareBelow),
      whole(best.threshold),
      duration(best.savedSeconds),
    );
  }
  return message("{0} of its steps ran as full tensor parallel; no other threshold would have saved time", percent(shareBelow));
}

function bucketOf(upper: Float64Array, threshold: number): readonly [low: number, high: number] {
  const index = upper.findIndex((bound) => bound >= threshold);
  return [upper[index - 1] ?? 0, upper[index] ?? Number.POSITIVE_INFINITY];
}
