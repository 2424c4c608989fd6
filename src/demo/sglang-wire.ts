import { atLeast, parseVersion } from "../deployment/version.ts";
import type { Family } from "../live/snapshot.ts";
import type { TallyHistogram } from "./tally.ts";
import { type Dialect, modelList, type PageFacts, type WireFamily } from "./wire.ts";

const ttftBounds = [0.1, 0.2, 0.4, 0.6, 0.8, 1, 2, 4, 6, 8, 10, 20, 40, 60, 80, 100, 200, 400];
const gapBounds = [
  0.002, 0.004, 0.006, 0.008, 0.01, 0.015, 0.02, 0.025, 0.03, 0.035, 0.04, 0.06, 0.08, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 2, 4, 6, 8,
];
const e2eBounds = [...ttftBounds, 600, 1200, 1800, 2400];
const queueBounds = [
  0, 0.001, 0.005, 0.01, 0.05, 0.1, 0.2, 0.5, 1, 2, 3, 4, 5, 10, 15, 20, 30, 40, 50, 60, 70, 80, 90, 100, 200, 300, 400, 500, 600, 700, 800,
  900, 1000, 1200, 1400, 1600, 1800, 2000, 2500, 3000,
];

/** As the collector of 0.5.23 has them (sglang/srt/observability/metrics_collector.py); older releases are taken to have the same. */
const bounds: Readonly<Record<TallyHistogram, readonly number[]>> = {
  ttft: ttftBounds,
  gap: gapBounds,
  meanGap: gapBounds,
  e2e: e2eBounds,
  queue: queueBounds,
  prefill: e2eBounds,
  decode: e2eBounds,
  inference: e2eBounds,
  // The server shows lengths only with --collect-tokens-histogram, and tokens of a step never.
  promptTokens: [],
  outputTokens: [],
  choices: [],
  stepTokens: [],
};

/** Of the process that takes requests in: one for all replicas. */
const together = { together: true } as const;
const streamed = { ...together, labels: { is_streaming: "true" }, labelsSince: "0.5.23" } as const;

/** SGLang's families by the releases 0.4.0 … 0.5.23 in which they were first and last seen, as far as a simulated run knows them. */
const families: readonly WireFamily[] = [
  { type: "gauge", name: "num_running_reqs", shows: "running", help: "Running requests." },
  { type: "gauge", name: "num_used_tokens", shows: "usedTokens", help: "Tokens held in the pool." },
  { type: "gauge", name: "token_usage", shows: "usage", help: "Share of the pool in use, 0 to 1." },
  { type: "gauge", name: "gen_throughput", shows: "outputTokensPerSecond", help: "Output tokens per second." },
  { type: "gauge", name: "num_queue_reqs", shows: "waiting", help: "Requests in the queue." },
  { type: "counter", name: "num_retracted_requests", shows: "preemptions", since: "0.5.10", help: "Requests pushed out of the pool." },
  { type: "histogram", name: "queue_time_seconds", shows: "queue", since: "0.5.5", help: "Time in the queue." },
  { type: "counter", name: "prompt_tokens", shows: "promptTokens", ...streamed, help: "Prompt tokens." },
  { type: "counter", name: "generation_tokens", shows: "outputTokens", ...streamed, help: "Output tokens." },
  {
    type: "counter",
    name: "cached_tokens",
    shows: "hits",
    since: "0.4.6",
    ...together,
    labels: { cache_source: "device" },
    labelsSince: "0.5.23",
    help: "Prompt tokens taken from the cache.",
  },
  { type: "counter", name: "num_requests", shows: "finished", since: "0.4.6", ...streamed, help: "Finished requests." },
  { type: "histogram", name: "time_to_first_token_seconds", shows: "ttft", ...streamed, help: "Arrival to first token." },
  {
    type: "histogram",
    name: "time_per_output_token_seconds",
    shows: "meanGap",
    gone: "0.4.6",
    ...together,
    help: "Mean gap between tokens of finished requests.",
  },
  { type: "histogram", name: "inter_token_latency_seconds", shows: "gap", since: "0.4.6", ...together, help: "Gaps between tokens." },
  {
    type: "histogram",
    name: "request_time_per_output_token_seconds",
    shows: "meanGap",
    since: "0.5.23",
    ...streamed,
    help: "Mean gap between tokens of finished requests.",
  },
  { type: "histogram", name: "e2e_request_latency_seconds", shows: "e2e", ...streamed, help: "Arrival to last token." },
];

