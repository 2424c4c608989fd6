import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { readPage } from "../../../src/live/page/read-page.ts";
import { pointSinceStart } from "../../../src/live/series/point.ts";
import { LiveSeries } from "../../../src/live/series/series.ts";
import type { Snapshot } from "../../../src/live/snapshot.ts";
import { isQuantiles, type WatchMetrics, watchLine } from "../../../src/live/watch-line.ts";
import { captureRoot, captureTime } from "./captures.ts";
import { bucketsBetween, bucketsOf, linesOf, meanOf, quantileOf, sumOf } from "./plain-reader.ts";

const shared = fileURLToPath(new URL("../../../../shared/data/metrics/captures/", import.meta.url));
const root = existsSync(shared) ? shared : captureRoot;
if (root !== shared)
  console.log("test/live/captures-plainly: the full set of captures is not here; only the committed extracts were compared");

interface Page {
  readonly name: string;
  readonly text: string;
  readonly snapshot: Snapshot;
}

const folders = readdirSync(root).flatMap((folder) => {
  const names = folder === "SOURCES.md" || folder === "NOTES.md" ? [] : readdirSync(`${root}${folder}`);
  const pages = names.filter((name) => name.endsWith(".prom")).map((name) => pageOf(folder, name));
  return pages.length > 0 ? [{ folder, pages: pages.sort((a, b) => a.snapshot.time - b.snapshot.time) }] : [];
});

function pageOf(folder: string, name: string): Page {
  const text = readFileSync(`${root}${folder}/${name}`, "utf8");
  const answer = readPage(text, captureTime(name));
  if (answer.kind !== "snapshot") throw new Error(`${name}: ${answer.detail}`);
  return { name, text, snapshot: answer.snapshot };
}

type Names = Readonly<Record<string, string>>;

/** Words by the name on the page, written down here once more. */
const vllm: { readonly sums: Names; readonly means: Names; readonly counters: Names; readonly histograms: Names } = {
  sums: { requests_running: "vllm:num_requests_running", requests_waiting: "vllm:num_requests_waiting" },
  means: { kv_cache_usage: "vllm:kv_cache_usage_perc" },
  counters: {
    prompt_tokens_total: "vllm:prompt_tokens_total",
    generation_tokens_total: "vllm:generation_tokens_total",
    request_success_total: "vllm:request_success_total",
    preemptions_total: "vllm:num_preemptions_total",
    prefix_cache_queries_total: "vllm:prefix_cache_queries_total",
    prefix_cache_hits_total: "vllm:prefix_cache_hits_total",
    external_prefix_cache_queries_total: "vllm:external_prefix_cache_queries_total",
    external_prefix_cache_hits_total: "vllm:external_prefix_cache_hits_total",
    mm_cache_queries_total: "vllm:mm_cache_queries_total",
    prompt_tokens_cached_total: "vllm:prompt_tokens_cached_total",
    corrupted_requests_total: "vllm:corrupted_requests_total",
    estimated_flops_per_gpu_total: "vllm:estimated_flops_per_gpu_total",
    estimated_read_bytes_per_gpu_total: "vllm:estimated_read_bytes_per_gpu_total",
    estimated_write_bytes_per_gpu_total: "vllm:estimated_write_bytes_per_gpu_total",
    http_requests_total: "http_requests_total",
    process_cpu_seconds_total: "process_cpu_seconds_total",
  },
  histograms: {
    ttft_seconds: "vllm:time_to_first_token_seconds",
    itl_seconds: "vllm:inter_token_latency_seconds",
    tpot_seconds: "vllm:request_time_per_output_token_seconds",
    e2e_seconds: "vllm:e2e_request_latency_seconds",
    queue_time_seconds: "vllm:request_queue_time_seconds",
    prefill_time_seconds: "vllm:request_prefill_time_seconds",
    decode_time_seconds: "vllm:request_decode_time_seconds",
    inference_time_seconds: "vllm:request_inference_time_seconds",
    request_prompt_tokens: "vllm:request_prompt_tokens",
    request_generation_tokens: "vllm:request_generation_tokens",
    request_prefill_computed_tokens: "vllm:request_prefill_kv_computed_tokens",
    request_max_generation_tokens: "vllm:request_max_num_generation_tokens",
    preemptions_per_request: "vllm:request_num_preemptions",
    iteration_tokens: "vllm:iteration_tokens_total",
    kv_block_lifetime: "vllm:kv_block_lifetime_seconds",
    http_request_duration_seconds: "http_request_duration_seconds",
  },
};
const llamaCpp: typeof vllm = {
  sums: { requests_running: "llamacpp:requests_processing", requests_waiting: "llamacpp:requests_deferred" },
  means: {
    prompt_throughput: "llamacpp:prompt_tokens_seconds",
    generation_throughput: "llamacpp:predicted_tokens_seconds",
    mean_batch: "llamacpp:n_busy_slots_per_decode",
    max_observed_context: "llamacpp:n_tokens_max",
  },
  counters: {
    prompt_tokens_total: "llamacpp:prompt_tokens_total",
    generation_tokens_total: "llamacpp:tokens_predicted_total",
    prefix_cache_hits_total: "llamacpp:prompt_tokens_cached_total",
    prefill_seconds_total: "llamacpp:prompt_seconds_total",
    decode_seconds_total: "llamacpp:tokens_predicted_seconds_total",
    engine_steps_total: "llamacpp:n_decode_total",
    spec_decode_draft_tokens_total: "llamacpp:spec_decode_num_draft_tokens_total",
  },
  histograms: { ttft_seconds: "none", e2e_seconds: "none", queue_time_seconds: "none" },
};

