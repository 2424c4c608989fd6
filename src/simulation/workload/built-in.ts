import type { WorkloadRows } from "../../catalog/facts.ts";
import type { RequestRow, Workload } from "./workload.ts";

type RequestsWorkload = Extract<Workload, { kind: "requests" }>;

/**
 * A built-in workload as requests at a rate (null = all at once), with the block ids that tell shared prefixes. More requests than rows
 * start over with fresh ids, so that a second round repeats nothing of the first.
 */
export function builtInWorkload(rows: WorkloadRows, ratePerSecond: number | null, requests = rows.rows.length): RequestsWorkload {
  const made: RequestRow[] = [];
  const chains: (readonly number[])[] = [];
  let nextId = 0;
  const repeats = rows.rows.some(([, , parent]) => parent >= 0);
  for (let i = 0; i < requests; i++) {
    const at = i % rows.rows.length;
    const [promptTokens, outputTokens, parent, shared] = rows.rows[at] ?? [1, 1, -1, 0];
    const row = { arrivalSeconds: 0, promptTokens, outputTokens };
    if (!repeats) {
      made.push(row);
      continue;
    }
    const inherited = parent >= 0 && parent < at ? (chains[parent] ?? []).slice(0, shared) : [];
    const chain = [...inherited];
    while (chain.length < Math.floor(promptTokens / rows.blockTokens)) chain.push(nextId++);
    chains[at] = chain;
    made.push({ ...row, prefixBlocks: chain });
  }
  const common = { name: rows.name, source: rows.source, kind: "requests" as const, requests: made, prefixBlockTokens: rows.blockTokens };
  if (ratePerSecond === null) return common;
  return { ...common, ratePerSecond, cv: rows.cv ?? 1 };
}
