import { atLeast, parseVersion, type Version } from "../deployment/version.ts";
import type { TallyCounter, TallyHistogram } from "./tally.ts";

/** Upper bounds in seconds of vLLM's request-phase histograms, as seen on a vLLM 0.32.0 page. */
const phaseBounds = [0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960, 1920, 7680];
const ttftBounds = [0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80, 160, 640, 2560];
const gapBounds = [0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80];

/** 1, 2, 5, 10, 20 … up to the longest request: vLLM's bounds for lengths. */
export function lengthBounds(maxModelLen: number): readonly number[] {
  const bounds: number[] = [];
  for (let decade = 1; decade <= maxModelLen && decade < 1e12; decade *= 10) {
    for (const step of [1, 2, 5]) if (step * decade <= maxModelLen) bounds.push(step * decade);
  }
  return bounds.length > 0 ? bounds : [1];
}

export function histogramBounds(maxModelLen: number): Readonly<Record<TallyHistogram, readonly number[]>> {
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
  };
}

interface Seen {
  /** Without the `vllm:` in front and `_total` behind. */
  readonly name: string;
  readonly help: string;
  readonly since?: string;
  /** First release that no longer shows it by default. */
  readonly gone?: string;
}
export type WireFamily = Seen &
  (
    | { readonly type: "gauge"; readonly shows: "running" | "waiting" | "usage" }
    | { readonly type: "counter"; readonly shows: TallyCounter; readonly reasons?: readonly string[] }
    | { readonly type: "histogram"; readonly shows: TallyHistogram }
  );

/**
 * vLLM's families by release, in the order of its page (vllm/v1/metrics/loggers.py, 0.9 … 0.32). Left out: what a simulation of requests
 * does not know, such as the tokens of every engine step.
 */
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

/** The families a release shows by default. */
export function wireFamilies(version: Version): readonly WireFamily[] {
  return families.filter(({ since, gone }) => (!since || atLeast(version, since)) && !(gone && atLeast(version, gone)));
}

/** A release the demo can speak as: from 0.9 on, where the V1 engine labels its series. */
export function demoVersion(text: string): Version {
  const version = parseVersion(text);
  if (!version || !atLeast(version, "0.9.0")) throw new Error(`The demo speaks as vLLM 0.9 or newer, not as ${text.slice(0, 40)}`);
  return version;
}
