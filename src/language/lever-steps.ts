import type { Model } from "../catalog/facts.ts";
import { gib, whole } from "../catalog/quantity.ts";
import { type Message, message } from "../deployment/message.ts";
import type { SettingNames } from "../deployment/setting-names.ts";
import { gpusPerInstance, type MemoryBudget, type SettledPool } from "../deployment/settled.ts";
import type { MemoryPlan, RankMemory } from "../memory/plan.ts";
import { largerShares } from "../planning/advice/shares.ts";

export type LeverId =
  | "sequences"
  | "share"
  | "batched-tokens"
  | "eager"
  | "layout"
  | "cache-type"
  | "shift"
  | "length"
  | "quantization"
  | "tensor";

/** One change of a deployment that leaves more of its GPUs to the KV cache. */
export interface LeverStep {
  /** Imperative, with both values in it. */
  readonly title: Message;
  /** What it costs. */
  readonly price: Message;
  /** Texts by flag: `true` switches one on, null takes it away. */
  readonly flags: Readonly<Record<string, string | null>>;
  /** GPUs of an instance, where the change needs more. */
  readonly gpus?: number;
}

export interface LeverSteps {
  readonly id: LeverId;
  /** The smallest change first. */
  readonly steps: readonly LeverStep[];
}

export interface LeverSite {
  readonly model: Model;
  readonly pool: SettledPool;
  readonly plan: MemoryPlan;
  readonly names: SettingNames;
  /** Most requests that ran at once in the last simulation. */
  readonly runningPeak?: number | undefined;
}

const smallestLength = 2048;
const smallestBatch = 2048;
/** GPUs of one board: a tensor-parallel group beyond it goes over the network. */
const largestTensor = 8;

/** What could be turned, the cheapest first; whether it helps and can be written is for others to find out. */
export function leverSteps(site: LeverSite): readonly LeverSteps[] {
  const rank = site.plan.ranks[site.plan.tightest];
  if (!rank) return [];
  return [
    { id: "sequences", steps: fewerSequences(site) },
    { id: "share", steps: largerShare(site, rank) },
    { id: "batched-tokens", steps: fewerTokens(site) },
    { id: "eager", steps: noGraphs(site, rank) },
    { id: "layout", steps: otherLayout(site) },
    { id: "cache-type", steps: smallerCache(site) },
    { id: "shift", steps: withoutShift(site, rank) },
    { id: "length", steps: shorter(site) },
    { id: "quantization", steps: smallerWeights(site) },
    { id: "tensor", steps: moreGpus(site) },
  ];
}

/** The sampler's buffers grow with the sequences of a step (memory law 4). */
function fewerSequences({ pool, names, runningPeak }: LeverSite): readonly LeverStep[] {
  const now = pool.settings.maxNumSeqs;
  return halves(now, 16).map((count) => ({
    title: message("Lower {0} from {1} to {2}", names.sequences, whole(now), whole(count)),
    price:
      runningPeak !== undefined && runningPeak <= count
        ? message("none in the last simulation: at most {0} requests ran at once", whole(runningPeak))
        : message("at most {0} requests run at once", whole(count)),
    flags: { [names.sequences]: String(count) },
  }));
}

function largerShare({ pool, names }: LeverSite, rank: RankMemory): readonly LeverStep[] {
  const { share, steps } = largerShares(pool);
  return steps
    .filter((next) => leftBeside(rank, pool.budget, next) >= 0)
    .map((next) => ({
      title: message("Raise {0} from {1} to {2}", names.share, share, next),
      price: message("leaves {0} of the card to everything else", gib(leftBeside(rank, pool.budget, next))),
      flags: { [names.share]: String(next) },
    }));
}

/** What a share leaves of the card to everything the sum does not hold (VM02, SM07, TR07). */
function leftBeside(rank: RankMemory, { engine }: MemoryBudget, share: number): number {
  switch (engine) {
    case "vllm":
      return rank.totalBytes * (1 - share) - (rank.cudaGraphInBudget ? 0 : rank.cudaGraphBytes);
    case "sglang":
      return (rank.totalBytes - rank.nonTorchBytes) * (1 - share) - rank.activationBytes - rank.cudaGraphBytes;
    case "tensorrt-llm":
      return (rank.totalBytes - rank.weightsBytes - rank.activationBytes - rank.nonTorchBytes - rank.cudaGraphBytes) * (1 - share);
    default: {
      const never: never = engine;
      return never;
    }
  }
}

function fewerTokens({ pool, names }: LeverSite): readonly LeverStep[] {
  const now = pool.settings.maxNumBatchedTokens;
  return halves(now, smallestBatch).map((count) => ({
    title: message("Lower {0} from {1} to {2}", names.batchedTokens, whole(now), whole(count)),
    price: message("a long prompt takes more steps"),
    flags: { [names.batchedTokens]: String(count) },
  }));
}

