import { describe, expect, it } from "vitest";
import { readPage } from "../../../src/live/page/read-page.ts";
import { family, histogramLines, once, snapshotOfText, tenSecondsLater } from "./pages.ts";

describe("TensorRT-LLM", () => {
  it("has means of requests, not gaps, blocks, and its layout in labels", () => {
    const { server, metrics } = once(
      [
        family("trtllm_num_requests_running", "gauge", '{model_name="m",engine_type="pytorch"} 6'),
        family("trtllm_kv_cache_utilization", "gauge", '{model_name="m"} 0.75'),
        family("trtllm_kv_cache_max_blocks", "gauge", '{model_name="m"} 1000'),
        family("trtllm_kv_cache_tokens_per_block", "gauge", '{model_name="m"} 32'),
        family("trtllm_iteration_latency_seconds", "gauge", '{model_name="m"} 0.012'),
        family(
          "trtllm_request_success_total",
          "counter",
          '{model_name="m",finished_reason="stop"} 4',
          '{model_name="m",finished_reason="length"} 1',
        ),
        family("trtllm_request_error_total", "counter", '{model_name="m",http_code="400"} 2'),
        family("trtllm_prompt_tokens_total", "counter", '{model_name="m"} 1000'),
        family("trtllm_prompt_cached_tokens_total", "counter", '{model_name="m"} 250'),
        family("trtllm_kv_cache_onboard_bytes_total", "counter", '{model_name="m"} 4096'),
        family("trtllm_parallel_config_info", "gauge", '{tensor_parallel_size="8",pipeline_parallel_size="1"} 1'),
        histogramLines(
          "trtllm_time_per_output_token_seconds",
          'model_name="m"',
          [
            ["0.01", 1],
            ["0.02", 5],
            ["+Inf", 5],
          ],
          0.06,
        ),
        histogramLines(
          "trtllm_request_prefill_time_seconds",
          'model_name="m"',
          [
            ["0.1", 5],
            ["+Inf", 5],
          ],
          0.2,
        ),
      ].join("\n"),
    );
    expect(server).toMatchObject({ kind: "trtllm-serve", model: "m" });
    expect(metrics).toMatchObject({
      requests_running: 6,
      kv_cache_usage: 0.75,
      kv_capacity_tokens: 32_000,
      iteration_seconds: 0.012,
      request_success_by_reason: { stop: 4, length: 1 },
      request_errors_by_reason: { "400": 2 },
      kv_offload_load_bytes_total: 4096,
      prefix_cache_hit_rate: 0.25,
      parallel_config_info: { tensor_parallel_size: "8", pipeline_parallel_size: "1" },
      itl_seconds: null,
      // Rank 2.5: 1.5 into the 4 between 10 and 20 ms.
      tpot_seconds: { mean: 0.012, p50: 0.01375, count: 5 },
      prefill_time_seconds: { mean: 0.04, count: 5 },
    });
  });

  const iteration = (iter: number, more: object) => ({
    iter,
    iterLatencyMS: 12.5,
    numActiveRequests: 3,
    numQueuedRequests: 2,
    gpuMemUsage: 76_665_782_272,
    kvCacheStats: { maxNumBlocks: 100, usedNumBlocks: 40, freeNumBlocks: 60, tokensPerBlock: 32, cacheHitRate: 0.25 },
    inflightBatchingStats: { numContextRequests: 1, numGenRequests: 2, numPausedRequests: 0, numScheduledRequests: 3 },
    ...more,
  });

  it("is read as JSON too: the newest iteration, wherever it stands in the list", () => {
    const { server, metrics } = once(JSON.stringify([iteration(9, {}), iteration(11, { numActiveRequests: 5 }), iteration(10, {})]));
    expect(server.kind).toBe("trtllm-serve");
    expect(metrics).toMatchObject({
      requests_running: 5,
      requests_waiting: 2,
      requests_prefill: 1,
      requests_decode: 2,
      kv_num_blocks: 100,
      kv_used_blocks: 40,
      kv_capacity_tokens: 3200,
      kv_cache_usage: 0.4,
      prefix_cache_hit_rate: 0.25,
      iteration_seconds: 0.0125,
      gpu_memory_bytes: 76_665_782_272,
      generation_tokens_total: null,
      ttft_seconds: null,
    });
  });

  it("keeps ranks of an attention DP apart", () => {
    const shot = snapshotOfText(
      JSON.stringify([iteration(4, { attentionDpRank: 0 }), iteration(4, { attentionDpRank: 1, numActiveRequests: 1 })]),
    );
    expect(shot.server.engines).toBe(2);
    expect(shot.gauges).toMatchObject({ requests_running: 4, kv_num_blocks: 200 });
  });

  it("has no step to tell of between two looks, and says so", () => {
    const answer = readPage("[]", 1);
    expect(answer).toMatchObject({ kind: "snapshot", snapshot: { server: { kind: "trtllm-serve" }, gauges: {} } });
    expect(answer.problems.join()).toContain("no step since");
  });

  it.each(['{"status":"ok"}', '{"iter":1}', '[{"a":1}]', '[{"iter":1,"kvCacheStats":', "[1,2]", "{}"])("takes %s for no page", (text) => {
    expect(readPage(text, 1)).toMatchObject({ kind: "wrong-page", detail: { text: expect.stringContaining("JSON") } });
  });

  it("does not take a line that begins with a quoted name for JSON", () => {
    expect(snapshotOfText('{"vllm:num_requests_running",engine="0"} 3').gauges.requests_running).toBe(3);
  });
});

