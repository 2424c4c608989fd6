import type { FlagFacts } from "../catalog/facts.ts";
import { figure, gib, percent, whole } from "../catalog/quantity.ts";
import type { Flag } from "../deployment/deployment.ts";
import { saidVersion } from "../rules/certainty.ts";
import { factsOf, presence } from "../rules/flag-table.ts";
import { knownModel } from "../rules/known.ts";
import { layoutWords, ranksOf } from "../rules/layout.ts";
import { defaultWords } from "./flag-facts.ts";
import type { HoverOptions } from "./hover.ts";
import { type Card, commandLink, escaped, link } from "./hover-card.ts";
import type { Place } from "./position.ts";
import { planWith } from "./variants.ts";

const manual = "https://docs.vllm.ai/en/latest/cli/serve.html";
const arcticManual = "https://arcticinference.readthedocs.io/en/latest/shift-parallel.html";

/** Consequence of a flag here, then its default, versions and documentation. */
export function flagCard(place: Place, flag: Flag, options: HoverOptions): Card {
  const facts = factsOf(options.catalog, flag.name.split(".")[0] ?? flag.name);
  if (!facts) return unknownCard(place, flag);
  if (!flag.value) {
    const workspace = commandLink("Choose GPU or set for this workspace", "inferenceLens.selectGpu", [
      options.uri,
      place.analysis.deployment.id,
    ]);
    return { headline: "Not known here: set by a variable or a template", beside: [workspace], last: lastLine(facts, place, options) };
  }
  const version = saidVersion(place.pool);
  const state = version ? presence(facts, version, options.catalog.flags("vllm")) : "present";
  if (version && (state === "removed" || state === "not-yet")) {
    const when = state === "removed" ? `gone since ${facts.removedBy ?? ""}` : `there from ${facts.firstSeen}`;
    return { headline: `vLLM ${version.text} has no ${flag.spelled}; ${when}.`, last: lastLine(facts, place, options) };
  }
  return { headline: `--${facts.name}`, ...consequence(place, flag, options), last: lastLine(facts, place, options) };
}

function unknownCard({ pool }: Place, flag: Flag): Card {
  const version = saidVersion(pool);
  return { headline: version ? `vLLM ${version.text} has no ${flag.spelled}.` : `No vLLM known here has ${flag.spelled}.` };
}

function lastLine(facts: FlagFacts, place: Place, { catalog }: HoverOptions): readonly string[] {
  const words: string[] = [];
  const standard = defaultWords(facts, catalog, place);
  if (standard !== undefined)
    words.push(standard === "false" ? "Off by default" : standard === "true" ? "On by default" : escaped(`Default ${standard}`));
  if (facts.absentIn !== null) words.push(`from vLLM ${facts.firstSeen}`);
  if (facts.removedBy !== null) words.push(`gone by ${facts.removedBy}`);
  words.push(facts.plugin === "arctic" ? link("documentation", arcticManual) : link("documentation", `${manual}#${facts.name}`));
  return words;
}

function consequence(place: Place, flag: Flag, options: HoverOptions): Partial<Card> {
  switch (flag.name) {
    case "gpu-memory-utilization":
    case "kv-cache-memory-bytes":
    case "kv-cache-dtype":
      return cacheCard(place, options);
    case "tensor-parallel-size":
    case "pipeline-parallel-size":
    case "data-parallel-size":
    case "ulysses-sequence-parallel-size":
    case "enable-expert-parallel":
      return layoutCard(place);
    case "shift-parallel-threshold":
    case "enable-shift-parallel":
      return shiftCard(place);
    case "max-model-len":
      return lengthCard(place);
    case "max-num-seqs":
      return sequencesCard(place, options);
    case "max-num-batched-tokens":
      return tokensCard(place);
    default:
      return {};
  }
}

