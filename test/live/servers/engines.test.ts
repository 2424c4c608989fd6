import { describe, expect, it } from "vitest";
import { family, histogramLines, once, snapshotOfText, tenSecondsLater } from "./pages.ts";

describe("vLLM", () => {
  it("V0, as 0.6.6 wrote it: swapped requests, a hit rate as gauge, gaps under the old name", () => {
    const { server, metrics } = once(
      [
        family("vllm:num_requests_running", "gauge", '{model_name="m"} 3.0'),
        family("vllm:num_requests_swapped", "gauge", '{model_name="m"} 2.0'),
        family("vllm:gpu_cache_usage_perc", "gauge", '{model_name="m"} 0.25'),
        family("vllm:cpu_cache_usage_perc", "gauge", '{model_name="m"} 0.5'),
        family("vllm:gpu_prefix_cache_hit_rate", "gauge", '{model_name="m"} 0.4'),
        family("vllm:avg_generation_throughput_toks_per_s", "gauge", '{model_name="m"} 120.5'),
        family("vllm:spec_decode_draft_acceptance_rate", "gauge", '{model_name="m"} 0.7'),
        family("vllm:tokens_total", "counter", '{model_name="m"} 900.0'),
        histogramLines(
          "vllm:time_per_output_token_seconds",
          'model_name="m"',
          [
            ["0.01", 5],
            ["0.025", 15],
            ["+Inf", 20],
          ],
          0.6,
        ),
        histogramLines(
          "vllm:time_in_queue_requests",
          'model_name="m"',
          [
            ["1.0", 2],
            ["+Inf", 2],
          ],
          0.5,
        ),
        histogramLines(
          "vllm:model_forward_time_milliseconds",
          'model_name="m"',
          [
            ["10.0", 1],
            ["+Inf", 4],
          ],
          80,
        ),
      ].join("\n"),
    );
    expect(server).toMatchObject({ kind: "vllm", model: "m", engines: 1 });
    expect(metrics).toMatchObject({
      requests_running: 3,
      requests_swapped: 2,
      kv_cache_usage: 0.25,
      kv_cache_cpu_usage: 0.5,
      prefix_cache_hit_rate: 0.4,
      prefix_cache_hits_total: null,
      generation_throughput: 120.5,
      spec_decode_acceptance_rate: 0.7,
      tokens_total: 900,
      tpot_seconds: null,
      // Rank 10 of 20: 5 into the 10 between 10 and 25 ms.
      itl_seconds: { mean: 0.03, p50: 0.0175, p99: 0.025, count: 20 },
      queue_time_seconds: { mean: 0.25, count: 2 },
      forward_ms: { mean: 20, count: 4 },
    });
  });

  it("reads waiting by reason, ends by reason, preemptions of which the first bucket holds those without, steps and failures", () => {
    const { metrics } = once(
      [
        family("vllm:num_requests_waiting", "gauge", '{engine="0"} 4.0', '{engine="1"} 1.0'),
        family(
          "vllm:num_requests_waiting_by_reason",
          "gauge",
          '{engine="0",reason="capacity"} 3.0',
          '{engine="0",reason="deferred"} 1.0',
          '{engine="1",reason="capacity"} 1.0',
        ),
        family(
          "vllm:request_success_total",
          "counter",
          '{engine="0",finished_reason="stop"} 5.0',
          '{engine="0",finished_reason="abort"} 2.0',
          '{engine="1",finished_reason="length"} 1.0',
        ),
        family("vllm:admission_rejections_total", "counter", '{model_name="m",reason="queue_full"} 7.0'),
        histogramLines(
          "vllm:request_num_preemptions",
          'engine="0"',
          [
            ["1.0", 6],
            ["2.0", 7],
            ["+Inf", 8],
          ],
          5,
        ),
        // A histogram by its type, whatever its name ends with.
        histogramLines(
          "vllm:iteration_tokens_total",
          'engine="0"',
          [
            ["256.0", 30],
            ["512.0", 40],
            ["+Inf", 40],
          ],
          8000,
        ),
        family("vllm:lora_requests_info", "gauge", '{max_lora="4",running_lora_adapters="a,b",waiting_lora_adapters=""} 1.7e+09'),
      ].join("\n"),
    );
    expect(metrics).toMatchObject({
      requests_waiting: 5,
      requests_waiting_by_reason: { capacity: 4, deferred: 1 },
      request_success_total: 8,
      request_success_by_reason: { stop: 5, abort: 2, length: 1 },
      requests_aborted_total: 2,
      admission_rejections_total: 7,
      admission_rejections_by_reason: { queue_full: 7 },
      preemptions_per_request: { count: 8, mean: 0.625 },
      iteration_tokens: { count: 40, mean: 200 },
      lora_running: 2,
      lora_waiting: 0,
      lora_max: 4,
    });
  });

  it("tells the room for tokens: its own figure, else blocks by size; blocks of all engines stand in each engine's line", () => {
    const lines = (labels: string) => family("vllm:cache_config_info", "gauge", `{engine="0",${labels}} 1.0`, `{engine="1",${labels}} 1.0`);
    const running = family("vllm:num_requests_running", "gauge", '{engine="0"} 0.0', '{engine="1"} 0.0');
    const told = once(
      `${running}\n${lines('block_size="128",num_gpu_blocks="128",num_gpu_blocks_override="64",kv_cache_size_tokens="8192"')}`,
    );
    expect(told.metrics).toMatchObject({ kv_capacity_tokens: 16_384, kv_num_blocks: 128, kv_block_size: 128 });
    const old = once(`${running}\n${lines('block_size="16",num_gpu_blocks="1000",num_gpu_blocks_override="None"')}`);
    expect(old.metrics).toMatchObject({ kv_capacity_tokens: 16_000, kv_num_blocks: 1000, kv_block_size: 16 });
    expect(old.metrics.cache_config_info).toMatchObject({ num_gpu_blocks: "1000" });
  });

  it("reads speculation, offload by direction, transfers and estimates", () => {
    const page = (k: number) =>
      [
        family("vllm:spec_decode_num_drafts_total", "counter", `{engine="0"} ${100 * k}`),
        family("vllm:spec_decode_num_draft_tokens_total", "counter", `{engine="0"} ${300 * k}`),
        family("vllm:spec_decode_num_accepted_tokens_total", "counter", `{engine="0"} ${150 * k}`),
        family(
          "vllm:spec_decode_num_accepted_tokens_per_pos_total",
          "counter",
          `{engine="0",position="0"} ${90 * k}`,
          `{engine="0",position="1"} ${60 * k}`,
        ),
        family(
          "vllm:kv_offload_total_bytes",
          "counter",
          `{transfer_type="GPU_to_CPU"} ${4096 * k}`,
          `{transfer_type="CPU_to_GPU"} ${512 * k}`,
        ),
        family("vllm:estimated_flops_per_gpu_total", "counter", `{engine="0"} ${1e12 * k}`),
        histogramLines(
          "vllm:nixl_bytes_transferred",
          'engine="0"',
          [
            ["2048.0", k],
            ["+Inf", 2 * k],
          ],
          8192 * k,
        ),
      ].join("\n");
    const { metrics } = tenSecondsLater(page(1), page(3));
    expect(metrics).toMatchObject({
      spec_decode_acceptance_rate: 0.5,
      spec_decode_mean_length: 2.5,
      spec_decode_accepted_per_pos: { "0": 270, "1": 180 },
      kv_offload_store_bytes_total: 12_288,
      kv_offload_load_bytes_per_second: 102.4,
      estimated_flops_per_gpu_per_second: 2e11,
      kv_transfer_bytes: { count: 4, mean: 4096 },
    });
  });
});

