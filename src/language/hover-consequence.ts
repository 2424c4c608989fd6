import { figure, gib, percent, whole } from "../catalog/quantity.ts";
import type { Flag } from "../deployment/deployment.ts";
import type { MemoryPlan, RankMemory } from "../memory/plan.ts";
import { knownModel } from "../rules/known.ts";
import { layoutWords, ranksOf } from "../rules/layout.ts";
import type { HoverOptions } from "./hover.ts";
import { type Card, commandLink, escaped } from "./hover-card.ts";
import { measuredLine } from "./hover-measured.ts";
import { storesCard } from "./hover-stores.ts";
import type { Place } from "./position.ts";
import { shareOf, shareRows } from "./share-rows.ts";
import { planWith } from "./variants.ts";

/** What follows from a flag in this deployment, with its formula; the engines' names for one thing meet here. */
export function consequence(place: Place, flag: Flag, options: HoverOptions): Partial<Card> {
  switch (flag.name) {
    case "gpu-memory-utilization":
    case "kv-cache-memory-bytes":
    case "mem-fraction-static":
    case "free_gpu_memory_fraction":
    case "kv_cache_config.free_gpu_memory_fraction":
      return cacheCard(place, options);
    case "kv-cache-dtype":
    case "kv_cache_dtype":
    case "kv_cache_config.dtype":
      return tokenCard(place);
    case "dtype":
    case "quantization":
      return weightsCard(place, options);
    case "tensor-parallel-size":
    case "pipeline-parallel-size":
    case "data-parallel-size":
    case "ulysses-sequence-parallel-size":
    case "enable-expert-parallel":
    case "tp-size":
    case "pp-size":
    case "dp-size":
    case "ep-size":
    case "attn-dp-size":
    case "enable-dp-attention":
    case "tensor_parallel_size":
    case "pipeline_parallel_size":
    case "moe_expert_parallel_size":
    case "enable_attention_dp":
      return layoutCard(place);
    case "shift-parallel-threshold":
    case "enable-shift-parallel":
      return shiftCard(place);
    case "max-model-len":
    case "context-length":
    case "max_seq_len":
      return lengthCard(place);
    case "max-num-seqs":
    case "max-running-requests":
    case "max_batch_size":
      return sequencesCard(place, options);
    case "max-num-batched-tokens":
    case "chunked-prefill-size":
    case "max_num_tokens":
      return tokensCard(place);
    case "kv-transfer-config":
    case "kv-offloading-size":
    case "kv-offloading-backend":
    case "enable-hierarchical-cache":
    case "hicache-ratio":
    case "hicache-size":
    case "hicache-write-policy":
    case "hicache-storage-backend":
    case "enable-lmcache":
    case "kv_cache_config":
    case "kv_cache_config.host_cache_size":
      return storesCard(place);
    default:
      return {};
  }
}

interface Planned {
  readonly plan: MemoryPlan;
  readonly rank: RankMemory;
}

/** The plan of the pool, and its fullest rank. */
function planned({ analysis, index }: Place): Planned | undefined {
  const plan = analysis.memory[index];
  const rank = plan?.ranks[plan.tightest];
  return plan && rank && { plan, rank };
}

function cacheCard(place: Place, { catalog, uri }: HoverOptions): Partial<Card> {
  const { analysis, index } = place;
  const found = planned(place);
  const pool = analysis.settled?.pools[index];
  if (!found || !pool) return {};
  const { plan, rank } = found;
  const { name, now } = shareOf(pool.budget);
  const next = (Math.round((now + 0.04) * 100) / 100).toFixed(2);
  const more = now + 0.04 <= 0.98 ? planWith(analysis.deployment, index, { [name]: next }, catalog) : undefined;
  return {
    headline: plan.fits ? `${whole(plan.kvCacheTokens)} tokens of KV cache` : "No room for the KV cache",
    beside: [
      ...(plan.fits ? [escaped(`${figure(plan.maxConcurrency)} requests of ${whole(pool.settings.maxModelLen)}`)] : []),
      commandLink("Memory", "inferenceLens.showMemory", [uri, analysis.deployment.id]),
    ],
    title: "GiB per GPU",
    rows: shareRows(rank, pool.budget),
    ...(more && more.kvCacheTokens > plan.kvCacheTokens
      ? { whatIf: `${next} would give ${whole(more.kvCacheTokens - plan.kvCacheTokens)} tokens more.` }
      : {}),
    ...measuredLine(place),
  };
}

/** What one token keeps, and how many fit. */
function tokenCard(place: Place): Partial<Card> {
  const found = planned(place);
  if (!found) return {};
  const { plan, rank } = found;
  return {
    headline: plan.fits ? `${whole(plan.kvCacheTokens)} tokens of KV cache` : "No room for the KV cache",
    rows: [...formulaRow(rank, "One token"), ["KV cache a GPU", gib(Math.max(0, rank.kvCacheBytes))]],
    ...measuredLine(place),
  };
}

function weightsCard(place: Place, { uri }: HoverOptions): Partial<Card> {
  const found = planned(place);
  if (!found) return {};
  const { rank } = found;
  return {
    headline: `${gib(rank.weightsBytes + rank.shiftWeightsBytes)} of weights a GPU`,
    beside: [commandLink("Memory", "inferenceLens.showMemory", [uri, place.analysis.deployment.id])],
    rows: [...formulaRow(rank, "Weights"), ["KV cache a GPU", gib(Math.max(0, rank.kvCacheBytes))]],
    ...measuredLine(place),
  };
}

