import { describe, expect, it } from "vitest";
import { family, histogramLines, once, snapshotOfText } from "./pages.ts";

/** Names, types and labels of releases of which there is no capture, as their own sources and pages of others have them. */
describe("SGLang before 0.5.5", () => {
  it("0.4.10: retractions as a gauge that only rises, one queue spelled otherwise, one rank of each kind in labels", () => {
    const labels = 'model_name="m",engine_type="prefill",tp_rank="0",pp_rank="0"';
    const shot = snapshotOfText(
      [
        family("sglang:num_running_reqs", "gauge", `{${labels}} 3`),
        family("sglang:total_retracted_reqs", "gauge", `{${labels}} 7`),
        family("sglang:num_prefill_infight_queue_reqs", "gauge", `{${labels}} 2`),
      ].join("\n"),
    );
    expect(shot.role).toBe("prefill");
    expect(shot.gauges).toMatchObject({ requests_running: 3, pd_prefill_inflight_queue: 2 });
    expect(shot.counters.preemptions_total).toBe(7);
  });

  it("0.5.2: time in the queue under a shorter name", () => {
    const { metrics } = once(
      histogramLines(
        "sglang:queue_time_s",
        'model_name="m",engine_type="unified",tp_rank="0",pp_rank="0"',
        [
          ["0.1", 2],
          ["+Inf", 4],
        ],
        1,
      ),
    );
    expect(metrics.queue_time_seconds).toMatchObject({ mean: 0.25, count: 4 });
  });
});

describe("SGLang 0.5.23", () => {
  it("counts tokens moved back once, not once a pool", () => {
    const shot = snapshotOfText(
      [
        family("sglang:num_running_reqs", "gauge", '{model_name="m"} 1'),
        family("sglang:load_back_tokens_total", "counter", '{model_name="m",pool="kv"} 640', '{model_name="m",pool="swa"} 512'),
        histogramLines(
          "sglang:hicache_backup_duration_seconds",
          'model_name="m"',
          [
            ["0.01", 1],
            ["+Inf", 2],
          ],
          0.04,
        ),
      ].join("\n"),
    );
    expect(shot.counters.kv_offload_load_tokens_total).toBe(640);
    expect(shot.histograms.kv_offload_store_seconds).toMatchObject({ total: 2, sum: 0.04 });
  });
});

describe("llama.cpp b6700", () => {
  it("types the mean batch as counter, calls the longest context otherwise, and tells the tokens it keeps", () => {
    const { metrics } = once(
      [
        family("llamacpp:requests_processing", "gauge", "2"),
        family("llamacpp:n_busy_slots_per_decode", "counter", "1.75"),
        family("llamacpp:n_past_max", "counter", "4096"),
        family("llamacpp:kv_cache_tokens", "gauge", "900"),
        family("llamacpp:kv_cache_usage_ratio", "gauge", "nan"),
      ].join("\n"),
    );
    expect(metrics).toMatchObject({ mean_batch: 1.75, max_observed_context: 4096, kv_used_tokens: 900, kv_cache_usage: null });
  });
});

describe("NIM", () => {
  it("tells why requests ended, and its GPUs: shares, bytes, watts and joules", () => {
    const { server, metrics } = once(
      [
        family("num_requests_running", "gauge", '{model_name="m"} 1.0'),
        family(
          "request_finish_total",
          "counter",
          '{finished_reason="length",model_name="m"} 5.0',
          '{finished_reason="stop",model_name="m"} 2.0',
        ),
        family("request_success_total", "counter", '{model_name="m"} 6.0'),
        family("gpu_utilization", "gauge", '{device_id="0"} 0.5', '{device_id="1"} 0.7'),
        family("gpu_memory_used_bytes", "gauge", '{device_id="0"} 1.0e+010', '{device_id="1"} 2.0e+010'),
        family("gpu_power_usage_watts", "gauge", '{device_id="0"} 300', '{device_id="1"} 350'),
        family("gpu_total_energy_consumption_joules", "counter", '{device_id="0"} 10', '{device_id="1"} 20'),
      ].join("\n"),
    );
    expect(server).toMatchObject({ kind: "nim", model: "m", engines: 1 });
    expect(metrics).toMatchObject({
      requests_total: 7,
      request_success_total: 6,
      request_success_by_reason: { length: 5, stop: 2 },
      gpu_utilization: expect.closeTo(0.6, 12),
      gpu_memory_used_bytes: 3e10,
      gpu_power_w: 650,
      gpu_energy_j_total: 30,
    });
  });

  it.each(["gpu_utilization", "gpu_memory_used_bytes"])("is not told by %s alone, which others have too", (name) => {
    expect(() => snapshotOfText(family(name, "gauge", "0.5"))).toThrow("no metric of a serving engine");
  });
});