describe("SGLang", () => {
  const labels = (rank: number, priority = "") =>
    `model_name="m",engine_type="decode",tp_rank="${rank}",pp_rank="0",moe_ep_rank="0",dp_rank="${rank >> 1}",priority="${priority}"`;

  it("takes one rank of each engine, totals instead of priorities, streams for TTFT, and converts its transfers", () => {
    const shot = snapshotOfText(
      [
        family(
          "sglang:num_running_reqs",
          "gauge",
          ...[0, 1, 2, 3].flatMap((rank) => [
            `{${labels(rank)}} ${rank < 2 ? 5 : 7}`,
            `{${labels(rank, "1")}} 3`,
            `{${labels(rank, "2")}} 2`,
          ]),
        ),
        family("sglang:token_usage", "gauge", ...[0, 1, 2, 3].map((rank) => `{${labels(rank)}} ${rank < 2 ? 0.2 : 0.6}`)),
        family("sglang:max_total_num_tokens", "gauge", ...[0, 1, 2, 3].map((rank) => `{${labels(rank)}} 1000`)),
        family("sglang:utilization", "gauge", ...[0, 1, 2, 3].map((rank) => `{${labels(rank)}} -1`)),
        family(
          "sglang:prompt_tokens_total",
          "counter",
          '{model_name="m",is_streaming="True"} 700',
          '{model_name="m",is_streaming="False"} 300',
        ),
        family(
          "sglang:cached_tokens_total",
          "counter",
          '{model_name="m",cache_source="device"} 200',
          '{model_name="m",cache_source="host"} 40',
          '{model_name="m",cache_source="total"} 10',
        ),
        [
          "# TYPE sglang:time_to_first_token_seconds histogram",
          ...[
            ["True", 4, 2],
            ["False", 90, 900],
          ].flatMap(([streaming, count, sum]) => [
            `sglang:time_to_first_token_seconds_bucket{le="0.1",is_streaming="${streaming}"} 0`,
            `sglang:time_to_first_token_seconds_bucket{le="1.0",is_streaming="${streaming}"} ${count}`,
            `sglang:time_to_first_token_seconds_bucket{le="+Inf",is_streaming="${streaming}"} ${count}`,
            `sglang:time_to_first_token_seconds_sum{is_streaming="${streaming}"} ${sum}`,
            `sglang:time_to_first_token_seconds_count{is_streaming="${streaming}"} ${count}`,
          ]),
        ].join("\n"),
        histogramLines(
          "sglang:kv_transfer_latency_ms",
          labels(0),
          [
            ["5.0", 1],
            ["10.0", 2],
            ["+Inf", 2],
          ],
          12,
        ),
        histogramLines(
          "sglang:kv_transfer_total_mb",
          labels(0),
          [
            ["5.0", 1],
            ["+Inf", 2],
          ],
          6,
        ),
        histogramLines(
          "sglang:kv_transfer_speed_gb_s",
          labels(0),
          [
            ["1.0", 1],
            ["+Inf", 2],
          ],
          3,
        ),
        family("sglang:num_decode_transfer_queue_reqs", "gauge", ...[0, 1, 2, 3].map((rank) => `{${labels(rank)}} 2`)),
        family("sglang:realtime_tokens_total", "counter", `{${labels(0)},mode="decode"} 80`, `{${labels(0)},mode="prefill_compute"} 20`),
      ].join("\n"),
    );
    expect(shot.server).toMatchObject({ kind: "sglang", model: "m", engines: 2 });
    expect(shot.role).toBe("decode");
    expect(shot.perEngine?.map(({ engine, role }) => [engine, role])).toEqual([
      ["0", "decode"],
      ["1", "decode"],
    ]);
    expect(shot.gauges).toMatchObject({ requests_running: 12, kv_capacity_tokens: 2000, pd_decode_transfer_queue: 4 });
    expect(shot.gauges.kv_cache_usage).toBeCloseTo(0.4, 12);
    // -1 says that nobody set it up.
    expect(shot.gauges.slo_utilization).toBeUndefined();
    expect(shot.counters).toMatchObject({ prompt_tokens_total: 1000, prefix_cache_queries_total: 1000, prefix_cache_hits_total: 250 });
    expect(shot.parts?.tokens_by_mode).toEqual({ decode: 80, prefill_compute: 20 });
    expect(shot.histograms.ttft_seconds).toMatchObject({ total: 4, sum: 2 });
    expect(shot.histograms.kv_transfer_seconds).toMatchObject({ total: 2, sum: 0.012 });
    expect([...(shot.histograms.kv_transfer_seconds?.upper ?? [])]).toEqual([0.005, 0.01, Number.POSITIVE_INFINITY]);
    expect(shot.histograms.kv_transfer_bytes?.sum).toBe(6 * 2 ** 20);
    expect(shot.histograms.kv_transfer_gbps?.sum).toBe(3);
  });

  it("of 0.4.6 and 0.5.5: queue time and transfers as gauges are means, old names of queues and GPU time", () => {
    const { metrics } = once(
      [
        family("sglang:num_running_reqs", "gauge", '{model_name="m"} 1'),
        family("sglang:avg_request_queue_latency", "gauge", '{model_name="m"} 0.25'),
        family("sglang:kv_transfer_latency_ms", "gauge", '{model_name="m"} 40'),
        family("sglang:num_prefill_prealloc_queue_reqs", "gauge", '{model_name="m"} 6'),
        family(
          "sglang:gpu_execution_seconds_total",
          "counter",
          '{model_name="m",category="prefill"} 2',
          '{model_name="m",category="decode"} 3',
        ),
      ].join("\n"),
    );
    const alone = { p50: null, p90: null, p95: null, p99: null, count: null };
    expect(metrics).toMatchObject({
      queue_time_seconds: { mean: 0.25, ...alone },
      kv_transfer_seconds: { mean: 0.04, ...alone },
      pd_prefill_bootstrap_queue: 6,
      gpu_busy_seconds_total: 5,
      gpu_busy_seconds_by_category: { prefill: 2, decode: 3 },
    });
  });

  it("prefers what was counted to the last batch's hit rate, and says nothing while nothing comes in", () => {
    const page = (prompt: number, cached: number) =>
      [
        family("sglang:cache_hit_rate", "gauge", '{model_name="m"} 0.9'),
        family("sglang:prompt_tokens_total", "counter", `{model_name="m"} ${prompt}`),
        family("sglang:cached_tokens_total", "counter", `{model_name="m",cache_source="device"} ${cached}`),
      ].join("\n");
    expect(tenSecondsLater(page(100, 10), page(300, 60)).metrics.prefix_cache_hit_rate).toBe(0.25);
    expect(tenSecondsLater(page(300, 60), page(300, 60)).metrics.prefix_cache_hit_rate).toBeNull();
  });

  it("is read through its gateway, worker by worker", () => {
    const shot = snapshotOfText(
      family("sglang_num_running_reqs", "gauge", '{worker_addr="http://a",model_name="m"} 2', '{worker_addr="http://b",model_name="m"} 3'),
    );
    expect(shot.server).toMatchObject({ kind: "sglang", engines: 2 });
    expect(shot.gauges.requests_running).toBe(5);
  });
});

