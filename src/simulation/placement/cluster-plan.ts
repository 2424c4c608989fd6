import { gib, whole } from "../../catalog/quantity.ts";
import type { Admission } from "../../deployment/admission.ts";
import { isOneNode } from "../../deployment/pool-pair.ts";
import type { EngineSettings, Settled, SettledPool, Speculation } from "../../deployment/settled.ts";
import type { MemoryPlan } from "../../memory/plan.ts";
import { type CachedPool, handedOver, type KvTransfer, kvTransfer, portsBytesPerSecond } from "../../timing/collectives/kv-transfer.ts";
import type { StepModel } from "../../timing/step-model.ts";
import { cacheRoom, inBlocksOf } from "../engine/cache-room.ts";
import type { SchedulerLimits } from "../engine/scheduling.ts";
import type { SwapSpace } from "../engine/swap-space.ts";
import { tiersPlan } from "../kv-tiers/tier-plan.ts";
import { missingRoleWords } from "../report/layout-words.ts";
import type { Outcome } from "../report/report.ts";
import { saturatingTokens } from "../report/saturating-tokens.ts";
import { withBorrowableBlocks } from "../systems/dist-attention/borrowable-blocks.ts";
import { type ClusterPlan, type ClusterPool, mostSchedulers } from "./cluster.ts";
import { packedNodes } from "./packed-nodes.ts";

type Refused = NonNullable<Outcome["error"]>;
export type PlanResult =
  | { readonly plan: ClusterPlan; readonly error?: undefined }
  | { readonly plan?: undefined; readonly error: Refused };

/** SGLang's pages of single tokens are counted by so many: a run then looks at a request once in as many steps, and loses less than this many tokens of it. */
const singleTokensTogether = 16;

/** A deployment in the simulator's words, or why it cannot be simulated. */
export function clusterPlan(settled: Settled, plans: readonly MemoryPlan[], models: readonly StepModel[]): PlanResult {
  const refuse = (code: Refused["code"], message: string): PlanResult => ({ error: { code, message } });
  if (settled.pools.length === 0) return refuse("missing", "The deployment has no pool.");
  const half = missingRoleWords(settled);
  if (half !== undefined) return refuse("missing", half);
  if (!settled.system && new Set(settled.pools.map(({ role }) => role === "mixed")).size > 1)
    return refuse("unsupported", "Pools that do all beside pools that only compute prompts or answers are not simulated.");
  const pools: ClusterPool[] = [];
  let schedulers = 0;
  for (const [i, pool] of settled.pools.entries()) {
    const plan = plans[i];
    const model = models[i];
    if (!plan || !model) return refuse("missing", "Memory or timing of a pool is not known.");
    if (!plan.fits) return refuse("does-not-fit", refusalWords(plan));
    if (pool.instances < 1) return refuse("missing", "The deployment asks for no replica.");
    schedulers += pool.instances * pool.layout.data * pool.layout.attentionData;
    if (schedulers > mostSchedulers) return refuse("unsupported", `The deployment has more than ${whole(mostSchedulers)} engine cores.`);
    pools.push(clusterPool(pool, plan, model, settled));
  }
  const movesCaches = pools.some(({ role }) => role === "decode");
  const { system } = settled;
  return {
    plan: {
      ...(system ? { system } : {}),
      ...(settled.admission?.mostInFlight === undefined ? {} : { mostInFlight: settled.admission.mostInFlight }),
      ...(settled.localPrompts ? { localPrompts: settled.localPrompts } : {}),
      pools: withBorrowableBlocks(pools, system),
      hands: handedOver(settled.engine),
      movesCaches,
      links: movesCaches || system ? links(settled, plans) : [],
      nodes: nodes(settled),
      nodeBytesPerSecond: system?.nodeBytesPerSecond ?? null,
      layers: settled.model.layers,
      streamSeconds: system?.kind === "splitwise" ? system.layerwiseSeconds : 0,
      queryBytes: queryBytes(settled),
    },
  };
}

function links({ pools, system }: Settled, plans: readonly MemoryPlan[]): ClusterPlan["links"] {
  const cached = pools.flatMap((pool, i) => {
    const plan = plans[i];
    return plan ? [{ pool, plan }] : [];
  });
  const way = (from: CachedPool, to: CachedPool, oneNode: boolean): KvTransfer => {
    const transfer = kvTransfer(from, to, oneNode);
    return system ? { ...transfer, handOverSeconds: system.handOverSeconds } : transfer;
  };
  return cached.map((from) => cached.map((to) => ({ near: way(from, to, true), far: way(from, to, false) })));
}

/** The query of every head goes out in the activations' format; what comes back is in float32: a partial output, its largest score and its sum. */
function queryBytes({ model: { heads, headDim, valueHeadDim }, pools }: Settled): number {
  const activationBytes = pools[0]?.activationBytes ?? 2;
  return heads * (headDim * activationBytes + (valueHeadDim + 2) * 4);
}

/**
 * All on one node where they can be. Otherwise nobody says which instances of a deployment share one, and none do; a system that is tried on
 * its GPUs fills one node after the other.
 */