describe("Dynamo 1.x", () => {
  it("a worker tells its cache by names without a middle part", () => {
    const { server, metrics } = once(
      [
        family("dynamo_component_inflight_requests", "gauge", '{dynamo_component="backend",dynamo_endpoint="generate"} 4'),
        family("dynamo_component_total_blocks", "gauge", '{dp_rank="0",dynamo_component="backend",model="m"} 16384'),
        family("dynamo_component_gpu_cache_usage_percent", "gauge", '{dp_rank="0",dynamo_component="backend",model="m"} 0.5'),
      ].join("\n"),
    );
    expect(server).toMatchObject({ kind: "dynamo", model: "m", engines: 1 });
    expect(metrics).toMatchObject({ requests_running: 4, kv_num_blocks: 16_384, kv_cache_usage: 0.5 });
  });

  it("a router alone has a frontend's figures under names of its own", () => {
    const { server, metrics } = once(
      [
        family("dynamo_component_router_requests_total", "counter", '{dynamo_component="router"} 100'),
        histogramLines(
          "dynamo_component_router_time_to_first_token_seconds",
          'dynamo_component="router"',
          [
            ["0.5", 100],
            ["+Inf", 100],
          ],
          31,
        ),
        histogramLines(
          "dynamo_component_router_output_sequence_tokens",
          'dynamo_component="router"',
          [
            ["500", 100],
            ["+Inf", 100],
          ],
          45_000,
        ),
      ].join("\n"),
    );
    expect(server.kind).toBe("dynamo");
    expect(metrics).toMatchObject({ requests_total: 100, generation_tokens_total: 45_000, ttft_seconds: { mean: 0.31, count: 100 } });
  });

  it("a TensorRT-LLM worker tells what it moved, beside the engine's page", () => {
    const { server, metrics } = once(
      [
        family("trtllm_num_requests_running", "gauge", '{model_name="m",engine_type="trtllm"} 2'),
        family("trtllm_num_aborted_requests_total", "counter", '{model_name="m"} 3'),
        family("trtllm_cpu_memory_usage_bytes", "gauge", '{model_name="m"} 4096'),
        family("trtllm_spec_decode_accepted_tokens_total", "counter", '{token_position="0"} 9', '{token_position="1"} 4'),
        histogramLines(
          "trtllm_kv_transfer_speed_gb_s",
          'model_name="m"',
          [
            ["10", 1],
            ["+Inf", 2],
          ],
          30,
        ),
        family("dynamo_component_requests_total", "counter", '{dynamo_component="prefill"} 8'),
      ].join("\n"),
    );
    expect(server).toMatchObject({ kind: "trtllm-serve", model: "m" });
    expect(metrics).toMatchObject({
      requests_aborted_total: 3,
      cpu_memory_bytes: 4096,
      spec_decode_accepted_per_pos: { "0": 9, "1": 4 },
      kv_transfer_gbps: { mean: 15, count: 2 },
      requests_total: 8,
    });
  });
});

describe("llm-d's endpoint picker with flow control", () => {
  it("tells how long it held requests back, and which it refused", () => {
    const queue = (outcome: string, count: number, sum: number) =>
      [
        `llm_d_epp_flow_control_request_queue_duration_seconds_bucket{outcome="${outcome}",le="1"} ${count}`,
        `llm_d_epp_flow_control_request_queue_duration_seconds_bucket{outcome="${outcome}",le="+Inf"} ${count}`,
        `llm_d_epp_flow_control_request_queue_duration_seconds_sum{outcome="${outcome}"} ${sum}`,
        `llm_d_epp_flow_control_request_queue_duration_seconds_count{outcome="${outcome}"} ${count}`,
      ].join("\n");
    const { metrics } = once(
      [
        "# TYPE llm_d_epp_flow_control_request_queue_duration_seconds histogram",
        queue("Dispatched", 10, 2),
        queue("EvictedTTL", 1, 60),
        family(
          "llm_d_epp_flow_control_requests_total",
          "counter",
          '{outcome="Dispatched",priority="0"} 10',
          '{outcome="RejectedCapacity",priority="0"} 3',
          '{outcome="RejectedCapacity",priority="1"} 1',
          '{outcome="EvictedTTL",priority="0"} 1',
        ),
      ].join("\n"),
    );
    expect(metrics).toMatchObject({
      queue_time_seconds: { mean: 0.2, count: 10 },
      admission_rejections_total: 4,
      admission_rejections_by_reason: { RejectedCapacity: 4 },
    });
  });
});

describe("LMCache beside a vLLM of several ranks", () => {
  const labels = (worker: number, role = "worker") => `{model_name="m",served_model_name="m",worker_id="${worker}",role="${role}"}`;

  it("counts tokens that every rank retrieved once, and bytes that each rank holds together", () => {
    const { metrics } = once(
      [
        family("vllm:num_requests_running", "gauge", '{engine="0",model_name="m"} 3'),
        family("lmcache:num_requested_tokens_total", "counter", `${labels(0)} 1000`, `${labels(1)} 1000`),
        family("lmcache:num_hit_tokens_total", "counter", `${labels(0)} 400`, `${labels(1)} 384`),
        family("lmcache:num_lookup_tokens_total", "counter", `${labels(0, "scheduler")} 5000`, `${labels(0)} 0`),
        family("lmcache:local_cache_usage", "gauge", `${labels(0)} 4096`, `${labels(1)} 4096`),
      ].join("\n"),
    );
    expect(metrics).toMatchObject({
      external_prefix_cache_queries_total: 1000,
      external_prefix_cache_hits_total: 400,
      lmcache_lookup_tokens_total: 5000,
      host_kv_used_bytes: 8192,
    });
  });
});
