import { isOneNode, isPair } from "../deployment/pool-pair.ts";
import type { Settled, SettledPool, Speculation } from "../deployment/settled.ts";
import { blocksNeeded } from "../memory/kv-shape.ts";
import type { MemoryPlan } from "../memory/plan.ts";
import { servedPlans } from "../memory/served-plans.ts";
import { handedOver, kvTransfer, transferSeconds } from "./collectives/kv-transfer.ts";
import type { Estimate } from "./estimate.ts";
import type { FrontEndCosts } from "./front-end-costs.ts";
import { draftedTokens, draftingSequences, tokensPerStep } from "./speculative-gain.ts";
import { stepModel } from "./step.ts";
import { type Batch, emptyBatch, outsideSeconds, type StepModel } from "./step-model.ts";

export interface RequestLengths {
  readonly promptTokens: number;
  readonly outputTokens: number;
}

/** One pool with its step model and what its cache holds. */
interface Engine {
  readonly pool: SettledPool;
  readonly plan: MemoryPlan;
  readonly model: StepModel;
}

/**
 * What can be said at once: one request alone, and the most that the deployment holds in steady state. `plans` has one entry a pool, all
 * of which fit. A prefill and a decode pool each do their part, with the way of the cache between them.
 */
export function estimate(file: Settled, filePlans: readonly MemoryPlan[], { promptTokens, outputTokens }: RequestLengths): Estimate {
  const { settled, plans } = asServed(file, filePlans);
  const engines = settled.pools.map((pool, index): Engine => {
    const plan = plans[index];
    if (!plan) throw new Error(`pool ${index} has no memory plan`);
    return { pool, plan, model: stepModel(settled.model, pool) };
  });
  const prefill = engines.find(({ pool }) => pool.role === "prefill") ?? engines[0];
  const decode = engines.find(({ pool }) => pool.role === "decode") ?? engines.at(-1);
  if (!prefill || !decode) throw new Error("a deployment without a pool");
  const lengths = { promptTokens, outputTokens };
  const way = isPair(settled) ? handOver(settled, prefill, decode, lengths) : undefined;
  const promptSeconds = prefillSeconds(prefill, promptTokens) + serverSeconds(prefill, promptTokens);
  const ttftSeconds = promptSeconds + (way?.firstTokenSeconds ?? 0);
  const tpotSeconds = decodeSeconds(decode, 1, promptTokens + outputTokens / 2) / gainOf(decode.pool, 1);
  const rates = engines.map((engine) => Math.min(mostRequests(engine, lengths), mostServed(engine, lengths)));
  const mostRequestsPerSecond = way
    ? Math.min(roleRate(engines, rates, "prefill"), roleRate(engines, rates, "decode"), way.mostRequestsPerSecond)
    : rates.reduce((sum, rate) => sum + rate, 0);
  return {
    promptTokens,
    outputTokens,
    ttftSeconds,
    tpotSeconds,
    e2eSeconds: promptSeconds + (way?.seconds ?? 0) + Math.max(0, outputTokens - 1) * tpotSeconds,
    userTokensPerSecond: 1 / tpotSeconds,
    largestBatch: largestBatch(decode, lengths),
    mostRequestsPerSecond,
    mostOutputTokensPerSecond: mostRequestsPerSecond * outputTokens,
    basis: decode.model.basis,
    band: Math.max(...engines.map(({ model }) => model.band)),
    firstTokenBand: Math.max(...engines.map(({ model }) => model.firstTokenBand)),
  };
}

/** A system serves the same GPUs in pools of its own; where those do not fit, nothing can be said of it, and the file's stand for them. */
function asServed(settled: Settled, plans: readonly MemoryPlan[]): { readonly settled: Settled; readonly plans: readonly MemoryPlan[] } {
  const served = servedPlans(settled, plans);
  return served.settled && served.plans.every(({ fits }) => fits) ? served : { settled, plans };
}

interface Way {
  /** What decoding waits for behind the end of a prompt, and what of it the first token waits for. */
  readonly seconds: number;
  readonly firstTokenSeconds: number;
  /** Prompts that the link can move in a second. */
  readonly mostRequestsPerSecond: number;
}