describe("Triton", () => {
  const gpu = [
    family("nv_gpu_utilization", "gauge", '{gpu_uuid="GPU-a"} 0.5', '{gpu_uuid="GPU-b"} 0.7'),
    family("nv_gpu_memory_used_bytes", "gauge", '{gpu_uuid="GPU-a"} 1000', '{gpu_uuid="GPU-b"} 2000'),
    family("nv_gpu_power_usage", "gauge", '{gpu_uuid="GPU-a"} 300', '{gpu_uuid="GPU-b"} 400'),
    family("nv_energy_consumption", "counter", '{gpu_uuid="GPU-a"} 50', '{gpu_uuid="GPU-b"} 60'),
  ].join("\n");

  it("with TensorRT-LLM counts the engine alone, not the steps of the ensemble around it; times are means of microseconds", () => {
    const models = ["ensemble", "preprocessing", "tensorrt_llm"];
    const each = (name: string, type: string, value: number) =>
      family(name, type, ...models.map((model) => `{model="${model}",version="1"} ${value}`));
    const page = (k: number) =>
      [
        each("nv_inference_request_success", "counter", 10 * k),
        each("nv_inference_request_duration_us", "counter", 25_000_000 * k),
        each("nv_inference_queue_duration_us", "counter", 5_000_000 * k),
        family(
          "nv_trt_llm_request_metrics",
          "gauge",
          ...["waiting 4", "active 9", "scheduled 5", "context 1", "max 64"].map((pair) => {
            const [type, value] = pair.split(" ");
            return `{model="tensorrt_llm",request_type="${type}",version="1"} ${value}`;
          }),
        ),
        family(
          "nv_trt_llm_kv_cache_block_metrics",
          "gauge",
          ...["fraction 0.6", "used 60", "free 40", "max 100", "tokens_per 64"].map((pair) => {
            const [type, value] = pair.split(" ");
            return `{kv_cache_block_type="${type}",model="tensorrt_llm",version="1"} ${value}`;
          }),
        ),
        gpu,
      ].join("\n");
    const { server, metrics } = tenSecondsLater(page(1), page(2));
    expect(server).toMatchObject({ kind: "triton", model: "tensorrt_llm" });
    expect(metrics).toMatchObject({
      // Nine are active: five are scheduled, four wait.
      requests_waiting: 4,
      requests_running: 5,
      requests_prefill: 1,
      max_num_seqs: 64,
      kv_cache_usage: 0.6,
      kv_capacity_tokens: 6400,
      requests_per_second: 1,
      e2e_seconds: { mean: 2.5, p50: null, p99: null, count: 10 },
      queue_time_seconds: { mean: 0.5, count: 10 },
      ttft_seconds: null,
      gpu_utilization: 0.6,
      gpu_memory_used_bytes: 3000,
      gpu_power_w: 700,
      gpu_energy_j_total: 110,
    });
  });

  it("with vLLM writes a few of vLLM's names with labels of its own", () => {
    const { server, metrics } = once(
      [
        family("nv_inference_request_success", "counter", '{model="vllm_model",version="1"} 3'),
        family("vllm:prompt_tokens_total", "counter", '{model="vllm_model",version="1"} 30'),
        histogramLines(
          "vllm:time_per_output_token_seconds",
          'model="vllm_model",version="1"',
          [
            ["0.01", 4],
            ["+Inf", 4],
          ],
          0.02,
        ),
        histogramLines(
          "nv_inference_first_response_histogram_ms",
          'model="vllm_model",version="1"',
          [
            ["100", 1],
            ["500", 2],
            ["+Inf", 2],
          ],
          300,
        ),
      ].join("\n"),
    );
    expect(server).toMatchObject({ kind: "triton", model: "vllm_model", engines: 1 });
    expect(metrics).toMatchObject({
      prompt_tokens_total: 30,
      itl_seconds: { mean: 0.005, count: 4 },
      ttft_seconds: { mean: 0.15, p50: 0.1 },
    });
  });
});

