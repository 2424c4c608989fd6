import type { WorkloadRows } from "../../catalog/facts.ts";
import { askedRate } from "./at-rate.ts";
import { drawLoad } from "./load.ts";
import type { Workload } from "./workload.ts";

const seed = 1;
const most = 2000;

/** A workload of one's own as rows, so that it can be named wherever a built-in one can; a sentence where it makes no sense. */
export function workloadRows(name: string, workload: Workload): WorkloadRows | string {
  const { load, problem } = drawLoad(workload, seed);
  if (!load) return problem;
  const last = new Map<number, number>();
  const rows: [number, number, number, number][] = [];
  for (let r = 0; r < Math.min(load.measured, most); r++) {
    let parent = -1;
    let shared = 0;
    const start = load.prefixStart[r] ?? 0;
    const end = load.prefixStart[r + 1] ?? start;
    // Ids are chained: the deepest one seen before tells the longest prefix that is shared, and with which row.
    for (let at = start; at < end; at++) {
      const id = load.prefixIds[at] ?? -1;
      const before = last.get(id);
      if (before !== undefined && before < r) {
        parent = before;
        shared = at - start + 1;
      }
      last.set(id, r);
    }
    rows.push([load.promptTokens[r] ?? 1, load.outputTokens[r] ?? 1, parent, shared]);
  }
  const ratePerSecond = askedRate(workload);
  return {
    name,
    title: name,
    source: load.source,
    cv: arrivalVariation(workload),
    ...(ratePerSecond === null ? {} : { ratePerSecond }),
    blockTokens: load.prefixBlockTokens,
    rows,
  };
}

/** null = all at once. */
function arrivalVariation(workload: Workload): number | null {
  if (workload.kind === "offline") return null;
  if (workload.kind === "open-loop") return workload.arrivals === "constant" ? 0.01 : (workload.cv ?? 1);
  return workload.kind === "requests" ? (workload.cv ?? 1) : 1;
}