function nodes(settled: Settled): readonly number[] {
  const { pools, system } = settled;
  const replicas = pools.flatMap((pool) => Array.from({ length: Math.floor(pool.instances) }, () => pool));
  if (isOneNode(settled)) return replicas.map(() => 0);
  return system ? packedNodes(pools, system.kind === "distserve" && system.affinity === "low") : replicas.map((_, i) => i);
}

/** The smaller of the engine's own limit and the deployment's. */
function queueLimit(settings: EngineSettings, admission: Admission | undefined): Pick<SchedulerLimits, "mostQueued"> {
  const mostQueued = Math.min(settings.mostQueued ?? Number.POSITIVE_INFINITY, admission?.mostQueued ?? Number.POSITIVE_INFINITY);
  return Number.isFinite(mostQueued) ? { mostQueued } : {};
}

function clusterPool(
  pool: SettledPool,
  plan: MemoryPlan,
  model: StepModel,
  { model: { layers }, admission, system }: Settled,
): ClusterPool {
  const { layout, settings, role } = pool;
  const { scheduling: written } = settings;
  const scheduling = written.engine === "phased" ? { ...written, promptTokens: written.promptTokens ?? saturatingTokens(model) } : written;
  const { mostSequences, ...room } = cacheRoom(plan, settings.maxModelLen);
  const whole = scheduling.engine === "sglang" && room.blockTokens === 1 ? inBlocksOf(singleTokensTogether, room) : room;
  // Slots for drafts are there as long as a request runs; what is rejected in them is written over.
  const cache = { ...whole, stateBlocks: whole.stateBlocks + Math.ceil((pool.speculation?.lookahead ?? 0) / whole.blockTokens) };
  return {
    role,
    mayDecode: role !== "prefill" || system?.kind === "splitwise" || system?.kind === "tetriinfer",
    replicas: Math.floor(pool.instances),
    engines: layout.data,
    lockStep: layout.attentionData,
    cache,
    borrowableBlocks: 0,
    prefixCaching: settings.prefixCaching,
    tiers: tiersPlan(pool, plan, cache, layers / model.stages),
    maxModelLen: settings.maxModelLen,
    limits: {
      maxNumSeqs: Math.max(1, Math.min(settings.maxNumSeqs, mostSequences)),
      maxNumBatchedTokens: Math.max(1, settings.maxNumBatchedTokens),
      longPrefillTokenThreshold: settings.longPrefillTokenThreshold,
      chunkedPrefill: settings.chunkedPrefill,
      chunksOverlap: scheduling.engine === "vllm" && scheduling.chunksOverlap === true,
      blockTokens: cache.blockTokens,
      firstMessage: scheduling.engine === "sglang" ? scheduling.streamTokens : 1,
      swap: swapSpace(pool, plan, cache.blockTokens),
      speculation: withinBudget(pool.speculation, settings.maxNumBatchedTokens),
      ...queueLimit(settings, admission),
    },
    scheduling,
    reception: {
      // With stages the batches in flight hide it.
      isAhead: settings.asyncScheduling && model.stages === 1,
      everySteps: (scheduling.engine === "vllm" || scheduling.engine === "sglang" ? scheduling.receiveSteps : undefined) ?? 1,
    },
    longestPrompt: role === "decode" ? Number.POSITIVE_INFINITY : longestPrompt(settings),
    model,
    ports: { near: portsBytesPerSecond(pool, true), far: portsBytesPerSecond(pool, false) },
  };
}

/** Every GPU swaps its own share of a block over its own bus. */
function swapSpace({ settings: { scheduling }, gpu }: SettledPool, { kvBytesPerToken }: MemoryPlan, blockTokens: number): SwapSpace | null {
  if (scheduling.engine !== "vllm" || scheduling.swapBytes === undefined) return null;
  const blockBytes = kvBytesPerToken * blockTokens;
  if (!(blockBytes > 0)) return null;
  return { blocks: Math.floor(scheduling.swapBytes / blockBytes), nanosecondsPerBlock: (1e9 * blockBytes) / gpu.pcie.bytesPerSecond };
}

/** A sequence's drafts are cut to what a step takes. */
function withinBudget(speculation: Speculation | undefined, budget: number): Speculation | null {
  if (!speculation || budget < 2) return null;
  const draftTokens = Math.min(speculation.draftTokens, budget - 1);
  return { ...speculation, draftTokens, depth: Math.min(speculation.depth, draftTokens) };
}

/** Where prompts are not cut, a step must take the longest; TensorRT-LLM's default is no limit that anybody chose. */
function longestPrompt({ chunkedPrefill, maxNumBatchedTokens, scheduling }: EngineSettings): number {
  const isBound = scheduling.engine === "vllm" || (scheduling.engine === "tensorrt-llm" && scheduling.budgetIsWritten);
  return isBound && !chunkedPrefill ? maxNumBatchedTokens : Number.POSITIVE_INFINITY;
}

function refusalWords({ refusal }: MemoryPlan): string {
  if (refusal?.kind === "no-kv-memory") return `Does not fit: ${gib(refusal.overBytes)} too much on each GPU before any KV cache.`;
  if (refusal?.kind === "model-len")
    return `Does not fit: one request of max-model-len needs ${gib(refusal.neededBytes)} of KV cache, ${gib(refusal.availableBytes)} are left; ${whole(refusal.longest)} tokens is the longest that fits.`;
  return "Does not fit.";
}
