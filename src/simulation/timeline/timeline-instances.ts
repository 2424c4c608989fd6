import type { Settled } from "../../deployment/settled.ts";
import type { ClusterPool } from "../placement/cluster.ts";
import { layoutWords } from "../report/layout-words.ts";
import type { TimelineInstance } from "./timeline.ts";

/** The engines of a run in the order in which a cluster makes them, each with a name of its own. */
export function timelineInstances({ pools: settled }: Settled, pools: readonly ClusterPool[]): readonly TimelineInstance[] {
  const named = new Map<string, number>();
  return pools.flatMap(({ role, replicas, engines, lockStep, cache, limits }, pool) => {
    const layout = settled[pool]?.layout;
    const { blockTokens } = limits;
    const capacityTokens = lockStep * cache.usableBlocks * blockTokens;
    return Array.from({ length: replicas * engines }, (): TimelineInstance => {
      const word = role === "mixed" ? "engine" : role;
      const number = named.get(word) ?? 0;
      named.set(word, number + 1);
      return {
        name: `${word}-${number}`,
        role,
        pool,
        layout: layout ? layoutWords(layout) : "",
        capacityTokens,
        blockTokens,
        maxNumSeqs: lockStep * limits.maxNumSeqs,
      };
    });
  });
}
