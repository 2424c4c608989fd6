import type { Slo } from "../../src/deployment/deployment.ts";
import type { CanonicalCounter, CanonicalGauge, CanonicalHistogram } from "../../src/live/snapshot.ts";
import { brief, figure, milliseconds, whole } from "../parts/numbers.ts";
import { words } from "../parts/words.ts";
import { type Column, gaugeColumn, nothingCame, quantileColumn, rateColumn } from "./columns.ts";
import type { PredictedRows } from "./live-words.ts";

/** One row of the page: what it is made of and how it is read. */
export interface Panel {
  readonly id: string;
  readonly name: string;
  readonly unit: string;
  /** How the figures of several engines become this one: said in the unit where there are several. */
  readonly together?: "sum" | "mean";
  readonly isEssential: boolean;
  /** Words above it, where a group of rows begins. */
  readonly heading?: string;
  readonly tall?: boolean;
  /** The row's own line, and those beside it. */
  readonly column: Column;
  readonly beside?: readonly { readonly name: string; readonly look: "faint" | "dotted"; readonly column: Column }[];
  readonly word: CanonicalGauge | CanonicalCounter | CanonicalHistogram;
  readonly format: (value: number) => string;
  readonly predicted?: keyof PredictedRows;
  readonly limit?: keyof Pick<Slo, "ttftSeconds" | "tpotSeconds" | "e2eSeconds">;
  readonly top?: number;
  readonly series?: number;
}

const requests = (value: number): string => (Number.isInteger(value) ? whole(value) : brief(figure(value)));
const share = (value: number): string => figure(value * 100);

function latency(
  id: string,
  name: string,
  word: CanonicalHistogram,
  more: Partial<Panel> & { readonly isEssential: boolean },
  inSeconds = false,
): Panel {
  return {
    id,
    name,
    unit: inSeconds ? "s" : "ms",
    tall: true,
    column: quantileColumn(id, word, "p95"),
    beside: [
      { name: "p50", look: "faint", column: quantileColumn(`${id}-p50`, word, "p50") },
      { name: words("mean"), look: "dotted", column: quantileColumn(`${id}-mean`, word, "mean") },
    ],
    word,
    format: inSeconds ? figure : milliseconds,
    ...more,
  };
}

/** All rows in their order. Names are in the reader's language, so they are asked for once it is known. */
export function livePanels(): readonly Panel[] {
  return [
    latency("ttft", "TTFT p95", "ttft_seconds", { isEssential: true, predicted: "ttft", limit: "ttftSeconds" }),
    latency("itl", "ITL p95", "itl_seconds", { isEssential: true, predicted: "itl" }),
    latency("tpot", "TPOT p95", "tpot_seconds", { isEssential: true, limit: "tpotSeconds" }),
    latency("e2e", "E2E p95", "e2e_seconds", { isEssential: true, predicted: "e2e", limit: "e2eSeconds" }, true),
    latency("queue", words("Queue time p95"), "queue_seconds", { isEssential: false }),
    latency("prefill", words("Prefill time p95"), "prefill_seconds", { isEssential: false }),
    latency("decode", words("Decode time p95"), "decode_seconds", { isEssential: false }, true),
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
  ];
}

/** Every column that the rows draw. */
export function columnsOf(panels: readonly Panel[]): readonly Column[] {
  return panels.flatMap(({ column, beside }) => [column, ...(beside ?? []).map((line) => line.column)]);
}
