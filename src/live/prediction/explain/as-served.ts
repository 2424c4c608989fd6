import { whole } from "../../../catalog/quantity.ts";
import { type Message, message } from "../../../deployment/message.ts";
import type { Settled, SettledPool } from "../../../deployment/settled.ts";
import type { MemoryPlan } from "../../../memory/plan.ts";
import { identityOf } from "../../running/identify.ts";
import type { RunningServer } from "../../running/running-server.ts";
import type { LiveWindow } from "../../series/window.ts";
import type { LivePoint } from "../../snapshot.ts";
import type { GapCause } from "./gap.ts";

/** A deployment as its server says that it runs. */
export interface Served {
  readonly settled: Settled;
  readonly isCacheTold: boolean;
  /** Where it differs from the file, what matters most first. */
  readonly differences: readonly { readonly cause: GapCause; readonly evidence: Message }[];
}

export interface ServedContext {
  readonly settled: Settled;
  readonly plans: readonly MemoryPlan[];
  readonly window: LiveWindow;
  readonly points: readonly LivePoint[];
  readonly server: RunningServer | null;
}

/** Memory models are no better than this; a file's numbers are exact. */
const closeShare = 0.03;

/** The file's deployment with the servers' own settings in place of the file's, those of each pool in that. */
export function asServed(context: ServedContext): Served {
  const { settled, plans } = context;
  const isAlone = settled.pools.length === 1;
  const pools = settled.pools.map((pool, index): ServedPool => {
    const plan = plans[index];
    return plan
      ? poolAsServed(pool, plan, isAlone ? ownTold(context) : roleTold(context, pool.role))
      : { pool, isCacheTold: false, differences: [] };
  });
  const named = pools.map(({ pool, differences }) => ({
    role: pool.role,
    differences: isAlone
      ? differences
      : differences.map(({ cause, evidence }) => ({ cause, evidence: message("{0}: {1}", roleWords[pool.role], evidence) })),
  }));
  // Where requests stay weighs more than where their prompts pass through.
  const inOrder = [...named.filter(({ role }) => role !== "prefill"), ...named.filter(({ role }) => role === "prefill")];
  return {
    settled: { ...settled, pools: pools.map(({ pool }) => pool) },
    isCacheTold: pools.every(({ isCacheTold }) => isCacheTold),
    differences: inOrder.flatMap(({ differences }) => differences),
  };
}

const roleWords: Readonly<Record<SettledPool["role"], Message>> = {
  prefill: message("Prefill servers"),
  decode: message("Decode servers"),
  mixed: message("Servers"),
};

/** What is told of the servers of one pool. */
interface PoolTold {
  readonly server: RunningServer | null;
  readonly cacheConfig: LiveWindow["last"]["cacheConfig"];
  /** Requests that one engine was seen to run at most while others waited, of so many planned; null = no such limit showed. */
  readonly runningLimit: (planned: number, engines: number) => number | null;
}

function ownTold({ window, points, server }: ServedContext): PoolTold {
  const limit: PoolTold["runningLimit"] = (planned, engines) => runningLimit(points, window, planned * engines, engines);
  return { server, cacheConfig: window.last.cacheConfig, runningLimit: limit };
}

/** Servers are known by what they do; one that was asked speaks for those that do the same. */
function roleTold({ window, server }: ServedContext, role: SettledPool["role"]): PoolTold {
  const own = window.last.perRole?.find((one) => one.role === role);
  const isOfRole = server?.settings.role?.value === role;
  const page = own?.told ? identityOf({ server: window.last.server, told: own.told }) : null;
  return { server: isOfRole ? server : page, cacheConfig: own?.cacheConfig, runningLimit: () => null };
}

interface ServedPool extends Pick<Served, "isCacheTold" | "differences"> {
  readonly pool: SettledPool;
}

