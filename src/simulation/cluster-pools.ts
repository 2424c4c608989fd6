import { gib, whole } from "../catalog/quantity.ts";
import type { EngineSettings, Settled, SettledPool } from "../deployment/settled.ts";
import type { MemoryPlan } from "../memory/plan.ts";
import type { StepModel } from "../timing/step-model.ts";
import { cacheRoom, inBlocksOf } from "./cache-room.ts";
import { type ClusterPool, mostSchedulers } from "./cluster.ts";
import type { Outcome } from "./report.ts";

type Refused = NonNullable<Outcome["error"]>;
export type PoolsResult =
  | { readonly pools: readonly ClusterPool[]; readonly error?: undefined }
  | { readonly pools?: undefined; readonly error: Refused };

/** SGLang's pages of single tokens are counted by so many: a run then looks at a request once in as many steps, and loses less than this many tokens of it. */
const singleTokensTogether = 16;

/** The pools of a deployment in the simulator's words, or why they cannot be simulated. */
export function clusterPools(settled: Settled, plans: readonly MemoryPlan[], models: readonly StepModel[]): PoolsResult {
  const refuse = (code: Refused["code"], message: string): PoolsResult => ({ error: { code, message } });
  if (settled.pools.length === 0) return refuse("missing", "The deployment has no pool.");
  const pools: ClusterPool[] = [];
  let schedulers = 0;
  for (const [i, pool] of settled.pools.entries()) {
    const plan = plans[i];
    const model = models[i];
    if (!plan || !model) return refuse("missing", "Memory or timing of a pool is not known.");
    if (pool.role !== "mixed") return refuse("unsupported", "Separate prefill and decode pools are not simulated by this version.");
    if (!plan.fits) return refuse("does-not-fit", refusalWords(plan));
    if (pool.instances < 1) return refuse("missing", "The deployment asks for no replica.");
    schedulers += pool.instances * pool.layout.data * pool.layout.attentionData;
    if (schedulers > mostSchedulers) return refuse("unsupported", `The deployment has more than ${whole(mostSchedulers)} engine cores.`);
    pools.push(clusterPool(pool, plan, model));
  }
  return { pools };
}

function clusterPool(pool: SettledPool, plan: MemoryPlan, model: StepModel): ClusterPool {
  const { layout, settings } = pool;
  const { scheduling } = settings;
  const { mostSequences, ...room } = cacheRoom(plan, settings.maxModelLen);
  const cache = scheduling.engine === "sglang" && room.blockTokens === 1 ? inBlocksOf(singleTokensTogether, room) : room;
  return {
    replicas: Math.floor(pool.instances),
    engines: layout.data,
    lockStep: layout.attentionData,
    cache,
    prefixCaching: settings.prefixCaching,
    limits: {
      maxNumSeqs: Math.max(1, Math.min(settings.maxNumSeqs, mostSequences)),
      maxNumBatchedTokens: Math.max(1, settings.maxNumBatchedTokens),
      longPrefillTokenThreshold: settings.longPrefillTokenThreshold,
      chunkedPrefill: settings.chunkedPrefill,
      blockTokens: cache.blockTokens,
    },
    scheduling,
    longestPrompt: longestPrompt(settings),
    model,
  };
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