/** Only where the version takes the graphs out of the budget: elsewhere the cache gains nothing. */
function noGraphs({ pool, names }: LeverSite, rank: RankMemory): readonly LeverStep[] {
  if (!names.eager || pool.settings.enforceEager || !rank.cudaGraphInBudget || rank.cudaGraphBytes <= 0) return [];
  return [
    {
      title: message("Switch on {0}", names.eager),
      price: message("decode steps of small batches take longer"),
      flags: { [names.eager]: "true" },
    },
  ];
}

/** The same GPUs with a larger tensor-parallel group hold less of the weights each. */
function otherLayout({ model, pool, names }: LeverSite): readonly LeverStep[] {
  const { tensor, sequence, pipeline } = pool.layout;
  if (sharesStage(pool)) return [];
  const steps: LeverStep[] = [];
  for (let factor = 2; ; factor *= 2) {
    const wider = tensor * factor;
    if (model.heads % wider !== 0 || wider > Math.max(largestTensor, tensor)) return steps;
    if (names.sequenceParallel && sequence > 1 && sequence % factor === 0) {
      steps.push({
        title: message("Use TP {0} × SP {1}", wider, sequence / factor),
        price: message("every layer is reduced over {0} GPUs", wider),
        flags: { [names.tensor]: String(wider), [names.sequenceParallel]: String(sequence / factor) },
      });
    } else if (sequence === 1 && pipeline > 1 && pipeline % factor === 0) {
      steps.push({
        title: message("Use TP {0} × PP {1}", wider, pipeline / factor),
        price: message("every layer is reduced over {0} GPUs", wider),
        flags: { [names.tensor]: String(wider), [names.pipeline]: String(pipeline / factor) },
      });
    } else return steps;
  }
}

/** Eight bits for keys and values where the GPU computes with them. */
function smallerCache({ pool, names }: LeverSite): readonly LeverStep[] {
  if (!names.cacheType || pool.kvElementBytes < 2 || pool.gpu.flops.fp8 === undefined) return [];
  return [
    {
      title: message("Keep the KV cache in FP8"),
      price: message("keys and values are rounded to 8 bits: measure the quality"),
      flags: { [names.cacheType.flag]: names.cacheType.fp8 },
    },
  ];
}

function withoutShift({ pool, names }: LeverSite, rank: RankMemory): readonly LeverStep[] {
  if (!names.shift || pool.shiftThreshold === null || rank.shiftWeightsBytes <= 0) return [];
  return [
    {
      title: message("Switch Shift Parallelism off"),
      price: message("steps with few tokens take longer"),
      flags: { [names.shift]: null },
    },
  ];
}

/** The longest that fits in whole kibitokens, or the next power of two below. */
function shorter({ pool, plan, names }: LeverSite): readonly LeverStep[] {
  const now = pool.settings.maxModelLen;
  if (pool.settings.lengthToFit) return [];
  const next = plan.refusal?.kind === "model-len" ? Math.floor(plan.refusal.longest / 1024) * 1024 : 2 ** (Math.ceil(Math.log2(now)) - 1);
  if (next >= now || next < Math.min(smallestLength, now)) return [];
  return [
    {
      title: message("Lower {0} from {1} to {2}", names.length, whole(now), whole(next)),
      price: message("longer requests are refused"),
      flags: { [names.length]: String(next) },
    },
  ];
}

/** Weights that no checkpoint has quantised are rounded while they are loaded; weight-only kernels reach down to 7.5 (VQ08). */
function smallerWeights({ model, pool, names }: LeverSite): readonly LeverStep[] {
  const capability = pool.gpu.computeCapability ?? 0;
  if (!names.quantization || model.weights.method !== "none" || pool.weights.method !== "none" || capability < 7.5) return [];
  return [
    {
      title: message("Quantise the weights to FP8 while loading"),
      price:
        pool.gpu.flops.fp8 === undefined
          ? message("weights are rounded to 8 bits and computed in 16: measure the quality")
          : message("weights are rounded to 8 bits: measure the quality"),
      flags: { [names.quantization]: "fp8" },
    },
  ];
}

function moreGpus({ model, pool, names }: LeverSite): readonly LeverStep[] {
  const { tensor, sequence } = pool.layout;
  const gpus = gpusPerInstance(pool.layout);
  const most = largestTensor * pool.nodes;
  if (sharesStage(pool)) return [];
  const steps: LeverStep[] = [];
  for (let wider = tensor * 2; wider * sequence <= largestTensor && model.heads % (wider * sequence) === 0; wider *= 2) {
    const count = (gpus / tensor) * wider;
    if (count > most) break;
    steps.push({
      title: message("Use TP {0} on {1} GPUs", wider, count),
      price: message("{0} GPUs instead of {1} for each replica", count, gpus),
      flags: { [names.tensor]: String(wider) },
      gpus: count,
    });
  }
  return steps;
}

/** Whether the flag of the tensor size counts GPUs that attention groups divide among them (SW04, SW05): then it is no size of one group. */
export function sharesStage({ budget, layout }: SettledPool): boolean {
  return budget.engine !== "vllm" && layout.attentionData * layout.prefillContext > 1;
}

function halves(from: number, least: number): readonly number[] {
  const steps: number[] = [];
  for (let value = Math.floor(from / 2); value >= least; value = Math.floor(value / 2)) steps.push(value);
  return steps;
}
