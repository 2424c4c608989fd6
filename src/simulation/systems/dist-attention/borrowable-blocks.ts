import type { System } from "../../../deployment/systems/system.ts";
import type { ClusterPool } from "../../placement/cluster.ts";

/** The pools of a deployment with what each of their cores may borrow of all others. */
export function withBorrowableBlocks(pools: readonly ClusterPool[], system: System | undefined): readonly ClusterPool[] {
  if (system?.kind !== "infinite-llm") return pools;
  const { lentShare } = system;
  const lendable = ({ cache }: ClusterPool): number => Math.floor(lentShare * cache.usableBlocks);
  const all = pools.reduce((sum, pool) => sum + pool.replicas * pool.engines * lendable(pool), 0);
  return pools.map((pool) => ({ ...pool, borrowableBlocks: all - lendable(pool) }));
}
