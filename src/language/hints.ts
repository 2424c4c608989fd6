import { gib, shortTokens, whole } from "../catalog/quantity.ts";
import type { Pool } from "../deployment/deployment.ts";
import { type Message, message } from "../deployment/message.ts";
import type { Range } from "../deployment/text.ts";
import type { MemoryPlan, RankMemory } from "../memory/plan.ts";
import { gpusAsked, ranksOf } from "../rules/layout.ts";
import { flagOf } from "../rules/place.ts";
import { contains } from "./position.ts";
import type { Analysis, DeploymentAnalysis, Hint } from "./results.ts";

/** Facts that follow from the file and are not written in it, behind the words they follow from. */
export function hints(analysis: Analysis, range?: Range): readonly Hint[] {
  const all = distinct(
    analysis.deployments.flatMap((one) => one.deployment.pools.flatMap((pool, index) => hintsOf(one, pool, index, one.memory[index]))),
  );
  return range ? all.filter(({ position }) => position.line >= range.start.line && position.line <= range.end.line) : all;
}

/** Pools may share a word: a node selector, a number of GPUs. */
function distinct(hints: readonly Hint[]): readonly Hint[] {
  const seen = new Set<string>();
  return hints.filter(({ position, label }) => {
    const key = JSON.stringify([position, label]);
    return !seen.has(key) && seen.add(key);
  });
}

function hintsOf(analysis: DeploymentAnalysis, pool: Pool, index: number, plan: MemoryPlan | undefined): readonly Hint[] {
  return [
    layoutHint(pool),
    modelHint(analysis, index, plan),
    cacheHint(pool, plan),
    sequencesHint(pool, plan),
    gpuHint(pool),
    idleHint(pool),
    thresholdHint(pool),
  ].filter((one) => one !== undefined);
}

/** `= 8 GPUs with TP 2`, behind the last size that multiplies TP. */
function layoutHint({ engine: { parallel } }: Pool): Hint | undefined {
  const ranks = ranksOf(parallel);
  const tensor = ranks?.parts.find(({ word }) => word === "TP")?.size;
  if (!ranks || tensor === undefined || ranks.product === tensor) return undefined;
  const { sequence, pipeline, data, attentionData, prefillContext } = parallel;
  const factors = parallel.ranks?.filter(({ word }) => word !== "TP").map(({ size }) => size) ?? [
    sequence,
    pipeline,
    data,
    attentionData,
    prefillContext,
  ];
  const places = factors.flatMap(({ value, range }) => (value > 1 && range ? [range] : []));
  const last = places.reduce<Range | undefined>((found, one) => (found && isBehind(found, one) ? found : one), undefined);
  return behind(last, message("= {0} GPUs with TP {1}", ranks.product, tensor));
}

function isBehind({ start: a }: Range, { start: b }: Range): boolean {
  return a.line > b.line || (a.line === b.line && a.character > b.character);
}

/** What engines call the longest request. */
const lengthFlags = ["max-model-len", "context-length", "max_seq_len"];

/** `42.3 GiB per GPU`, and the model's own limit where the file sets none; of several pools the one that writes the model is meant. */
function modelHint({ deployment, settled }: DeploymentAnalysis, index: number, plan: MemoryPlan | undefined): Hint | undefined {
  const { model, pools } = deployment;
  const pool = pools[index];
  const isElsewhere = model?.range && pools.length > 1 && !contains(pool?.extent, model.range.start);
  if (!pool || isElsewhere) return undefined;
  const rank = tightest(plan);
  const limit = lengthFlags.some((name) => flagOf(pool, name)) ? undefined : settled?.pools[index]?.settings.maxModelLen;
  const weights = rank && gib(rank.weightsBytes + rank.shiftWeightsBytes);
  const tokens = limit === undefined ? undefined : whole(limit);
  const text =
    weights !== undefined && tokens !== undefined
      ? message("{0} per GPU, {1} tokens at most", weights, tokens)
      : weights !== undefined
        ? message("{0} per GPU", weights)
        : tokens === undefined
          ? undefined
          : message("{0} tokens at most", tokens);
  return behind(model?.range, text, message("weights on each GPU of the fullest rank"));
}

/** What engines call the share of a card; the one that counts stands first. */
const shareFlags = [
  "gpu-memory-utilization",
  "mem-fraction-static",
  "kv_cache_config.free_gpu_memory_fraction",
  "free_gpu_memory_fraction",
];

/** `639,360 tokens of KV cache` behind the utilisation, else `KV 58.1 GiB = 476k tokens` behind the number of GPUs. */
function cacheHint(pool: Pool, plan: MemoryPlan | undefined): Hint | undefined {
  const rank = tightest(plan);
  if (!plan?.fits || !rank) return undefined;
  const tooltip = message(
    "{0} of KV cache on the fullest GPU, {1} requests of full length",
    gib(rank.kvCacheBytes),
    plan.maxConcurrency.toFixed(1),
  );
  const flag = shareFlags.map((name) => flagOf(pool, name)).find((one) => one?.valueRange);
  if (flag?.valueRange) return behind(flag.valueRange, message("{0} tokens of KV cache", whole(plan.kvCacheTokens)), tooltip);
  const ranks = ranksOf(pool.engine.parallel);
  if (ranks && ranks.product !== gpusAsked(pool)) return undefined;
  return behind(
    pool.hardware.gpusPerNode?.range,
    message("KV {0} = {1} tokens", gib(rank.kvCacheBytes), shortTokens(plan.kvCacheTokens)),
    tooltip,
  );
}

function sequencesHint(pool: Pool, plan: MemoryPlan | undefined): Hint | undefined {
  const rank = tightest(plan);
  if (!rank) return undefined;
  const tooltip = message("activations on each GPU, most of them the sampler's buffers for so many sequences");
  return behind(flagOf(pool, "max-num-seqs")?.valueRange, message("{0}", gib(rank.activationBytes)), tooltip);
}

/** What a node label stands for. */
function gpuHint({ hardware }: Pool): Hint | undefined {
  const { gpu } = hardware;
  if (gpu?.origin !== "inferred") return undefined;
  return behind(gpu.range, message("{0}", gpu.value), gpu.why);
}

function idleHint(pool: Pool): Hint | undefined {
  const ranks = ranksOf(pool.engine.parallel);
  const asked = gpusAsked(pool);
  if (!ranks || asked === undefined || ranks.product >= asked || !pool.engine.complete) return undefined;
  return behind(pool.hardware.gpusPerNode?.range, message("{0} of {1} idle", asked - ranks.product, asked));
}

function thresholdHint(pool: Pool): Hint | undefined {
  const { shift } = pool.engine.parallel;
  if (!shift || flagOf(pool, "shift-parallel-threshold")) return undefined;
  const flag = flagOf(pool, "enable-shift-parallel");
  return behind(flag?.valueRange ?? flag?.flagRange, message("threshold {0}, default", shift.value.threshold.value));
}

function tightest(plan: MemoryPlan | undefined): RankMemory | undefined {
  return plan?.ranks[plan.tightest];
}

function behind(range: Range | undefined, label: Message | undefined, tooltip?: Message): Hint | undefined {
  return range && range.file === undefined && label ? { position: range.end, label, tooltip } : undefined;
}