/** A line of the memory page: its formula with the numbers put in, and what it comes to. */
function formulaRow({ steps }: RankMemory, label: string): readonly (readonly [string, string])[] {
  const step = steps.find((one) => one.label === label);
  if (!step) return [];
  const value = step.value < 2 ** 20 ? `${whole(step.value)} B` : gib(step.value);
  return [[step.formula.length > 90 ? `${label} (${step.source})` : `${step.formula} (${step.source})`, value]];
}

function layoutCard(place: Place): Partial<Card> {
  const { analysis, pool } = place;
  const ranks = ranksOf(pool.engine.parallel);
  const model = knownModel(analysis.deployment);
  if (!ranks) return { headline: "The layout is not known here" };
  const rank = planned(place)?.rank;
  const rows: (readonly [string, string])[] = [];
  const split = ranks.tensor * ranks.sequence;
  if (model) rows.push([`Query heads a GPU, ${model.heads} / ${split}`, countWords(model.heads / split)]);
  if (model && !model.mla) rows.push([`KV heads a GPU, ${model.kvHeads} / ${split}`, countWords(Math.max(1, model.kvHeads / split))]);
  if (rank) rows.push(["Weights a GPU", gib(rank.weightsBytes + rank.shiftWeightsBytes)]);
  if (rank) rows.push(["KV cache a GPU", gib(Math.max(0, rank.kvCacheBytes))]);
  const whatIf = model ? `Sizes of TP × SP that divide the ${model.heads} heads: ${divisorWords(model.heads)}.` : undefined;
  return { headline: `${layoutWords(ranks)} = ${ranks.product} GPUs an instance`, rows, whatIf };
}

function countWords(count: number): string {
  return Number.isInteger(count) ? String(count) : figure(count);
}

function divisorWords(heads: number): string {
  return [1, 2, 4, 8, 16, 32].filter((size) => heads % size === 0).join(", ");
}

/** systems.md 6: the count is of tokens of a step, not of requests, and the common advice is the wrong way round. */
function shiftCard({ pool }: Place): Partial<Card> {
  const { shift } = pool.engine.parallel;
  const ranks = ranksOf(pool.engine.parallel);
  if (!shift || !ranks) return { headline: "Shift Parallelism is not switched on" };
  const threshold = shift.value.threshold.value;
  return {
    headline: `Steps of at most ${whole(threshold)} tokens run as TP ${ranks.tensor * ranks.sequence}`,
    beside: [escaped(`larger ones as TP ${ranks.tensor} × SP ${ranks.sequence}`)],
    rows: [
      ["Tokens counted", "prompt chunks + one a decoding request"],
      ["Weights", `two copies: 1/${ranks.tensor} and 1/${ranks.tensor * ranks.sequence} of the model`],
    ],
    whatIf: "Higher: lower TPOT, less throughput.",
  };
}

function lengthCard(place: Place): Partial<Card> {
  const { analysis, index } = place;
  const found = planned(place);
  const pool = analysis.settled?.pools[index];
  if (!found || !pool) return {};
  const { plan, rank } = found;
  const length = pool.settings.maxModelLen;
  return {
    headline:
      plan.fits && plan.maxConcurrency >= 1
        ? `${figure(plan.maxConcurrency)} requests of ${whole(length)} tokens at once`
        : "One request of this length does not fit",
    rows: [
      ["KV cache", `${whole(plan.kvCacheTokens)} tokens`],
      ["Longest that would fit", `${whole(Math.floor(plan.longestModelLen))} tokens`],
      ...formulaRow(rank, "One token"),
    ],
  };
}

function sequencesCard(place: Place, { catalog }: HoverOptions): Partial<Card> {
  const { analysis, index } = place;
  const found = planned(place);
  const pool = analysis.settled?.pools[index];
  if (!found || !pool) return {};
  const { plan, rank } = found;
  const half = Math.floor(pool.settings.maxNumSeqs / 2);
  const less = half > 0 ? planWith(analysis.deployment, index, { "max-num-seqs": String(half) }, catalog) : undefined;
  return {
    headline: `At most ${whole(pool.settings.maxNumSeqs)} requests in a step`,
    beside: [escaped(`${gib(rank.activationBytes)} of activations a GPU`)],
    rows: formulaRow(rank, "Activation peak"),
    whatIf:
      less && less.kvCacheTokens > plan.kvCacheTokens
        ? `${whole(half)} would give ${whole(less.kvCacheTokens - plan.kvCacheTokens)} tokens of KV cache more.`
        : undefined,
    ...measuredLine(place),
  };
}

function tokensCard({ analysis, index }: Place): Partial<Card> {
  const pool = analysis.settled?.pools[index];
  if (!pool) return {};
  const { maxNumBatchedTokens, maxNumSeqs } = pool.settings;
  return {
    headline: `A step has at most ${whole(maxNumBatchedTokens)} tokens`,
    whatIf: `With ${whole(maxNumSeqs)} requests decoding, ${percent(Math.max(0, 1 - maxNumSeqs / maxNumBatchedTokens))} of a step is left for prompts. Larger: better TTFT of long prompts, longer gaps between tokens.`,
  };
}
