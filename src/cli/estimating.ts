import type { Settled, SettledPool } from "../deployment/settled.ts";
import { gpusOf } from "../deployment/settled.ts";
import type { MemoryPlan } from "../memory/plan.ts";
import { decodeBatch, estimate, type RequestLengths } from "../timing/closed-form.ts";
import type { Estimate } from "../timing/estimate.ts";
import { type GpuPeaks, gpuPeaks } from "../timing/operators/achieved.ts";
import type { OperatorShare } from "../timing/operators/operator.ts";
import { stepModel } from "../timing/step.ts";
import { type Batch, emptyBatch, type Operator, type StepModel } from "../timing/step-model.ts";

/** One engine step priced on its own. */
export interface PricedStep {
  readonly name: "prefill" | "decode-one" | "decode-largest";
  readonly tokens: number;
  readonly sequences: number;
  readonly mode: string;
  readonly seconds: number;
  readonly byOperator: Readonly<Record<Operator, number>>;
  /** The same in kinds of work, on one GPU of every stage. */
  readonly operators: readonly OperatorShare[];
  readonly peaks: GpuPeaks;
}

/** All that `estimate` says of a deployment. */
export interface Estimated {
  readonly estimate: Estimate;
  readonly steps: readonly PricedStep[];
  readonly gpus: number;
  readonly kvCacheTokens: number;
}

/** Closed form for requests of these lengths. Every plan must fit. */
export function estimated(settled: Settled, plans: readonly MemoryPlan[], lengths: RequestLengths): Estimated {
  const made = estimate(settled, plans, lengths);
  const prefill = settled.pools.find(({ role }) => role === "prefill") ?? settled.pools[0];
  const decode = settled.pools.find(({ role }) => role === "decode") ?? settled.pools.at(-1);
  const prompts = prefill && { pool: prefill, model: stepModel(settled.model, prefill) };
  const answers = decode && (decode === prefill ? prompts : { pool: decode, model: stepModel(settled.model, decode) });
  const steps = [
    ...(prompts ? [prefillStep(prompts, lengths)] : []),
    ...(answers ? [decodeStep(answers, 1, lengths), decodeStep(answers, made.largestBatch, lengths)] : []),
  ];
  return {
    estimate: made,
    steps,
    gpus: settled.pools.reduce((sum, pool) => sum + gpusOf(pool), 0),
    kvCacheTokens: Math.min(...plans.map((plan) => plan.kvCacheTokens)),
  };
}

interface TimedPool {
  readonly pool: SettledPool;
  readonly model: StepModel;
}

/** The first chunk of a prompt alone. */
function prefillStep({ pool, model }: TimedPool, { promptTokens }: RequestLengths): PricedStep {
  const { chunkedPrefill, maxNumBatchedTokens } = pool.settings;
  const chunk = Math.max(1, chunkedPrefill ? Math.min(promptTokens, maxNumBatchedTokens) : promptTokens);
  const batch = { ...emptyBatch(), tokens: chunk, prefillTokens: chunk, prefillChunks: 1, prefillPairs: (chunk * chunk) / 2 };
  return { name: "prefill", tokens: chunk, sequences: 1, mode: model.mode(chunk), ...priced(model, batch, pool) };
}

/** Sequences half-way through their answers. */
function decodeStep({ pool, model }: TimedPool, sequences: number, { promptTokens, outputTokens }: RequestLengths): PricedStep {
  const count = Math.max(1, sequences);
  const batch = decodeBatch(count, promptTokens + outputTokens / 2, pool.speculation);
  const name = sequences === 1 ? "decode-one" : "decode-largest";
  return { name, tokens: batch.tokens, sequences: count, mode: model.mode(batch.tokens), ...priced(model, batch, pool) };
}

function priced(model: StepModel, batch: Batch, pool: SettledPool): Pick<PricedStep, "seconds" | "byOperator" | "operators" | "peaks"> {
  const { total, seconds } = model.breakdown(batch);
  return { seconds: total, byOperator: seconds, operators: model.anatomy(batch), peaks: gpuPeaks(model, pool) };
}
