import type { CanonicalHistogram } from "../../src/live/snapshot.ts";
import { figure, whole } from "../parts/numbers.ts";
import { words } from "../parts/words.ts";
import { type Column, gaugeColumn, nothingCame, rateColumn } from "./columns.ts";
import { morePanels } from "./more-panels.ts";
import { latency, type Panel, requests, share } from "./panel.ts";
import type { PartColumn } from "./part-columns.ts";

/** All rows in their order. Names are in the reader's language, so they are asked for once it is known. */
export function livePanels(): readonly Panel[] {
  return [
    latency("ttft", "TTFT", "ttft_seconds", { isEssential: true, predicted: "ttft", limit: "ttftSeconds" }),
    latency("itl", "ITL", "itl_seconds", { isEssential: true, predicted: "itl" }),
    latency("tpot", "TPOT", "tpot_seconds", { isEssential: true, predicted: "tpot", limit: "tpotSeconds" }),
    latency("e2e", "E2E", "e2e_seconds", { isEssential: true, predicted: "e2e", limit: "e2eSeconds" }, true),
    latency("queue", words("Queue"), "queue_seconds", { isEssential: false }),
    latency("prefill", words("Prefill"), "prefill_seconds", { isEssential: false }),
    latency("decode", words("Decode"), "decode_seconds", { isEssential: false }, true),
    {
      id: "running",
      name: words("Running"),
      unit: words("requests"),
      together: "sum",
      isEssential: true,
      column: gaugeColumn("running", "requests_running"),
      word: "requests_running",
      format: requests,
      predicted: "running",
    },
    {
      id: "waiting",
      name: words("Waiting"),
      unit: words("requests"),
      together: "sum",
      isEssential: true,
      column: gaugeColumn("waiting", "requests_waiting"),
      word: "requests_waiting",
      format: requests,
      predicted: "waiting",
    },
    {
      id: "kv",
      name: words("KV cache"),
      unit: words("% used"),
      together: "mean",
      unitTogether: words("% mean"),
      isEssential: true,
      column: gaugeColumn("kv", "kv_cache_usage"),
      word: "kv_cache_usage",
      format: share,
      predicted: "kv",
      top: 1,
    },
    {
      id: "prompt",
      name: words("Prompt"),
      unit: "tok/s",
      together: "sum",
      isEssential: true,
      column: rateColumn("prompt", "prompt_tokens_total"),
      word: "prompt_tokens_total",
      format: whole,
      predicted: "prompt",
    },
    {
      id: "output",
      name: words("Output"),
      unit: "tok/s",
      together: "sum",
      isEssential: true,
      column: rateColumn("output", "generation_tokens_total"),
      word: "generation_tokens_total",
      format: whole,
      predicted: "output",
    },
    {
      id: "requests",
      name: words("Finished"),
      unit: "req/s",
      together: "sum",
      isEssential: true,
      column: rateColumn("requests", "request_success_total"),
      word: "request_success_total",
      format: figure,
      predicted: "rate",
    },
    {
      id: "prefix",
      name: words("Prefix hits"),
      unit: "%",
      isEssential: true,
      column: { id: "prefix", of: ({ prefixHitRate }) => prefixHitRate ?? nothingCame, merged: "mean" },
      word: "prefix_cache_hits_total",
      format: share,
      predicted: "prefix",
      top: 1,
    },
    {
      id: "preemptions",
      name: words("Preemptions"),
      unit: "1/s",
      together: "sum",
      isEssential: true,
      column: rateColumn("preemptions", "preemptions_total"),
      word: "preemptions_total",
      format: figure,
      series: 4,
    },
    ...morePanels(),
  ];
}

/** The figures of the rows that come apart. */
export function partsOf(panels: readonly Panel[]): readonly PartColumn[] {
  return panels.flatMap(({ parts }) => parts ?? []);
}

/** The histograms of the rows of cells. */
export function heatsOf(panels: readonly Panel[]): readonly CanonicalHistogram[] {
  return panels.flatMap(({ heat }) => heat ?? []);
}

/** Every column that the rows draw. */
export function columnsOf(panels: readonly Panel[]): readonly Column[] {
  return panels.flatMap(({ column, beside, parts, heat }) => (parts || heat ? [] : [column, ...(beside ?? []).map((line) => line.column)]));
}
