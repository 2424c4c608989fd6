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
      id: "accepted-length",
      name: words("Tokens a draft"),
      unit: words("mean"),
      isEssential: false,
      column: { id: "accepted-length", of: acceptedLength, merged: "mean" },
      word: "spec_decode_accepted_tokens_total",
      format: figure,
    },
    {
      id: "stream",
      name: words("One stream"),
      unit: "tok/s",
      isEssential: false,
      about: words("1 ÷ mean TPOT"),
      column: { id: "stream", of: streamSpeed, merged: "mean" },
      word: "itl_seconds",
      format: figure,
    },
    {
      id: "prefill-share",
      name: words("Prefill share"),
      unit: words("% of time"),
      isEssential: false,
      column: { id: "prefill-share", of: prefillShare, merged: "mean" },
      word: "prefill_seconds",
      format: share,
      top: 1,
    },
    {
      id: "max-tokens",
      name: words("Longest allowed output"),
      unit: words("mean"),
      isEssential: false,
      column: quantileColumn("max-tokens", "request_max_generation_tokens", "mean"),
      word: "request_max_generation_tokens",
      format: whole,
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
    ...storePanels(),
    ...routerPanels(),
    {
      id: "compute",
      name: words("Compute"),
      unit: "TFLOP/s",
      isEssential: false,
      column: { id: "compute", of: ({ rates }) => (rates.estimated_flops_per_gpu_total ?? Number.NaN) / 1e12, merged: "mean" },
      word: "estimated_flops_per_gpu_total",
      format: figure,
      peak: "teraflops",
    },
    {
      id: "memory-rate",
      name: words("Memory traffic"),
      unit: "TB/s",
      isEssential: false,
      column: { id: "memory-rate", of: memoryRate, merged: "mean" },
      word: "estimated_read_bytes_per_gpu_total",
      format: figure,
      peak: "terabytesPerSecond",
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
      id: "gpu-tensor",
      name: words("Tensor cores busy"),
      unit: words("% mean"),
      isEssential: false,
      column: gaugeColumn("gpu-tensor", "gpu_tensor_active"),
      word: "gpu_tensor_active",
      format: share,
      top: 1,
    },
    {
      id: "gpu-clock",
      name: words("GPU clock"),
      unit: words("MHz, mean"),
      isEssential: false,
      column: gaugeColumn("gpu-clock", "gpu_sm_clock"),
      word: "gpu_sm_clock",
      format: whole,
    },
    {
      id: "gpu-temperature",
      name: words("GPU temperature"),
      unit: words("°C, hottest"),
      isEssential: false,
      column: gaugeColumn("gpu-temperature", "gpu_temp_c"),
      word: "gpu_temp_c",
      format: whole,
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

/** Stores of KV blocks beside the GPUs' own: what they hold and how often they help. */
function storePanels(): readonly Panel[] {
  return [
    {
      id: "store-hits",
      name: words("Store hits"),
      unit: "%",
      isEssential: false,
      column: { id: "store-hits", of: storeHits, merged: "mean" },
      word: "external_prefix_cache_hits_total",
      format: share,
      top: 1,
    },
    {
      id: "lmcache-hits",
      name: words("LMCache hits"),
      unit: "%",
      isEssential: false,
      column: { id: "lmcache-hits", of: lmcacheHits, merged: "mean" },
      word: "lmcache_lookup_hits_total",
      format: share,
      top: 1,
    },
    {
      id: "host-kv",
      name: words("KV in host memory"),
      unit: "GB",
      isEssential: false,
      column: { id: "host-kv", of: ({ snapshot }) => (snapshot?.gauges.host_kv_used_bytes ?? Number.NaN) / 1e9, merged: "higher" },
      word: "host_kv_used_bytes",
      format: figure,
    },
  ];
}

/** What a router before the engines holds. */
function routerPanels(): readonly Panel[] {
  return [
    {
      id: "router-queue",
      name: words("Waiting at the router"),
      unit: words("requests"),
      isEssential: false,
      column: {
        id: "router-queue",
        of: ({ snapshot }) => snapshot?.gauges.router_queue ?? snapshot?.gauges.gateway_queue ?? Number.NaN,
        merged: "higher",
      },
      word: "router_queue",
      format: requests,
    },
    {
      id: "replicas",
      name: words("Servers ready"),
      unit: "",
      isEssential: false,
      column: gaugeColumn("replicas", "ready_replicas"),
      word: "ready_replicas",
      format: whole,
    },
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

/** Tokens that a verification gives: its own and those of the draft that it accepts. */
const acceptedLength: Column["of"] = ({ rates, snapshot }) => {
  const { spec_decode_drafts_total: drafts, spec_decode_accepted_tokens_total: accepted } = rates;
  if (drafts !== undefined && accepted !== undefined) return drafts > 0 ? 1 + accepted / drafts : nothingCame;
  return snapshot?.gauges.spec_decode_mean_length ?? Number.NaN;
};

/** What one reader sees come in: the reciprocal of the mean gap, of requests where they are told and of tokens otherwise. */
const streamSpeed: Column["of"] = ({ windows }) => {
  const window = windows.tpot_seconds ?? windows.itl_seconds;
  if (!window) return Number.NaN;
  return window.mean !== null && window.mean > 0 ? 1 / window.mean : nothingCame;
};

/** Of the time that requests are computed, how much is their prompts'. */
const prefillShare: Column["of"] = ({ windows }) => {
  const { prefill_seconds: prefill, decode_seconds: decode } = windows;
  if (!prefill || !decode) return Number.NaN;
  if (prefill.mean === null || decode.mean === null) return nothingCame;
  const [first, rest] = [prefill.mean * prefill.count, decode.mean * decode.count];
  return first + rest > 0 ? first / (first + rest) : nothingCame;
};

const memoryRate: Column["of"] = ({ rates }) =>
  ((rates.estimated_read_bytes_per_gpu_total ?? Number.NaN) + (rates.estimated_write_bytes_per_gpu_total ?? 0)) / 1e12;

const storeHits: Column["of"] = ({ rates }) => {
  const { external_prefix_cache_queries_total: asked, external_prefix_cache_hits_total: hits } = rates;
  return asked === undefined || hits === undefined ? Number.NaN : asked > 0 ? hits / asked : nothingCame;
};

const lmcacheHits: Column["of"] = ({ rates, snapshot }) => {
  const { lmcache_lookup_tokens_total: asked, lmcache_lookup_hits_total: hits } = rates;
  if (asked !== undefined && hits !== undefined) return asked > 0 ? hits / asked : nothingCame;
  return snapshot?.gauges.lmcache_hit_rate ?? Number.NaN;
};
