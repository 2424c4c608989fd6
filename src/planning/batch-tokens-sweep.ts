import { rate, whole } from "../catalog/quantity.ts";
import { type Message, message } from "../deployment/message.ts";
import type { Settled, SettledPool } from "../deployment/settled.ts";
import { modeWords } from "../simulation/report/layout-words.ts";
import { stepModel } from "../timing/step.ts";
import type { Batch, StepModel } from "../timing/step-model.ts";
import { promptBatch } from "./layout-sweep.ts";
import { meanLengths } from "./mean-lengths.ts";
import type { Metric } from "./metrics.ts";
import { decodeBatch } from "./shift-crossover.ts";
import type { SweepMark, SweepPoint, SweepResult, SweepSite } from "./sweep.ts";

/** Steps from which all larger ones bring less than this much more are large enough. */
const leastGain = 1.1;

/**
 * Tokens a second of one engine over the tokens of its steps, for prompts and for answers, straight from the step model: where each curve
 * bends, more in a step only takes longer.
 */
export function batchTokens({ settled, workload, seed }: SweepSite): SweepResult {
  const lengths = meanLengths(workload, seed);
  if (!lengths) return { problem: message("The deployment does not fit, or its load cannot be drawn") };
  const context = lengths.promptTokens + lengths.outputTokens / 2;
  const curves = settled.pools.flatMap((pool) => poolCurves(settled, pool, context));
  return {
    axis: { name: message("Tokens of a step"), unit: "tokens", scale: "log" },
    series: curves.map(({ title }) => title),
    metrics: ["prefill-tokens", "decode-tokens"],
    points: curves.flatMap(({ metric, points }, series) =>
      points.map(
        ({ tokens, perSecond, mode }): SweepPoint => ({
          series,
          x: tokens,
          name: mode === null ? "" : `${whole(tokens)}, ${mode}`,
          isFile: false,
          values: { [metric]: perSecond },
          holds: null,
          saturated: false,
          problem: null,
          change: null,
        }),
      ),
    ),
    marks: curves.flatMap(marksOf),
    findings: curves.flatMap(findingsOf),
  };
}

interface CurvePoint {
  readonly tokens: number;
  readonly perSecond: number;
  readonly mode: string | null;
}

interface Curve {
  readonly kind: "prefill" | "decode";
  readonly title: Message;
  readonly metric: Metric;
  readonly points: readonly CurvePoint[];
}

function poolCurves({ model }: Settled, pool: SettledPool, context: number): readonly Curve[] {
  const steps = stepModel(model, pool);
  const prompts: Curve = {
    kind: "prefill",
    title: message("prompts"),
    metric: "prefill-tokens",
    points: doublings(pool.settings.maxNumBatchedTokens).map((tokens) => point(steps, pool, promptBatch(tokens))),
  };
  const answers: Curve = {
    kind: "decode",
    title: message("answers"),
    metric: "decode-tokens",
    points: doublings(pool.settings.maxNumSeqs).map((tokens) => point(steps, pool, decodeBatch(tokens, context))),
  };
  return [...(pool.role === "decode" ? [] : [prompts]), ...(pool.role === "prefill" ? [] : [answers])];
}

function point(steps: StepModel, { layout, shiftThreshold }: SettledPool, batch: Batch): CurvePoint {
  return {
    tokens: batch.tokens,
    perSecond: batch.tokens / steps.stepSeconds(batch),
    mode: shiftThreshold === null ? null : modeWords(layout, steps.mode(batch.tokens)),
  };
}

function doublings(most: number): readonly number[] {
  const sizes: number[] = [];
  for (let size = 1; size < most; size *= 2) sizes.push(size);
  return [...sizes, most];
}

/** The smallest size that no larger one beats by much; undefined where that is the engine's own limit. */
export function saturates(points: readonly { readonly tokens: number; readonly perSecond: number }[]): number | undefined {
  const enough = points.findIndex((one, i) => points.slice(i + 1).every(({ perSecond }) => perSecond < one.perSecond * leastGain));
  return enough < points.length - 1 ? points[enough]?.tokens : undefined;
}

function marksOf({ kind, points }: Curve): readonly SweepMark[] {
  const at = saturates(points);
  if (at === undefined) return [];
  return [{ x: at, words: kind === "prefill" ? message("prompts saturate") : message("answers saturate") }];
}

function findingsOf({ kind, points }: Curve): readonly Message[] {
  const at = saturates(points);
  const most = points.reduce((best, { perSecond }) => Math.max(best, perSecond), 0);
  const words = { tokens: whole(at ?? points.at(-1)?.tokens ?? 0), most: rate(most, "tok/s") };
  if (kind === "prefill")
    return at === undefined
      ? [message("Prompts gain up to steps of {0} tokens, {1}", words.tokens, words.most)]
      : [message("Prompts saturate at steps of {0} tokens; the most is {1}", words.tokens, words.most)];
  return at === undefined
    ? [message("Answers gain up to {0} at once, {1}", words.tokens, words.most)]
    : [message("Answers saturate at {0} at once; the most is {1}", words.tokens, words.most)];
}