describe("Dynamo", () => {
  const frontend = (prefix: string) =>
    [
      family(`${prefix}_inflight_requests`, "gauge", '{model="m"} 7'),
      family(`${prefix}_queued_requests`, "gauge", '{model="m"} 2'),
      family(
        `${prefix}_requests_total`,
        "counter",
        '{model="m",status="success",error_type=""} 9',
        '{model="m",status="error",error_type="timeout"} 1',
      ),
      histogramLines(
        `${prefix}_input_sequence_tokens`,
        'model="m"',
        [
          ["1000", 9],
          ["+Inf", 9],
        ],
        4500,
      ),
      histogramLines(
        `${prefix}_output_sequence_tokens`,
        'model="m"',
        [
          ["100", 9],
          ["+Inf", 9],
        ],
        900,
      ),
      histogramLines(
        `${prefix}_time_to_first_token_seconds`,
        'model="m"',
        [
          ["0.5", 9],
          ["+Inf", 9],
        ],
        1.8,
      ),
    ].join("\n");

  it.each(["dynamo_frontend", "nv_llm_http_service", "acme_llm"])("speaks as a frontend whose names begin with %s", (prefix) => {
    const { server, metrics } = once(frontend(prefix));
    expect(server).toMatchObject({ kind: "dynamo", model: "m" });
    expect(metrics).toMatchObject({
      // Seven in flight, two of them without a token yet.
      requests_running: 5,
      requests_waiting: 2,
      requests_total: 10,
      request_success_total: 9,
      request_errors_total: 1,
      request_errors_by_reason: { timeout: 1 },
      prompt_tokens_total: 4500,
      generation_tokens_total: 900,
      ttft_seconds: { mean: 0.2, count: 9 },
    });
  });

  it("tells its workers apart, with their roles", () => {
    const shot = snapshotOfText(
      family(
        "dynamo_frontend_worker_active_decode_blocks",
        "gauge",
        '{worker_id="1",dp_rank="0",worker_type="prefill"} 10',
        '{worker_id="2",dp_rank="0",worker_type="decode"} 30',
      ),
    );
    expect(shot.gauges.kv_used_blocks).toBe(40);
    expect(shot.perEngine?.map(({ engine, role, gauges }) => [engine, role, gauges.kv_used_blocks])).toEqual([
      ["1/0", "prefill", 10],
      ["2/0", "decode", 30],
    ]);
    expect(shot.role).toBeUndefined();
  });

  it.each([
    [1, { kv_num_blocks: 1000, kv_capacity_tokens: 16000, max_num_seqs: 256 }],
    [2, { kv_num_blocks: null, kv_capacity_tokens: null, max_num_seqs: null }],
  ])("has the blocks of one worker, told under its model's name: of %i workers", (workers, has) => {
    const used = Array.from({ length: workers }, (_, at) => `{worker_id="${at}",dp_rank="0",worker_type="decode"} 600`);
    const { metrics } = once(
      [
        frontend("dynamo_frontend"),
        family("dynamo_frontend_model_total_kv_blocks", "gauge", '{model="m"} 1000'),
        family("dynamo_frontend_model_kv_cache_block_size", "gauge", '{model="m"} 16'),
        family("dynamo_frontend_model_max_num_seqs", "gauge", '{model="m"} 256'),
        family("dynamo_frontend_worker_active_decode_blocks", "gauge", ...used),
      ].join("\n"),
    );
    expect(metrics).toMatchObject({ ...has, kv_used_blocks: 600 * workers });
  });

  it("waits before the first token, in stages where the queue is told no more", () => {
    const { metrics } = once(
      [
        family("dynamo_frontend_active_requests", "gauge", '{model="m"} 9'),
        family(
          "dynamo_frontend_stage_requests",
          "gauge",
          '{stage="preprocess",phase=""} 1',
          '{stage="route",phase="aggregated"} 2',
          '{stage="dispatch",phase="aggregated"} 3',
        ),
      ].join("\n"),
    );
    expect(metrics).toMatchObject({ requests_running: 3, requests_waiting: 6 });
  });

  it("is one engine as a worker whose calls carry its address and whose cache its rank", () => {
    const { server, metrics } = once(
      [
        family(
          "dynamo_component_inflight_requests",
          "gauge",
          '{dynamo_component="backend",dynamo_endpoint="generate",worker_id="2a"} 4',
          '{dynamo_component="backend",dynamo_endpoint="worker_kv_indexer_query_dp0",worker_id="2a"} 1',
        ),
        family("dynamo_component_total_blocks", "gauge", '{dp_rank="0",dynamo_component="backend",model="m"} 1000'),
      ].join("\n"),
    );
    expect(server).toMatchObject({ kind: "dynamo", engines: 1 });
    expect(metrics).toMatchObject({ requests_running: 4, kv_num_blocks: 1000 });
  });

  it("hands its engine's page on: the engine speaks, the worker adds what it does not say", () => {
    const { server, metrics } = once(
      [
        family("vllm:num_requests_running", "gauge", '{engine="0",model_name="m"} 3'),
        family("dynamo_component_inflight_requests", "gauge", '{dynamo_component="backend",dynamo_endpoint="generate"} 5'),
        family(
          "dynamo_component_requests_total",
          "counter",
          '{dynamo_component="backend",dynamo_endpoint="generate"} 50',
          '{dynamo_component="backend",dynamo_endpoint="load_metrics"} 4242',
        ),
      ].join("\n"),
    );
    expect(server).toMatchObject({ kind: "vllm", engines: 1 });
    expect(metrics).toMatchObject({ requests_running: 3, requests_total: 50 });
  });
});