/** Its pages come from several processes: neither a start time nor births are on them (prometheus_client's multiprocess mode). */
export const sglangDialect: Dialect = {
  prefix: "sglang:",
  families,
  isSentToBoth: true,
  tellsBirths: false,
  bounds: () => bounds,
  version(text) {
    const version = parseVersion(text);
    if (!version || !atLeast(version, "0.4.0")) throw new Error(`The demo speaks as SGLang 0.4 or newer, not as ${text.slice(0, 40)}`);
    return version;
  },
  labels({ model, engines, role }, engine) {
    const common = { model_name: model, engine_type: role === "both" ? "unified" : role };
    if (engine === undefined) return common;
    const ranks = { ...common, tp_rank: "0", pp_rank: "0", moe_ep_rank: "0" };
    return engines > 1 ? { ...ranks, dp_rank: String(engine) } : ranks;
  },
  further: (facts) => pool(facts),
  contentType: () => "text/plain; version=0.0.4; charset=utf-8",
  endpoints: (facts) =>
    new Map<string, unknown>([
      ["/get_server_info", serverInfo(facts)],
      ["/get_model_info", modelInfo(facts)],
      // The shorter names came with 0.5; both answer.
      ...(atLeast(facts.version, "0.5.0")
        ? ([
            ["/server_info", serverInfo(facts)],
            ["/model_info", modelInfo(facts)],
          ] as const)
        : []),
      ["/v1/models", modelList(facts, "sglang")],
      ["/health", null],
    ]),
};

/** The pool's size: in labels from 0.5.10, as gauges of their own from 0.5.23. */
function pool(facts: PageFacts): readonly { readonly family: Family; readonly help: string }[] {
  const { version, memory, engines, maxModelLen } = facts;
  const each = (name: string, help: string, value: number, labels: Readonly<Record<string, string>> = {}) => {
    const samples = Array.from({ length: engines }, (_, engine) => ({
      name,
      labels: { ...sglangDialect.labels(facts, engine), ...labels },
      value,
    }));
    return { family: { name, type: "gauge" as const, samples }, help };
  };
  if (!atLeast(version, "0.5.10")) return [];
  const sized = [each("sglang:max_total_num_tokens", "Tokens of the pool.", memory.kvCacheTokens)];
  const pages = { page_size: String(memory.blockTokens), num_pages: String(memory.kvCacheBlocks) };
  if (!atLeast(version, "0.5.23")) return [...sized, each("sglang:cache_config_info", "Configuration of the cache.", 1, pages)];
  return [
    ...sized,
    each("sglang:page_size", "Tokens of a page.", memory.blockTokens),
    each("sglang:num_pages", "Pages of the pool.", memory.kvCacheBlocks),
    each("sglang:context_len", "Longest request.", maxModelLen),
  ];
}

const GiB = 2 ** 30;

/** Resolved arguments, and the state of each replica; sizes in GiB, as the server tells them. */
function serverInfo({ version, model, memory, maxModelLen, engines, layout, role }: PageFacts): unknown {
  const rank = memory.ranks[memory.tightest];
  const memoryUsage = {
    weight: rank ? Number((rank.weightsBytes / GiB).toFixed(2)) : 0,
    kvcache: rank ? Number((rank.kvCacheBytes / GiB).toFixed(2)) : 0,
    cuda_graph: rank ? Number((rank.cudaGraphBytes / GiB).toFixed(2)) : 0,
    token_capacity: memory.kvCacheTokens,
  };
  return {
    model_path: model,
    served_model_name: model,
    context_length: maxModelLen,
    page_size: memory.blockTokens,
    dp_size: engines,
    ...(layout
      ? {
          tp_size: layout.tensor,
          pp_size: layout.pipeline,
          ep_size: layout.expert,
          max_running_requests: layout.maxNumSeqs,
          chunked_prefill_size: layout.maxNumBatchedTokens,
          disable_radix_cache: !layout.prefixCaching,
          ...(layout.memFractionStatic === null ? {} : { mem_fraction_static: layout.memFractionStatic }),
        }
      : {}),
    disaggregation_mode: role === "both" ? "null" : role,
    max_total_num_tokens: memory.kvCacheTokens,
    internal_states: Array.from({ length: engines }, () => ({ memory_usage: memoryUsage })),
    version: version.text,
  };
}

function modelInfo({ model }: PageFacts): unknown {
  return { model_path: model, served_model_name: model, tokenizer_path: model, is_generation: true };
}
