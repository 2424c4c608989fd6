import { isFields } from "../../deployment/case-fields.ts";
import type { Family, MetricsPage } from "../snapshot.ts";

/** Where the members of one iteration stand among families (aliases/tensorrt-llm.ts). */
const prefix = "iteration.";
const deepest = 4;
const handedOutOnce = "these statistics are handed out once: who else reads them misses what is read here";
const telling = ["numActiveRequests", "kvCacheStats", "inflightBatchingStats"] as const;

/**
 * TensorRT-LLM's JSON of iterations (`/metrics` of trtllm-serve) as a page: each number of the newest iteration a gauge under its path,
 * ranks of an attention DP apart. The list is empty where no step ran since it was last fetched; undefined for any other JSON.
 */
export function readIterations(json: unknown): MetricsPage | undefined {
  const rows = Array.isArray(json) ? json : [json];
  if (!rows.every((row) => isFields(row) && "iter" in row && telling.some((member) => member in row))) return undefined;
  const newest = new Map<string, object>();
  for (const row of rows) {
    const rank = numberIn(row, "attentionDpRank");
    const key = rank === undefined ? "" : String(rank);
    const known = newest.get(key);
    if (!known || (numberIn(row, "iter") ?? 0) >= (numberIn(known, "iter") ?? 0)) newest.set(key, row);
  }
  const families = new Map<string, Family>();
  for (const [rank, row] of newest) addMembers(families, row, prefix, rank === "" ? {} : { dp_rank: rank }, 0);
  const problems = [handedOutOnce, ...(rows.length === 0 ? ["no step since they were last fetched, by whomever"] : [])];
  return { families, labelNames: new Set(["dp_rank"]), writer: "trtllm-serve", problems };
}

function addMembers(
  families: Map<string, Family>,
  row: object,
  path: string,
  labels: Readonly<Record<string, string>>,
  depth: number,
): void {
  for (const [member, value] of Object.entries(row)) {
    const name = path + member;
    if (typeof value === "number") {
      const samples = [...(families.get(name)?.samples ?? []), { name, labels, value }];
      families.set(name, { name, type: "gauge", samples });
    } else if (isFields(value) && depth < deepest) addMembers(families, value, `${name}.`, labels, depth + 1);
  }
}

function numberIn(row: unknown, name: string): number | undefined {
  const value = isFields(row) && Object.hasOwn(row, name) ? row[name] : undefined;
  return typeof value === "number" ? value : undefined;
}
