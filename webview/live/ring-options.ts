import { distributedWords } from "./lengths/lengths-model.ts";
import type { Panel } from "./panel.ts";
import { columnsOf, heatsOf, partsOf } from "./panels.ts";
import type { RingOptions } from "./ring.ts";
import { roleColumns } from "./role-panels.ts";

/** More than two hours at one a second before anything is thinned. */
const capacity = 8192;

/** What a page keeps of each sample: what its rows draw, and what its windows are measured by. */
export function ringOptions(panels: readonly Panel[]): RingOptions {
  return {
    capacity,
    columns: columnsOf(panels),
    roles: roleColumns(panels),
    parts: partsOf(panels),
    counters: [
      "prompt_tokens_total",
      "generation_tokens_total",
      "request_success_total",
      "prefix_cache_queries_total",
      "prefix_cache_hits_total",
    ],
    histograms: [
      ...new Set([...distributedWords, ...heatsOf(panels), "ttft_seconds", "itl_seconds", "tpot_seconds", "e2e_seconds"] as const),
    ],
  };
}