function cacheCard(place: Place, { catalog, uri }: HoverOptions): Partial<Card> {
  const { analysis, index } = place;
  const plan = analysis.memory[index];
  const pool = analysis.settled?.pools[index];
  const rank = plan?.ranks[plan.tightest];
  if (!plan || !pool || !rank) return {};
  const use = pool.settings.gpuMemoryUtilization;
  const gibs = (bytes: number): string => (bytes / 2 ** 30).toFixed(2);
  const buffers = rank.activationBytes + rank.nonTorchBytes + (rank.cudaGraphInBudget ? rank.cudaGraphBytes : 0);
  const more =
    use + 0.04 <= 0.98 ? planWith(analysis.deployment, index, { "gpu-memory-utilization": (use + 0.04).toFixed(2) }, catalog) : undefined;
  return {
    headline: plan.fits ? `${whole(plan.kvCacheTokens)} tokens of KV cache` : "No room for the KV cache",
    beside: [
      ...(plan.fits ? [escaped(`${figure(plan.maxConcurrency)} requests of ${whole(pool.settings.maxModelLen)}`)] : []),
      commandLink("Memory", "inferenceLens.showMemory", [uri, analysis.deployment.id]),
    ],
    title: "GiB per GPU",
    rows: [
      [`Budget, ${use.toFixed(2)} × ${gibs(rank.totalBytes)}`, gibs(rank.budgetBytes)],
      [rank.shiftWeightsBytes > 0 ? "Weights, base + Shift copy" : "Weights", gibs(rank.weightsBytes + rank.shiftWeightsBytes)],
      [rank.cudaGraphInBudget ? "Activations, NCCL, CUDA graphs" : "Activations, NCCL", gibs(buffers)],
      ["KV cache", gibs(rank.kvCacheBytes)],
    ],
    ...(more && more.kvCacheTokens > plan.kvCacheTokens
      ? { whatIf: `${(use + 0.04).toFixed(2)} would give ${whole(more.kvCacheTokens - plan.kvCacheTokens)} tokens more.` }
      : {}),
  };
}

function layoutCard({ analysis, pool, index }: Place): Partial<Card> {
  const ranks = ranksOf(pool.engine.parallel);
  const model = knownModel(analysis.deployment);
  if (!ranks) return { headline: "The layout is not known here" };
  const rank = analysis.memory[index]?.ranks[analysis.memory[index]?.tightest ?? 0];
  const rows: (readonly [string, string])[] = [];
  if (model) rows.push(["Query heads a GPU", countWords(model.heads / (ranks.tensor * ranks.sequence))]);
  if (model && !model.mla) rows.push(["KV heads a GPU", countWords(Math.max(1, model.kvHeads / (ranks.tensor * ranks.sequence)))]);
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

function lengthCard({ analysis, index }: Place): Partial<Card> {
  const plan = analysis.memory[index];
  const pool = analysis.settled?.pools[index];
  if (!plan || !pool) return {};
  return {
    headline: plan.fits
      ? `${figure(plan.maxConcurrency)} requests of ${whole(pool.settings.maxModelLen)} tokens at once`
      : "One request of this length does not fit",
    rows: [
      ["KV cache", `${whole(plan.kvCacheTokens)} tokens`],
      ["Longest that would fit", `${whole(Math.floor(plan.longestModelLen))} tokens`],
      ["KV cache a token and GPU", `${whole(plan.kvBytesPerToken)} B`],
    ],
  };
}

function sequencesCard({ analysis, index }: Place, { catalog }: HoverOptions): Partial<Card> {
  const plan = analysis.memory[index];
  const pool = analysis.settled?.pools[index];
  const rank = plan?.ranks[plan.tightest];
  if (!plan || !pool || !rank) return {};
  const half = Math.floor(pool.settings.maxNumSeqs / 2);
  const less = half > 0 ? planWith(analysis.deployment, index, { "max-num-seqs": String(half) }, catalog) : undefined;
  return {
    headline: `At most ${whole(pool.settings.maxNumSeqs)} requests in a step`,
    beside: [escaped(`${gib(rank.activationBytes)} of activations a GPU`)],
    whatIf:
      less && less.kvCacheTokens > plan.kvCacheTokens
        ? `${whole(half)} would give ${whole(less.kvCacheTokens - plan.kvCacheTokens)} tokens of KV cache more.`
        : undefined,
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