describe.each(folders)("$folder, beside plain arithmetic over its lines", ({ folder, pages }) => {
  const names = folder === "llama.cpp" ? llamaCpp : vllm;

  it.each(pages.map((page) => [page.name, page] as const))("%s: figures since the start", (_, { text, snapshot }) => {
    const { metrics } = watchLine(pointSinceStart(snapshot));
    for (const [word, name] of Object.entries(names.sums)) expectClose(metrics, word, sumOf(text, name));
    for (const [word, name] of Object.entries(names.means)) expectClose(metrics, word, meanOf(text, name));
    for (const [word, name] of Object.entries(names.counters)) expectClose(metrics, word, sumOf(text, name));
    for (const [word, name] of Object.entries(names.histograms)) {
      const counts = bucketsOf(text, name);
      expectHistogram(metrics, word, counts, sumOf(text, `${name}_sum`), sumOf(text, `${name}_count`));
    }
    expectParts(metrics, "requests_waiting_by_reason", text, "vllm:num_requests_waiting_by_reason", "reason");
    expectParts(
      metrics,
      "request_success_by_reason",
      text,
      "vllm:request_success_total",
      folder.startsWith("llm-d") ? "finish_reason" : "finished_reason",
    );
    expectParts(metrics, "prompt_tokens_by_source", text, "vllm:prompt_tokens_by_source_total", "source");
  });

  it("what came in between two of its pages", () => {
    const series = new LiveSeries();
    for (const [i, { text, snapshot }] of pages.entries()) {
      const { metrics, state } = watchLine(series.push(snapshot));
      const before = pages[i - 1];
      if (!before || state === "restarted") continue;
      const seconds = snapshot.time - before.snapshot.time;
      for (const [word, name] of Object.entries(names.counters)) {
        const now = sumOf(text, name);
        const rate = now === undefined ? undefined : (now - (sumOf(before.text, name) ?? 0)) / seconds;
        expectClose(metrics, word.replace(/_total$/, "_per_second"), rate);
      }
      for (const [word, name] of Object.entries(names.histograms)) {
        const grown = (ending: string) => (sumOf(text, name + ending) ?? 0) - (sumOf(before.text, name + ending) ?? 0);
        expectHistogram(metrics, word, bucketsBetween(before.text, text, name), grown("_sum"), grown("_count"));
      }
    }
  });
});

function expectClose(metrics: WatchMetrics, word: string, expected: number | undefined): void {
  const value = metrics[word];
  if (expected === undefined) expect(value, word).toBeNull();
  else
    expect(Math.abs(Number(value) - expected), `${word}: ${JSON.stringify(value)}, not ${expected}`).toBeLessThanOrEqual(
      Math.abs(expected) * 1e-9 + 1e-12,
    );
}

function expectHistogram(
  metrics: WatchMetrics,
  word: string,
  counts: ReadonlyMap<number, number>,
  sum: number | undefined,
  count: number | undefined,
): void {
  const figure = metrics[word];
  if (counts.size === 0) {
    expect(figure, word).toBeNull();
    return;
  }
  if (!isQuantiles(figure)) throw new Error(`${word} is not offered`);
  expect(figure.count, word).toBe(count);
  if (count) expect(figure.mean).toBeCloseTo((sum ?? 0) / count, 9);
  for (const [q, value] of [
    [0.5, figure.p50],
    [0.9, figure.p90],
    [0.95, figure.p95],
    [0.99, figure.p99],
  ] as const) {
    const expected = quantileOf(counts, q);
    if (expected === null) expect(value, `${word} ${q}`).toBeNull();
    else expect(value, `${word} ${q}`).toBeCloseTo(expected, 9);
  }
}

function expectParts(metrics: WatchMetrics, word: string, text: string, name: string, label: string): void {
  const lines = linesOf(text, name);
  if (lines.length === 0) {
    expect(metrics[word], word).toBeNull();
    return;
  }
  const sums = new Map<string, number>();
  for (const { labels, value } of lines) sums.set(labels.get(label) ?? "", (sums.get(labels.get(label) ?? "") ?? 0) + value);
  expect({ ...(metrics[word] as object) }).toEqual(Object.fromEntries(sums));
}
