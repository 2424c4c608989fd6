import { gpusPerInstance, type SettledPool } from "../../deployment/settled.ts";

/**
 * Node of each instance, pool by pool, where instances fill one node after the other; one that needs several begins a new one. `together`
 * deals the pools' instances out in turns, so that those of different pools share nodes.
 */
export function packedNodes(pools: readonly SettledPool[], together: boolean): readonly number[] {
  const order = pools.flatMap((pool, place) => {
    const count = Math.floor(pool.instances);
    return Array.from({ length: count }, (_, i) => ({ pool, place, i, turn: together ? (i + 0.5) / count : place }));
  });
  order.sort((a, b) => a.turn - b.turn || a.place - b.place || a.i - b.i);
  const found: number[][] = pools.map(() => []);
  let node = 0;
  let used = 0;
  for (const { pool, place, i } of order) {
    const gpus = gpusPerInstance(pool.layout);
    if (used > 0 && used + gpus > pool.gpusPerNode) {
      node += Math.ceil(used / pool.gpusPerNode);
      used = 0;
    }
    (found[place] as number[])[i] = node;
    used += gpus;
  }
  return found.flat();
}
