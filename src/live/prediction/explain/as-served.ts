import { whole } from "../../../catalog/quantity.ts";
import { type Message, message } from "../../../deployment/message.ts";
import type { Settled } from "../../../deployment/settled.ts";
import type { MemoryPlan } from "../../../memory/plan.ts";
import type { RunningServer } from "../../running/running-server.ts";
import type { LiveWindow } from "../../series/window.ts";
import type { LivePoint } from "../../snapshot.ts";
import { withCache, withPools } from "./altered.ts";
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

/** The file's deployment with the server's own settings in place of the file's. Pools of a disaggregated one are not told apart: they stay. */
export function asServed({ settled, plans, window, points, server }: ServedContext): Served {
  const [pool, other] = settled.pools;
  const [plan] = plans;
  if (!pool || !plan || other) return { settled, isCacheTold: false, differences: [] };
  const differences: { cause: GapCause; evidence: Message }[] = [];
  const engines = pool.instances * pool.layout.data;
  const limits = { ...pool.settings };
  const asked = told(server?.settings.maxNumSeqs?.value);
  const seen = asked ?? runningLimit(points, window, pool.settings.maxNumSeqs * engines, engines);
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
  const tokens = told(server?.cache.tokens?.value) ?? tokensOf(window.last.cacheConfig, plan);
  const blocks = tokens === null ? null : Math.max(1, Math.round((plan.kvCacheBlocks * tokens) / plan.kvCacheTokens));
  if (tokens !== null && Math.abs(tokens / plan.kvCacheTokens - 1) > closeShare) {
    const words = message("The KV cache holds {0} tokens, {1} were planned", whole(tokens), whole(plan.kvCacheTokens));
    differences.push({ cause: "kv-cache", evidence: words });
  }
  const changed = withPools(settled, (one) => ({ ...one, settings: limits }));
  return {
    settled: blocks === null ? changed : withCache(changed, blocks),
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
