import type { SettledPool } from "../settled.ts";
import type { SystemSettings } from "./settings.ts";
import type { System } from "./system.ts";

/** How Infinite-LLM serves (arXiv 2401.02669). */
export interface InfiniteLlm {
  readonly kind: "infinite-llm";
  /** Largest share of an instance's blocks that others may hold. */
  readonly lentShare: number;
  /** Between two reports of an instance's free blocks. */
  readonly heartbeatSeconds: number;
  /** Share of a link that bringing borrowed blocks home may use; 0 = they stay until their request leaves. */
  readonly migrationShare: number;
  /** Who computes a prompt decodes it: nothing is handed over. */
  readonly handOverSeconds: 0;
  /** Of a node's own network, each way, where its GPUs share a narrower one than their ports; null = they do not. */
  readonly nodeBytesPerSecond: number | null;
}

/** The paper names these, and gives no number: half of an instance, ten reports a second, and a tenth of the link are ours. */
export function infiniteLlm(settings: SystemSettings): InfiniteLlm {
  return {
    kind: "infinite-llm",
    lentShare: settings.between("lentShare", 0, 1, 0.5),
    heartbeatSeconds: settings.between("heartbeatSeconds", 0.001, 3600, 0.1),
    migrationShare: settings.between("migrationShare", 0, 1, 0.1),
    handOverSeconds: 0,
    nodeBytesPerSecond: settings.between("nodeBytesPerSecond", 1000, 1e16, null),
  };
}

/** A pool whose instances lend each other blocks, where its system has them do so. */
export function lendingPool(pool: SettledPool, system: System | undefined): SettledPool {
  if (system?.kind !== "infinite-llm") return pool;
  const others = Math.floor(pool.instances) * pool.layout.data - 1;
  return others > 0 ? { ...pool, borrowedTimes: system.lentShare * others } : pool;
}

/** A pool as Infinite-LLM runs it: blocks are lent by number, so that nothing in them is found again. */
export function infiniteLlmPool(pool: SettledPool, system: InfiniteLlm): SettledPool {
  return { ...lendingPool(pool, system), settings: { ...pool.settings, prefixCaching: false } };
}
