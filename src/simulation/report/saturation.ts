import { drawLoad } from "../workload/load.ts";
import type { RequestRow, Workload } from "../workload/workload.ts";

/** The same requests without arrivals: what a deployment completes of them in a second is the rate at which it saturates. */
export function allAtOnce(workload: Workload, seed = 1): Workload {
  const name = workload.name === undefined ? {} : { name: workload.name };
  if (workload.kind === "requests") {
    const { requests, prefixBlockTokens, classes } = workload;
    const rows = requests.map((row) => ({ ...row, arrivalSeconds: 0 }));
    return {
      ...name,
      kind: "requests",
      requests: rows,
      ...(prefixBlockTokens === undefined ? {} : { prefixBlockTokens }),
      ...(classes ? { classes } : {}),
    };
  }
  const talks = workload.sharedPrefix || workload.prefixShare || workload.classes ? drawnRequests(workload, seed) : undefined;
  if (talks) return { ...name, ...talks };
  const { requests, promptTokens, outputTokens } = workload;
  return { ...name, kind: "offline", requests, promptTokens, outputTokens };
}

/** Conversations and classes written out as they are drawn with a seed. */
function drawnRequests(workload: Workload, seed: number): Extract<Workload, { kind: "requests" }> | undefined {
  const { load } = drawLoad(workload, seed);
  if (!load) return undefined;
  const requests = Array.from({ length: load.measured }, (_, r): RequestRow => {
    const prefixBlocks = [...load.prefixIds.subarray(load.prefixStart[r], load.prefixStart[r + 1])];
    const [promptTokens, outputTokens] = [load.promptTokens[r] ?? 1, load.outputTokens[r] ?? 1];
    return { arrivalSeconds: 0, promptTokens, outputTokens, prefixBlocks, session: load.sessions[r] ?? -1, class: load.classOf[r] ?? 0 };
  });
  const classes = load.classes.map(({ name, slo }) => ({ name, ...(slo ? { slo } : {}) }));
  return { kind: "requests", requests, prefixBlockTokens: load.prefixBlockTokens, ...(classes.length > 0 ? { classes } : {}) };
}