describe("routers", () => {
  it("production-stack's: engines by address, gauges that are called _total, and no sum with the engines", () => {
    const { server, metrics } = once(
      [
        family("vllm:num_requests_running", "gauge", '{server="http://a"} 3', '{server="http://b"} 4'),
        family("vllm:healthy_pods_total", "gauge", '{server="http://a"} 1', '{server="http://b"} 1'),
        family("vllm:current_qps", "gauge", '{server="http://a"} 1.5', '{server="http://b"} 0.5'),
        family("vllm:avg_latency", "gauge", '{server="http://a"} 2', '{server="http://b"} -1'),
        // The second engine is of a release that has no such names.
        family("vllm:gpu_prefix_cache_hits_total", "gauge", '{server="http://a"} 30', '{server="http://b"} 0'),
        family("vllm:gpu_prefix_cache_queries_total", "gauge", '{server="http://a"} 60', '{server="http://b"} 0'),
        family("vllm:gpu_prefix_cache_hit_rate", "gauge", '{server="http://a"} 0.5', '{server="http://b"} 0'),
        family("vllm:num_incoming_requests_total", "counter", '{model="m"} 12'),
        histogramLines(
          "vllm:request_latency_seconds",
          'server="http://a",model="m",status="200"',
          [
            ["1", 6],
            ["+Inf", 12],
          ],
          18,
        ),
      ].join("\n"),
    );
    expect(server).toMatchObject({ kind: "production-stack-router", engines: 2 });
    expect(metrics).toMatchObject({
      requests_running: 7,
      ready_replicas: 2,
      request_rate: 2,
      // Nobody asked b yet.
      avg_e2e: 2,
      prefix_cache_hit_rate: 0.5,
      prefix_cache_hits_total: 30,
      prefix_cache_queries_total: 60,
      requests_total: 12,
      e2e_seconds: { mean: 1.5, count: 12 },
    });
  });

  it("have no role of their own where they speak of both", () => {
    const active = family("smg_worker_requests_active", "gauge", '{worker="http://a"} 2', '{worker="http://b"} 1');
    const pool = family("smg_worker_pool_size", "gauge", '{worker_type="prefill"} 2', '{worker_type="decode"} 3');
    const shot = snapshotOfText([active, pool].join("\n"));
    expect(shot.gauges.ready_replicas).toBe(5);
    expect([shot.role, ...(shot.perEngine ?? []).map(({ role }) => role)]).toEqual([undefined, undefined, undefined]);
  });

  it("leaves the engines their say where a page has both", () => {
    const { server, metrics } = once(
      [
        family("vllm:num_requests_running", "gauge", '{engine="0",model_name="m"} 3', '{server="http://a"} 3'),
        family("vllm:current_qps", "gauge", '{server="http://a"} 1.5'),
      ].join("\n"),
    );
    expect(server).toMatchObject({ kind: "vllm", engines: 1 });
    expect(metrics).toMatchObject({ requests_running: 3, request_rate: 1.5 });
  });

  it.each([
    [
      "llm_d_epp_average_kv_cache_utilization",
      "llm_d_epp_per_endpoint_queue_size",
      "llm_d_epp_ready_endpoints",
      "llm_d_epp_request_output_tokens",
    ],
    [
      "inference_pool_average_kv_cache_utilization",
      "inference_pool_per_pod_queue_size",
      "inference_pool_ready_pods",
      "inference_objective_output_tokens",
    ],
    [
      "llm_d_inference_scheduler_average_kv_cache_utilization",
      "llm_d_inference_scheduler_per_endpoint_queue_size",
      "llm_d_inference_scheduler_ready_endpoints",
      "llm_d_inference_scheduler_request_output_tokens",
    ],
  ])("llm-d's endpoint picker, by the names that begin with %s", (usage, queue, ready, output) => {
    const page = [
      family(usage, "gauge", '{name="pool"} 0.4'),
      family(queue, "gauge", '{name="pool",model_server_endpoint="pod-a"} 2', '{name="pool",model_server_endpoint="pod-b"} 5'),
      family(ready, "gauge", '{name="pool"} 2'),
      histogramLines(
        output,
        'model_name="m",target_model_name="m"',
        [
          ["128", 3],
          ["+Inf", 4],
        ],
        400,
      ),
    ].join("\n");
    const { server, metrics } = once(page);
    expect(server).toMatchObject({ kind: "llm-d-epp", model: "m", engines: 2 });
    expect(metrics).toMatchObject({
      kv_cache_usage: 0.4,
      requests_waiting: 7,
      ready_replicas: 2,
      generation_tokens_total: 400,
      request_generation_tokens: { count: 4, mean: 100 },
    });
  });

  it("llm-d's endpoint picker writes old and new names of one thing: both on a page count once", () => {
    const ready = (name: string) => family(name, "gauge", '{name="pool"} 2');
    const { metrics } = once(`${ready("inference_pool_ready_pods")}\n${ready("llm_d_epp_ready_endpoints")}`);
    expect(metrics.ready_replicas).toBe(2);
  });

  it.each([
    ["vllm_router", "vllm-router", '{worker="http://a"} 2', '{worker="http://b"} 1'],
    ["sgl_router", "smg", '{worker_url="http://a",model_id="m"} 2', '{worker_url="http://b",model_id="m"} 1'],
  ])("%s in Rust, of two lines: workers by address", (prefix, kind, ...workers) => {
    const { server, metrics } = once(
      [
        family(`${prefix}_running_requests`, "gauge", ...workers),
        family(`${prefix}_active_workers`, "gauge", "2"),
        family(`${prefix}_requests_total`, "counter", '{route="/v1/chat/completions",method="POST"} 30'),
        family(`${prefix}_request_errors_total`, "counter", '{route="/v1/chat/completions",error_type="timeout"} 4'),
        histogramLines(
          `${prefix}_generate_duration_seconds`,
          'route="/v1/chat/completions"',
          [
            ["1", 5],
            ["+Inf", 10],
          ],
          20,
        ),
      ].join("\n"),
    );
    expect(server).toMatchObject({ kind, engines: 2 });
    expect(metrics).toMatchObject({
      requests_running: 3,
      ready_replicas: 2,
      requests_total: 30,
      request_errors_by_reason: { timeout: 4 },
      e2e_seconds: { mean: 2, count: 10 },
    });
  });

  it("SGLang's gateway", () => {
    const { server, metrics } = once(
      [
        family("smg_worker_requests_active", "gauge", '{worker="http://a"} 2', '{worker="http://b"} 1'),
        family("smg_router_requests_total", "counter", '{model="m"} 30'),
        family("smg_router_tokens_total", "counter", '{model="m",token_type="input"} 300', '{model="m",token_type="output"} 90'),
        histogramLines(
          "smg_router_ttft_seconds",
          'model="m"',
          [
            ["0.1", 5],
            ["+Inf", 10],
          ],
          2,
        ),
      ].join("\n"),
    );
    expect(server).toMatchObject({ kind: "smg", model: "m", engines: 2 });
    expect(metrics).toMatchObject({
      requests_running: 3,
      requests_total: 30,
      prompt_tokens_total: 300,
      generation_tokens_total: 90,
      ttft_seconds: { mean: 0.2, count: 10 },
    });
  });
});

