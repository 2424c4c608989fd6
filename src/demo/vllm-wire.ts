import { atLeast, parseVersion } from "../deployment/version.ts";
import type { Family } from "../live/snapshot.ts";
import type { EngineView } from "./replay.ts";
import type { TallyHistogram } from "./tally.ts";
import { type Dialect, modelList, type PageFacts, type WireFamily } from "./wire.ts";

/** Upper bounds in seconds of vLLM's request-phase histograms, as seen on a vLLM 0.32.0 page. */
const phaseBounds = [0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960, 1920, 7680];
const ttftBounds = [0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80, 160, 640, 2560];
const gapBounds = [0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80];

const stepBounds = [1, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384];

/** 1, 2, 5, 10, 20 … up to the longest request: vLLM's bounds for lengths. */
export function lengthBounds(maxModelLen: number): readonly number[] {
  const bounds: number[] = [];
  for (let decade = 1; decade <= maxModelLen && decade < 1e12; decade *= 10) {
    for (const step of [1, 2, 5]) if (step * decade <= maxModelLen) bounds.push(step * decade);
  }
  return bounds.length > 0 ? bounds : [1];
}

function histogramBounds(maxModelLen: number): Readonly<Record<TallyHistogram, readonly number[]>> {
  const lengths = lengthBounds(maxModelLen);
  return {
    ttft: ttftBounds,
    gap: gapBounds,
    meanGap: gapBounds,
    e2e: phaseBounds,
    queue: phaseBounds,
    prefill: phaseBounds,
    decode: phaseBounds,
    inference: phaseBounds,
    promptTokens: lengths,
    outputTokens: lengths,
    choices: [1, 2, 5, 10, 20],
    stepTokens: stepBounds,
  };
}

/** vLLM's families by release, in the order of its page (vllm/v1/metrics/loggers.py, 0.9 … 0.32), as far as a simulated run knows them. */
const families: readonly WireFamily[] = [
  { type: "gauge", name: "num_requests_running", shows: "running", help: "Requests in the engine's batch." },
  { type: "gauge", name: "num_requests_waiting", shows: "waiting", help: "Requests in the queue." },
  { type: "gauge", name: "kv_cache_usage_perc", shows: "usage", since: "0.9.2", help: "Share of KV blocks in use, 0 to 1." },
  { type: "gauge", name: "gpu_cache_usage_perc", shows: "usage", gone: "0.11.0", help: "Share of KV blocks in use, 0 to 1." },
  { type: "counter", name: "prefix_cache_queries", shows: "queries", since: "0.9.2", help: "Tokens looked up in the prefix cache." },
  { type: "counter", name: "prefix_cache_hits", shows: "hits", since: "0.9.2", help: "Tokens found in the prefix cache." },
  { type: "counter", name: "gpu_prefix_cache_queries", shows: "queries", gone: "0.11.0", help: "Tokens looked up in the prefix cache." },
  { type: "counter", name: "gpu_prefix_cache_hits", shows: "hits", gone: "0.11.0", help: "Tokens found in the prefix cache." },
  { type: "counter", name: "num_preemptions", shows: "preemptions", help: "Preemptions so far." },
  { type: "counter", name: "prompt_tokens", shows: "promptTokens", help: "Prompt tokens processed." },
  { type: "counter", name: "prompt_tokens_cached", shows: "hits", since: "0.16.0", help: "Prompt tokens taken from a cache." },
  { type: "counter", name: "generation_tokens", shows: "outputTokens", help: "Output tokens generated." },
  {
    type: "counter",
    name: "request_success",
    shows: "finished",
    reasons: ["stop", "length", "abort"],
    help: "Finished requests by reason.",
  },
  { type: "histogram", name: "request_prompt_tokens", shows: "promptTokens", help: "Prompt tokens of finished requests." },
  { type: "histogram", name: "request_generation_tokens", shows: "outputTokens", help: "Output tokens of finished requests." },
  { type: "histogram", name: "iteration_tokens_total", shows: "stepTokens", help: "Tokens of each engine step." },
  { type: "histogram", name: "request_max_num_generation_tokens", shows: "outputTokens", help: "Most output tokens asked for." },
  { type: "histogram", name: "request_params_n", shows: "choices", help: "The n parameter of requests." },
  { type: "histogram", name: "request_params_max_tokens", shows: "outputTokens", help: "The max_tokens parameter of requests." },
  { type: "histogram", name: "time_to_first_token_seconds", shows: "ttft", help: "Arrival to first token." },
  { type: "histogram", name: "time_per_output_token_seconds", shows: "gap", gone: "0.12.0", help: "Gaps between tokens." },
  { type: "histogram", name: "inter_token_latency_seconds", shows: "gap", since: "0.10.2", help: "Gaps between tokens." },
  {
    type: "histogram",
    name: "request_time_per_output_token_seconds",
    shows: "meanGap",
    since: "0.11.0",
    help: "Mean gap between tokens of finished requests.",
  },
  { type: "histogram", name: "e2e_request_latency_seconds", shows: "e2e", help: "Arrival to last token." },
  { type: "histogram", name: "request_queue_time_seconds", shows: "queue", help: "Time in the queue." },
  { type: "histogram", name: "request_inference_time_seconds", shows: "inference", help: "Time in the engine's batch." },
  { type: "histogram", name: "request_prefill_time_seconds", shows: "prefill", help: "Time in prefill." },
  { type: "histogram", name: "request_decode_time_seconds", shows: "decode", help: "Time in decode." },
];