function poolAsServed(pool: SettledPool, plan: MemoryPlan, { server, cacheConfig, runningLimit: limitSeen }: PoolTold): ServedPool {
  const differences: { cause: GapCause; evidence: Message }[] = [];
  const engines = pool.instances * pool.layout.data;
  const limits = { ...pool.settings };
  const asked = told(server?.settings.maxNumSeqs?.value);
  const seen = asked ?? limitSeen(pool.settings.maxNumSeqs, engines);
  if (seen !== null && seen !== pool.settings.maxNumSeqs) {
    limits.maxNumSeqs = seen;
    const words =
      asked === null
        ? message(
            "Never more than {0} requests ran while others waited, {1} are planned",
            whole(seen * engines),
            whole(pool.settings.maxNumSeqs * engines),
          )
        : message("{0} requests may run at once, {1} are planned", whole(seen), whole(pool.settings.maxNumSeqs));
    differences.push({ cause: "batch", evidence: words });
  }
  const budget = told(server?.settings.maxNumBatchedTokens?.value);
  if (budget !== null && budget !== limits.maxNumBatchedTokens) {
    const words = message("A step takes {0} tokens at most, {1} are planned", whole(budget), whole(limits.maxNumBatchedTokens));
    limits.maxNumBatchedTokens = budget;
    differences.push({ cause: "batch", evidence: words });
  }
  const caching = server?.settings.prefixCaching?.value;
  if (typeof caching === "boolean" && caching !== limits.prefixCaching) {
    limits.prefixCaching = caching;
    const words = caching
      ? message("The server keeps prefixes, the file does not")
      : message("The server keeps no prefixes, the file does");
    differences.push({ cause: "prefix-hits", evidence: words });
  }
  const tokens = told(server?.cache.tokens?.value) ?? tokensOf(cacheConfig, plan);
  const blocks = tokens === null ? null : Math.max(1, Math.round((plan.kvCacheBlocks * tokens) / plan.kvCacheTokens));
  if (tokens !== null && Math.abs(tokens / plan.kvCacheTokens - 1) > closeShare) {
    const words = message("The KV cache holds {0} tokens, {1} were planned", whole(tokens), whole(plan.kvCacheTokens));
    differences.push({ cause: "kv-cache", evidence: words });
  }
  const served = { ...pool, settings: limits };
  return {
    pool: blocks === null ? served : { ...served, observed: { ...served.observed, kvCacheBlocks: blocks } },
    isCacheTold: blocks !== null,
    differences,
  };
}

function told(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) && value > 0 ? value : null;
}

/** An override replaces what was profiled; the engine's own count of tokens goes before blocks. */
function tokensOf(labels: LiveWindow["last"]["cacheConfig"], { blockTokens }: MemoryPlan): number | null {
  const label = (name: string): number | null => told(Number(labels?.[name] ?? Number.NaN));
  const blocks = label("num_gpu_blocks_override") ?? label("num_gpu_blocks");
  return label("kv_cache_size_tokens") ?? (blocks === null ? null : blocks * (label("block_size") ?? blockTokens));
}

/** So many scrapes with somebody waiting tell where running stops. */
const leastWaiting = 5;
const mostlyShare = 0.8;
/** A cache fuller than this is a reason of its own to wait. */
const roomyCache = 0.9;

/** Of one engine: the number of running requests that is not passed while others wait and the cache has room; null where none shows. */
function runningLimit(points: readonly LivePoint[], { from, to }: LiveWindow, planned: number, engines: number): number | null {
  const gauges = points.flatMap(({ time, snapshot }) => (snapshot && time >= from && time <= to ? [snapshot.gauges] : []));
  const most = gauges.reduce((highest, one) => Math.max(highest, one.requests_running ?? 0), 0);
  const waiting = gauges.filter((one) => (one.requests_waiting ?? 0) >= 1);
  if (waiting.length < leastWaiting || most < engines || most >= planned * (1 - closeShare)) return null;
  const isAtLimit = (one: (typeof gauges)[number]): boolean =>
    (one.requests_running ?? 0) >= most - Math.max(1, 0.02 * most) && (one.kv_cache_usage ?? 0) < roomyCache;
  return waiting.filter(isAtLimit).length >= mostlyShare * waiting.length ? Math.max(1, Math.round(most / engines)) : null;
}
