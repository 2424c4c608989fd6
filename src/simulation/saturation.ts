import { drawLoad } from "./load.ts";
import type { RequestRow, Workload } from "./workload.ts";

/** The same requests without arrivals: what a deployment completes of them in a second is the rate at which it saturates. */
export function allAtOnce(workload: Workload, seed = 1): Workload {
  const name = workload.name === undefined ? {} : { name: workload.name };
  if (workload.kind === "requests") {
    const { requests, prefixBlockTokens } = workload;
    const rows = requests.map((row) => ({ ...row, arrivalSeconds: 0 }));
    return { ...name, kind: "requests", requests: rows, ...(prefixBlockTokens === undefined ? {} : { prefixBlockTokens }) };
  }
  const talks = workload.kind === "open-loop" && workload.sharedPrefix ? drawnRequests(workload, seed) : undefined;
  if (talks) return { ...name, ...talks };
  const { requests, promptTokens, outputTokens } = workload;
  return { ...name, kind: "offline", requests, promptTokens, outputTokens };
}

/** Conversations written out: an offline workload has no words for what their prompts share. */
function drawnRequests(workload: Workload, seed: number): Extract<Workload, { kind: "requests" }> | undefined {
  const { load } = drawLoad(workload, seed);
  if (!load) return undefined;
  const requests = Array.from({ length: load.measured }, (_, r): RequestRow => {
    const prefixBlocks = [...load.prefixIds.subarray(load.prefixStart[r], load.prefixStart[r + 1])];
    return { arrivalSeconds: 0, promptTokens: load.promptTokens[r] ?? 1, outputTokens: load.outputTokens[r] ?? 1, prefixBlocks };
  });
  return { kind: "requests", requests, prefixBlockTokens: load.prefixBlockTokens };
}