/** From 0.9 on, where the V1 engine labels its series. */
export const vllmDialect: Dialect = {
  prefix: "vllm:",
  families,
  isSentToBoth: false,
  tellsBirths: true,
  bounds: histogramBounds,
  version(text) {
    const version = parseVersion(text);
    if (!version || !atLeast(version, "0.9.0")) throw new Error(`The demo speaks as vLLM 0.9 or newer, not as ${text.slice(0, 40)}`);
    return version;
  },
  // vLLM counts everything by engine.
  labels: ({ model }, engine = 0) => ({ engine: String(engine), model_name: model }),
  further: (facts, views) => [...(atLeast(facts.version, "0.20.0") ? [waitingByReason(facts, views)] : []), cacheConfig(facts)],
  contentType: (version) => `text/plain; ${atLeast(version, "0.20.0") ? "version=1.0.0" : "version=0.0.4"}; charset=utf-8`,
  endpoints: (facts) =>
    new Map<string, unknown>([
      ["/version", { version: facts.version.text }],
      ["/v1/models", modelList(facts, "vllm")],
      ["/health", null],
      ["/ping", null],
    ]),
};

function waitingByReason(facts: PageFacts, views: readonly EngineView[]): { readonly family: Family; readonly help: string } {
  const name = "vllm:num_requests_waiting_by_reason";
  const samples = views.flatMap(({ waiting }, engine) =>
    [["capacity", waiting] as const, ["deferred", 0] as const].map(([reason, value]) => ({
      name,
      labels: { ...vllmDialect.labels(facts, engine), reason },
      value,
    })),
  );
  return { family: { name, type: "gauge", samples }, help: "Waiting requests by reason." };
}

function cacheConfig({ memory, version, cacheConfig: further, engines }: PageFacts): { readonly family: Family; readonly help: string } {
  const name = "vllm:cache_config_info";
  const rank = memory.ranks[memory.tightest];
  const labels = {
    block_size: String(memory.blockTokens),
    cache_dtype: "auto",
    enable_prefix_caching: "True",
    gpu_memory_utilization: rank ? String(Number((rank.budgetBytes / rank.totalBytes).toFixed(4))) : "None",
    num_gpu_blocks: String(memory.kvCacheBlocks),
    num_gpu_blocks_override: "None",
    sliding_window: "None",
    // Both labels came in 2026 (vLLM pull request 42206).
    ...(atLeast(version, "0.22.0")
      ? { kv_cache_size_tokens: String(memory.kvCacheTokens), kv_cache_max_concurrency: String(memory.maxConcurrency) }
      : {}),
    ...further,
  };
  const samples = Array.from({ length: engines }, (_, engine) => ({ name, labels: { ...labels, engine: String(engine) }, value: 1 }));
  return { family: { name, type: "gauge", samples }, help: "Configuration of the KV cache." };
}