describe("llama.cpp", () => {
  it("looks up what it computes and what it finds, takes a maximum typed as counter for what it is, and has a mean gap", () => {
    const page = (k: number) =>
      [
        family("llamacpp:prompt_tokens_total", "counter", `${600 * k}`),
        family("llamacpp:prompt_tokens_cached_total", "counter", `${200 * k}`),
        family("llamacpp:tokens_predicted_total", "counter", `${100 * k}`),
        family("llamacpp:tokens_predicted_seconds_total", "counter", `${4 * k}`),
        family("llamacpp:n_tokens_max", "counter", "291"),
        family("llamacpp:kv_cache_usage_ratio", "gauge", "0.5"),
      ].join("\n");
    expect(tenSecondsLater(page(1), page(2)).metrics).toMatchObject({
      kv_cache_usage: 0.5,
      prefix_cache_hit_rate: 0.25,
      prompt_tokens_per_second: 60,
      max_observed_context: 291,
      itl_seconds: { mean: 0.04, p50: null, count: 100 },
      ttft_seconds: null,
      requests_per_second: null,
    });
  });
});

describe("TGI", () => {
  it("counts tokens by the sums of its length histograms, has no TTFT, and an inference time by token", () => {
    const page = (k: number) =>
      [
        family("tgi_request_count", "counter", `${5 * k}`),
        family("tgi_request_success", "counter", `${4 * k}`),
        family("tgi_request_failure", "counter", `{err="overloaded"} ${k}`, `{err="validation"} 0`),
        family("tgi_queue_size", "gauge", "3"),
        family("tgi_batch_current_size", "gauge", "8"),
        family("tgi_batch_total_tokens", "gauge", "65536"),
        histogramLines(
          "tgi_request_input_length",
          "",
          [
            ["100", k],
            ["200", 4 * k],
            ["+Inf", 4 * k],
          ],
          480 * k,
        ),
        histogramLines(
          "tgi_request_generated_tokens",
          "",
          [
            ["50", 4 * k],
            ["+Inf", 4 * k],
          ],
          120 * k,
        ),
        histogramLines(
          "tgi_request_duration",
          "",
          [
            ["1", 2 * k],
            ["+Inf", 4 * k],
          ],
          6 * k,
        ),
        [
          "# TYPE tgi_batch_inference_duration histogram",
          ...[
            ["prefill", 2, 1],
            ["decode", 20, 0.4],
          ].flatMap(([method, count, sum]) => [
            `tgi_batch_inference_duration_bucket{method="${method}",le="0.5"} ${Number(count) * k}`,
            `tgi_batch_inference_duration_bucket{method="${method}",le="+Inf"} ${Number(count) * k}`,
            `tgi_batch_inference_duration_sum{method="${method}"} ${Number(sum) * k}`,
            `tgi_batch_inference_duration_count{method="${method}"} ${Number(count) * k}`,
          ]),
        ].join("\n"),
      ].join("\n");
    const { server, metrics } = tenSecondsLater(page(1), page(2));
    expect(server.kind).toBe("tgi");
    expect(metrics).toMatchObject({
      requests_running: 8,
      requests_waiting: 3,
      kv_capacity_tokens: 65_536,
      prompt_tokens_per_second: 48,
      generation_tokens_per_second: 12,
      requests_per_second: 0.4,
      request_errors_by_reason: { overloaded: 2, validation: 0 },
      admission_rejections_total: 2,
      ttft_seconds: null,
      itl_seconds: null,
      e2e_seconds: { count: 4, mean: 1.5, p50: 1 },
      batch_prefill_seconds: { count: 2, mean: 0.5 },
      batch_decode_seconds: { count: 20, mean: 0.02 },
      batch_seconds: { count: 22 },
    });
  });
});

describe("NIM", () => {
  it("has vLLM's names without their prefix", () => {
    const { server, metrics } = once(
      [
        family("num_requests_running", "gauge", '{model_name="m"} 2'),
        family("num_request_max", "gauge", '{model_name="m"} 256'),
        family("gpu_cache_usage_perc", "gauge", '{model_name="m"} 0.125'),
        family("request_finish_total", "counter", '{model_name="m"} 9'),
        family("request_failure_total", "counter", '{model_name="m"} 1'),
        histogramLines(
          "time_to_first_token_seconds",
          'model_name="m"',
          [
            ["0.1", 1],
            ["0.5", 3],
            ["+Inf", 4],
          ],
          2,
        ),
      ].join("\n"),
    );
    expect(server).toMatchObject({ kind: "nim", model: "m" });
    expect(metrics).toMatchObject({
      requests_running: 2,
      max_num_seqs: 256,
      kv_cache_usage: 0.125,
      request_success_total: 9,
      request_errors_total: 1,
      // Rank 2 of 4: 1 into the 2 between 0.1 and 0.5.
      ttft_seconds: { mean: 0.5, p50: expect.closeTo(0.3, 12), p99: 0.5, count: 4 },
    });
  });
});