/** Systems answer with the first token when the prompt is computed, engines behind a router when its cache has moved. */
function handOver(settled: Settled, prefill: Engine, decode: Engine, { promptTokens, outputTokens }: RequestLengths): Way {
  const { system } = settled;
  const link = kvTransfer(prefill, decode, isOneNode(settled));
  const computesAgain = !system && handedOver(settled.engine) === "cache";
  if (!computesAgain && outputTokens <= 1) return { seconds: 0, firstTokenSeconds: 0, mostRequestsPerSecond: Number.POSITIVE_INFINITY };
  const tokens = computesAgain ? promptTokens - 1 : promptTokens;
  const again = computesAgain ? decodeSeconds(decode, 1, promptTokens) : 0;
  const received = tokens * link.secondsPerToken + link.secondsPerSequence;
  const senders = copiesOf(prefill.pool) / (received * link.sentShare);
  const seconds = (system ? system.handOverSeconds : link.handOverSeconds) + transferSeconds(link, tokens) + again;
  return {
    seconds,
    firstTokenSeconds: system ? 0 : seconds,
    mostRequestsPerSecond: Math.min(senders, copiesOf(decode.pool) / received),
  };
}

/** Schedulers of a pool, each with ports of its own. */
function copiesOf({ instances, layout }: SettledPool): number {
  return instances * layout.data * layout.attentionData;
}

function roleRate(engines: readonly Engine[], rates: readonly number[], role: SettledPool["role"]): number {
  return engines.reduce((sum, { pool }, index) => sum + (pool.role === role ? (rates[index] ?? 0) : 0), 0);
}

/** The server's time for a request alone: on the way to the engine, and with its first token. */
function serverSeconds({ pool, model }: Engine, promptTokens: number): number {
  const passing = model.frontEnd && pool.role === "mixed" ? passingSeconds(model.frontEnd, { promptTokens, outputTokens: 1 }) : 0;
  return outsideSeconds(model, promptTokens) + passing;
}

/** Requests that the server processes of a pool pass on. */
function mostServed({ pool, model: { frontEnd } }: Engine, lengths: RequestLengths): number {
  return frontEnd && pool.role === "mixed" ? pool.instances / passingSeconds(frontEnd, lengths) : Number.POSITIVE_INFINITY;
}

function passingSeconds({ request, promptToken, token }: FrontEndCosts, { promptTokens, outputTokens }: RequestLengths): number {
  return request + promptTokens * promptToken + outputTokens * token;
}

/** A prompt alone, cut into chunks of the token budget where it may be. */
function prefillSeconds({ pool, model }: Engine, promptTokens: number): number {
  const { maxNumBatchedTokens, chunkedPrefill, longPrefillTokenThreshold } = pool.settings;
  const limit = longPrefillTokenThreshold > 0 ? Math.min(maxNumBatchedTokens, longPrefillTokenThreshold) : maxNumBatchedTokens;
  const most = chunkedPrefill ? limit : promptTokens;
  const batch = emptyBatch();
  let seconds = 0;
  for (let before = 0; before < promptTokens; before += most) {
    const chunk = Math.min(most, promptTokens - before);
    batch.tokens = chunk;
    batch.prefillTokens = chunk;
    batch.prefillChunks = 1;
    batch.prefillPairs = chunk * (before + chunk / 2);
    batch.prefillContext = before;
    seconds += model.stepSeconds(batch);
  }
  return seconds;
}

function decodeSeconds({ pool, model }: Engine, sequences: number, context: number): number {
  return model.stepSeconds(decodeBatch(sequences, context, pool.speculation));
}

/** Tokens that each of so many sequences gains in a decode step, on average. */
function gainOf({ speculation }: SettledPool, sequences: number): number {
  return speculation ? tokensPerStep(speculation, sequences) : 1;
}

/** `sequences` that each decode with `context` tokens before them. */
export function decodeBatch(sequences: number, context: number, speculation?: Speculation): Batch {
  const draftTokens = speculation ? draftedTokens(speculation, sequences) : 0;
  return {
    ...emptyBatch(),
    tokens: sequences + draftTokens,
    decodeSequences: sequences,
    decodeContext: sequences * context,
    draftTokens,
    draftSequences: speculation && speculation.passes > 0 ? draftingSequences(speculation, sequences) : 0,
  };
}