describe("pages put together by others", () => {
  it("a federated page keeps its targets apart, types or none", () => {
    const shot = snapshotOfText(`# TYPE vllm:num_requests_running untyped
vllm:num_requests_running{engine="0",instance="10.0.0.1:8000",job="vllm"} 3 1795221284000
vllm:num_requests_running{engine="0",instance="10.0.0.2:8000",job="vllm"} 5 1795221284000
vllm:time_to_first_token_seconds_bucket{engine="0",instance="10.0.0.1:8000",le="0.1"} 1
vllm:time_to_first_token_seconds_bucket{engine="0",instance="10.0.0.1:8000",le="+Inf"} 2
vllm:time_to_first_token_seconds_sum{engine="0",instance="10.0.0.1:8000"} 1
vllm:time_to_first_token_seconds_count{engine="0",instance="10.0.0.1:8000"} 2`);
    expect(shot.server).toMatchObject({ kind: "vllm", engines: 2 });
    expect(shot.gauges.requests_running).toBe(8);
    expect(shot.perEngine?.map(({ engine }) => engine)).toEqual(["0/10.0.0.1:8000", "0/10.0.0.2:8000"]);
    expect(shot.histograms.ttft_seconds).toMatchObject({ total: 2, sum: 1 });
  });

  it("a summary where others have a histogram makes a mean", () => {
    const { metrics } = once(`# TYPE llm_d_epp_request_ttft_seconds summary
llm_d_epp_request_ttft_seconds{quantile="0.5"} 0.2
llm_d_epp_request_ttft_seconds_sum 3
llm_d_epp_request_ttft_seconds_count 10`);
    expect(metrics.ttft_seconds).toMatchObject({ mean: 0.3, p50: null, count: 10 });
  });

  it("sums and counts without buckets make a mean", () => {
    const { metrics } = once(`tgi_request_queue_duration_sum 1.2
tgi_request_queue_duration_count 10
# TYPE tgi_request_duration histogram
tgi_request_duration_sum 30
tgi_request_duration_count 10`);
    expect(metrics).toMatchObject({
      queue_time_seconds: { mean: 0.12, p50: null, count: 10 },
      e2e_seconds: { mean: 3, p95: null, count: 10 },
    });
  });

  it.each([
    ["request_success_total 5", "a name that others have too"],
    ["process_start_time_seconds 5\nhttp_requests_total 3", "a web server alone"],
    ["my_input_sequence_tokens 5", "half of a frontend"],
  ])("%s is no serving engine: %s", (text) => {
    expect(readPage(`${text}\n`, 1).kind).toBe("wrong-page");
  });
});
