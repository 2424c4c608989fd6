import type { CanonicalHistogram } from "../../src/live/snapshot.ts";
import { figure, milliseconds, whole } from "../parts/numbers.ts";
import { words } from "../parts/words.ts";
import { type Column, gaugeColumn, nothingCame, quantileColumn } from "./columns.ts";
import { latency, type Panel, requests, share } from "./panel.ts";

const none: Column = { id: "", of: () => Number.NaN, merged: "mean" };
const gigabytes = (value: number): string => figure(value / 1e9);

/** Behind `More panels`: what explains the essential rows. Where a server does not offer one, a line of words says why. */
export function morePanels(): readonly Panel[] {
  return [
    ...heatPanels(),
    {
      id: "waiting-by",
      name: words("Waiting by reason"),
      unit: words("requests"),
      isEssential: false,
      tall: true,
      column: none,
      parts: { id: "waiting-by", word: "requests_waiting_by_reason", kind: "level" },
      word: "requests_waiting",
      format: requests,
    },
    {
      id: "finished-by",
      name: words("Finish reasons"),
      unit: "req/s",
      isEssential: false,
      tall: true,
      column: none,
      parts: { id: "finished-by", word: "request_success_by_reason", kind: "growth" },
      word: "request_success_total",
      format: figure,
    },
    {
      id: "kv-tokens",
      name: words("KV cache"),
      unit: words("tokens"),
      isEssential: false,
      column: { id: "kv-tokens", of: usedTokens, merged: "higher" },
      word: "kv_used_tokens",
      format: whole,
    },
    {
      id: "acceptance",
      name: words("Drafts accepted"),
      unit: "%",
      isEssential: false,
      column: { id: "acceptance", of: acceptance, merged: "mean" },
      word: "spec_decode_accepted_tokens_total",
      format: share,
      top: 1,
    },
    {
      id: "step-tokens",
      name: words("Tokens of a step"),
      unit: words("mean"),
      isEssential: false,
      column: quantileColumn("step-tokens", "iteration_tokens", "mean"),
      word: "iteration_tokens",
      format: figure,
    },
    latency("transfer", words("KV transfer"), "kv_transfer_seconds", { isEssential: false }),
    {
      id: "transfer-waiting",
      name: words("Waiting for KV"),
      unit: words("requests"),
      isEssential: false,
      column: gaugeColumn("transfer-waiting", "kv_transfer_waiting"),
      word: "kv_transfer_waiting",
      format: requests,
    },
    {
      id: "gpu",
      name: words("GPU busy"),
      unit: words("% mean"),
      isEssential: false,
      column: gaugeColumn("gpu", "gpu_utilization"),
      word: "gpu_utilization",
      format: share,
      top: 1,
    },
    {
      id: "gpu-power",
      name: words("GPU power"),
      unit: words("W, sum"),
      isEssential: false,
      column: gaugeColumn("gpu-power", "gpu_power_w"),
      word: "gpu_power_w",
      format: whole,
    },
    {
      id: "gpu-memory",
      name: words("GPU memory"),
      unit: words("GB, sum"),
      isEssential: false,
      column: gaugeColumn("gpu-memory", "gpu_memory_used_bytes"),
      word: "gpu_memory_used_bytes",
      format: gigabytes,
    },
    {
      id: "errors",
      name: words("Errors"),
      unit: "1/s",
      isEssential: false,
      column: { id: "errors", of: ({ rates }) => rates.request_errors_total ?? Number.NaN, merged: "mean" },
      word: "request_errors_total",
      format: figure,
      series: 4,
    },
  ];
}

/** How latencies and lengths are spread as time goes on. */
function heatPanels(): readonly Panel[] {
  const heat = (
    id: string,
    name: string,
    word: CanonicalHistogram,
    unit: string,
    format: Panel["format"],
    more: Partial<Panel> = {},
  ): Panel => ({
    id,
    name,
    unit,
    word,
    heat: word,
    format,
    isEssential: false,
    column: none,
    ...more,
  });
  return [
    heat("ttft-heat", words("TTFT spread"), "ttft_seconds", "ms", milliseconds, { limit: "ttftSeconds" }),
    heat("e2e-heat", words("E2E spread"), "e2e_seconds", "s", figure, { limit: "e2eSeconds" }),
    heat("prompt-heat", words("Prompt length"), "request_prompt_tokens", words("tokens"), whole),
    heat("output-heat", words("Output length"), "request_generation_tokens", words("tokens"), whole),
  ];
}

/** As the server says, else its share of a capacity that is known. */
const usedTokens: Column["of"] = ({ snapshot }) => {
  const { kv_used_tokens: used, kv_cache_usage: usage, kv_capacity_tokens: capacity } = snapshot?.gauges ?? {};
  if (used !== undefined) return used;
  return usage !== undefined && capacity !== undefined ? usage * capacity : Number.NaN;
};

/** Of the drafted tokens; where a server keeps no counts, the share it keeps itself. */
const acceptance: Column["of"] = ({ rates, snapshot }) => {
  const { spec_decode_draft_tokens_total: drafted, spec_decode_accepted_tokens_total: accepted } = rates;
  if (drafted !== undefined && accepted !== undefined) return drafted > 0 ? accepted / drafted : nothingCame;
  return snapshot?.gauges.spec_decode_acceptance_rate ?? Number.NaN;
};
