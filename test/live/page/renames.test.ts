import { describe, expect, it } from "vitest";
import type { Snapshot } from "../../../src/live/snapshot.ts";
import { family, histogramLines, snapshotOfText } from "../servers/pages.ts";

type Figure = (shot: Snapshot) => number | undefined;

const gauge = (name: string, labels = "") => family(name, "gauge", `${labels} 3`.trim());
const counter = (name: string, labels = "") => family(name, "counter", `${labels} 3`.trim());
const histogram = (name: string, labels = "", count = 3) =>
  histogramLines(
    name,
    labels,
    [
      ["1", 2],
      ["+Inf", count],
    ],
    6,
  );

/** Names that broke dashboards: what was written before and after, and the figure that both are. */
const renames: readonly (readonly [before: string, after: string, word: string, figure: Figure])[] = [
  [gauge("vllm:gpu_cache_usage_perc"), gauge("vllm:kv_cache_usage_perc"), "kv_cache_usage", ({ gauges }) => gauges.kv_cache_usage],
  [
    counter("vllm:gpu_prefix_cache_hits_total"),
    counter("vllm:prefix_cache_hits_total"),
    "prefix_cache_hits_total",
    ({ counters }) => counters.prefix_cache_hits_total,
  ],
  [
    counter("vllm:gpu_prefix_cache_queries_total"),
    counter("vllm:prefix_cache_queries_total"),
    "prefix_cache_queries_total",
    ({ counters }) => counters.prefix_cache_queries_total,
  ],
  [
    histogram("vllm:time_per_output_token_seconds"),
    histogram("vllm:inter_token_latency_seconds"),
    "itl_seconds",
    ({ histograms }) => histograms.itl_seconds?.total,
  ],
  [
    histogram("vllm:time_in_queue_requests"),
    histogram("vllm:request_queue_time_seconds"),
    "queue_seconds",
    ({ histograms }) => histograms.queue_seconds?.total,
  ],
  [
    counter("vllm:kv_offload_total_bytes", '{transfer_type="CPU_to_GPU"}'),
    counter("vllm:kv_offload_load_bytes_total"),
    "kv_offload_load_bytes_total",
    ({ counters }) => counters.kv_offload_load_bytes_total,
  ],
  [
    counter("vllm:kv_offload_total_bytes", '{transfer_type="GPU_to_CPU"}'),
    counter("vllm:kv_offload_store_bytes_total"),
    "kv_offload_store_bytes_total",
    ({ counters }) => counters.kv_offload_store_bytes_total,
  ],
  [
    counter("vllm:kv_offload_total_time", '{transfer_type="GPU_to_CPU"}'),
    counter("vllm:kv_offload_store_time_total"),
    "kv_offload_store_time_total",
    ({ counters }) => counters.kv_offload_store_time_total,
  ],
  [
    histogram("vllm:kv_offload_size", 'transfer_type="CPU_to_GPU"'),
    histogram("vllm:kv_offload_load_size"),
    "kv_offload_load_size",
    ({ histograms }) => histograms.kv_offload_load_size?.total,
  ],
  [
    gauge("sglang:avg_request_queue_latency"),
    histogram("sglang:queue_time_seconds", "", 2),
    "queue_seconds",
    ({ means, histograms }) => means?.queue_seconds ?? (histograms.queue_seconds?.sum ?? 0) / (histograms.queue_seconds?.total ?? 1),
  ],
  [
    gauge("sglang:num_prefill_prealloc_queue_reqs"),
    gauge("sglang:num_prefill_bootstrap_queue_reqs"),
    "pd_prefill_bootstrap_queue",
    ({ gauges }) => gauges.pd_prefill_bootstrap_queue,
  ],
  [
    counter("sglang:gpu_execution_seconds_total", '{category="decode"}'),
    counter("sglang:forward_execution_seconds_total", '{category="decode"}'),
    "gpu_busy_seconds_total",
    ({ counters }) => counters.gpu_busy_seconds_total,
  ],
  [
    family("sglang:cache_config_info", "gauge", '{page_size="64",num_pages="3"} 1'),
    `${gauge("sglang:num_pages")}\n${family("sglang:page_size", "gauge", "64")}`,
    "kv_num_blocks",
    ({ gauges }) => gauges.kv_num_blocks,
  ],
  [gauge("inference_pool_ready_pods"), gauge("llm_d_epp_ready_endpoints"), "ready_replicas", ({ gauges }) => gauges.ready_replicas],
  [
    gauge("inference_pool_per_pod_queue_size", '{model_server_pod="a"}'),
    gauge("llm_d_epp_per_endpoint_queue_size", '{model_server_endpoint="a"}'),
    "requests_waiting",
    ({ gauges }) => gauges.requests_waiting,
  ],
  [
    counter("inference_objective_request_total"),
    counter("llm_d_epp_request_total"),
    "requests_total",
    ({ counters }) => counters.requests_total,
  ],
  [
    histogram("inference_extension_scheduler_e2e_duration_seconds"),
    histogram("llm_d_epp_scheduler_e2e_duration_seconds"),
    "router_scheduling_seconds",
    ({ histograms }) => histograms.router_scheduling_seconds?.total,
  ],
];

describe("a figure that changed its name", () => {
  it.each(renames.map(([before, after, word, figure]) => [nameOf(before), nameOf(after), word, before, after, figure] as const))(
    "%s, then %s: %s",
    (_before, _after, word, before, after, figure) => {
      const [old, today] = [snapshotOfText(before), snapshotOfText(after)];
      expect(figure(old)).toBe(3);
      expect(figure(today)).toBe(3);
      // Which one was found is kept with it.
      if (!before.includes("cache_config_info")) expect(old.wireNames?.[word]).toBe(nameOf(before));
      expect(today.wireNames?.[word]).toBe(nameOf(after));
      // Both on a page are one thing, told twice.
      expect(figure(snapshotOfText(`${before}\n${after}`))).toBe(3);
    },
  );

  it("is not its namesake: gaps under an old name, means of requests under the same name of another server", () => {
    expect(Object.keys(snapshotOfText(histogram("vllm:time_per_output_token_seconds")).histograms)).toEqual(["itl_seconds"]);
    expect(Object.keys(snapshotOfText(histogram("sglang:time_per_output_token_seconds")).histograms)).toEqual(["tpot_seconds"]);
    expect(Object.keys(snapshotOfText(histogram("trtllm_time_per_output_token_seconds")).histograms)).toEqual(["tpot_seconds"]);
    expect(Object.keys(snapshotOfText(histogram("vllm:request_time_per_output_token_seconds")).histograms)).toEqual(["tpot_seconds"]);
  });

  it("is read whether it is a gauge or a histogram", () => {
    expect(snapshotOfText(family("sglang:kv_transfer_latency_ms", "gauge", "40")).means?.kv_transfer_seconds).toBe(0.04);
    expect(snapshotOfText(histogram("sglang:kv_transfer_latency_ms")).histograms.kv_transfer_seconds?.sum).toBe(0.006);
  });
});

function nameOf(text: string): string {
  return /# TYPE (\S+)/.exec(text)?.[1] ?? "";
}