/** Most requests at once in one engine: what the cache holds of these lengths, and max-num-seqs. */
function largestBatch({ pool, plan }: Engine, { promptTokens, outputTokens }: RequestLengths): number {
  // A prefill pool keeps a request only until its prompt is computed.
  const held = pool.role === "prefill" ? promptTokens : promptTokens + outputTokens + (pool.speculation?.lookahead ?? 0);
  const blocks = blocksNeeded(plan.kvShape, held);
  return blocks > 0 ? Math.min(pool.settings.maxNumSeqs, Math.floor(plan.kvCacheBlocks / blocks)) : pool.settings.maxNumSeqs;
}

/**
 * Steady state of a full pool: as many requests begin as end, so a step of B decoding sequences carries B / output prompts on average,
 * within the token budget. With stages, as many batches are in flight and the slowest stage sets the pace.
 */
function mostRequests(engine: Engine, { promptTokens, outputTokens }: RequestLengths): number {
  const { pool, model } = engine;
  const copies = copiesOf(pool);
  const held = largestBatch(engine, { promptTokens, outputTokens });
  if (held < 1) return 0;
  const budget = pool.settings.maxNumBatchedTokens;
  if (pool.role === "prefill") {
    const batch = prefillShare(emptyBatch(), budget, promptTokens);
    return (copies * budget) / promptTokens / slowestStage(model, batch);
  }
  const together = held / model.stages;
  const whole = decodeBatch(Math.max(1, Math.round(together)), 0, pool.speculation);
  const tokensEach = whole.tokens / whole.decodeSequences;
  const steps = Math.max(1, (outputTokens - 1) / gainOf(pool, whole.decodeSequences));
  const perSequence = pool.role === "decode" ? 0 : promptTokens / steps;
  const sequences = Math.max(1 / (tokensEach + perSequence), Math.min(together, budget / (tokensEach + perSequence)));
  const prompts = Math.round(sequences * perSequence);
  const answers = decodeBatch(Math.max(1, Math.round(sequences)), promptTokens + outputTokens / 2, pool.speculation);
  const batch = prefillShare({ ...answers }, prompts, promptTokens);
  batch.tokens += answers.tokens;
  const mixed = sequences / steps / slowestStage(model, batch);
  return copies * Math.max(mixed, pool.role === "mixed" ? inBursts(engine, together, { promptTokens, outputTokens }) : 0);
}

/** As a queue keeps it: prompts fill some steps beside the answers, and the steps between them answer alone. Quicker where large steps run better. */
function inBursts({ pool, model }: Engine, sequences: number, { promptTokens, outputTokens }: RequestLengths): number {
  const budget = pool.settings.maxNumBatchedTokens;
  const decoding = Math.max(1, Math.min(Math.round(sequences), budget));
  const answers = decodeBatch(decoding, promptTokens + outputTokens / 2, pool.speculation);
  const full = prefillShare({ ...answers }, Math.max(1, budget - answers.tokens), promptTokens);
  full.tokens += answers.tokens;
  const begun = full.prefillTokens / promptTokens;
  // Tokens that these requests ask for, in steps of as many as decode at once; the full step is one of them.
  const steps = Math.max(1, (begun * (outputTokens - 1)) / (decoding * gainOf(pool, decoding)));
  // A cache that holds less than a request a stage leaves stages idle.
  return (Math.min(1, sequences) * begun) / (slowestStage(model, full) + (steps - 1) * slowestStage(model, answers));
}

function prefillShare(batch: Batch, tokens: number, promptTokens: number): Batch {
  batch.tokens = tokens;
  batch.prefillTokens = tokens;
  batch.prefillChunks = tokens > 0 ? Math.max(1, Math.round(tokens / promptTokens)) : 0;
  batch.prefillPairs = (tokens * promptTokens) / 2;
  return batch;
}

function slowestStage(model: StepModel, batch: Batch): number {
  let slowest = 0;
  for (let stage = 0; stage < model.stages; stage++) slowest = Math.max(slowest, model.stageSeconds(batch, stage));
  return slowest;
}
