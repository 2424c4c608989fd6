import { whole } from "../catalog/quantity.ts";
import { systemTitles } from "../deployment/systems/system.ts";
import type { Cluster, ClusterPlan } from "./placement/cluster.ts";
import { copying, handedOver, loading, prefetching, pulling, queued, type Requests, waiting } from "./requests.ts";

/** Requests wait, but nothing is under way that could end their waiting: no engine does that, so what was simulated is not trusted. */
export class Stall extends Error {}

/** Cores of which a sentence tells. */
const mostTold = 8;

/** What requests that have stopped wait for, by state. */
const waitsFor = new Map([
  [waiting, "for the core that computes their prompt"],
  [prefetching, "for stores to bring their prompt nearer"],
  [loading, "for the start of their prompt from a store"],
  [copying, "for the start of their prompt from another node"],
  [handedOver, "to reach the core that decodes them"],
  [queued, "for room in the core that decodes them"],
  [pulling, "for their cache in the core that decodes them"],
]);

/** Says of which system it is, what waits for what, and which cores are full. */
export function stallOf({ system }: ClusterPlan, { cores }: Cluster, { state, arrival }: Requests): Stall {
  const counts = new Map<string, number>();
  state.forEach((one, r) => {
    const words = waitsFor.get(one);
    if (words !== undefined && !Number.isNaN(arrival[r])) counts.set(words, (counts.get(words) ?? 0) + 1);
  });
  const waits = [...counts].map(([words, count]) => `${whole(count)} ${words}`);
  const free = cores.slice(0, mostTold).map(({ scheduler: { core } }) => `${whole(core.pool.free)} of ${whole(core.pool.usable)}`);
  const more = cores.length > mostTold ? ` and ${whole(cores.length - mostTold)} more` : "";
  const who = system ? systemTitles[system.kind] : "The engines' own scheduling";
  return new Stall(
    `${who} comes to a stop: no step, load or transfer is under way, but requests wait: ${waits.join(", ")}. Blocks free by core: ${free.join(", ")}${more}.`,
  );
}
