import { describe, expect, it } from "vitest";
import { snapshotOf } from "../../../src/live/page/canonical.ts";
import { parseMetrics } from "../../../src/live/page/metrics-text.ts";
import { captureText, scrapes } from "./captures.ts";

function snapshot(lines: readonly string[]) {
  const page = parseMetrics(`${lines.join("\n")}\n`);
  expect(page.problems).toEqual([]);
  return snapshotOf(page, 100);
}

describe("snapshotOf", () => {
  it("reads a vLLM page", () => {
    const shot = snapshotOf(parseMetrics(captureText("vllm-0.32.0/vllm-052-1795221085.prom")), 1795221085);
    expect(shot.server).toEqual({ kind: "vllm", model: "tiny-llama", engines: 1 });
    expect(shot.gauges).toMatchObject({ requests_running: 4, requests_waiting: 100, kv_cache_usage: 0.9130434782608696 });
    expect(shot.counters).toMatchObject({
      prompt_tokens_total: 17823,
      generation_tokens_total: 3987,
      request_success_total: 70,
      preemptions_total: 2,
      prefix_cache_queries_total: 17823,
      prefix_cache_hits_total: 0,
    });
    expect(Object.keys(shot.histograms)).toEqual(
      expect.arrayContaining([
        "decode_seconds",
        "e2e_seconds",
        "itl_seconds",
        "prefill_seconds",
        "queue_seconds",
        "request_generation_tokens",
        "request_prompt_tokens",
        "tpot_seconds",
        "ttft_seconds",
      ]),
    );
    expect(shot.histograms.ttft_seconds?.total).toBe(74);
    expect(shot.histograms.ttft_seconds?.sum).toBeCloseTo(3511.8063690662384, 9);
    expect(shot.histograms.ttft_seconds?.upper).toHaveLength(23);
    expect(shot.startedAt).toBe(1795220440.57);
    expect(shot.cacheConfig?.num_gpu_blocks_override).toBe("24");
    expect(shot.cacheConfig?.enable_prefix_caching).toBe("True");
  });

  it("adds requests and tokens of two engines, and averages their cache", () => {
    const [, busy] = scrapes("vllm-0.32.0-dp2");
    expect(busy?.server.engines).toBe(2);
    const [one, two] = busy?.perEngine ?? [];
    expect([one?.engine, two?.engine]).toEqual(["0", "1"]);
    const sum = (pick: (engine: NonNullable<typeof one>) => number | undefined) =>
      one && two ? (pick(one) ?? 0) + (pick(two) ?? 0) : Number.NaN;
    expect(busy?.gauges.requests_running).toBe(3);
    expect(sum((engine) => engine.gauges.requests_running)).toBe(3);
    // Usage moves in steps of 1/63: three blocks of 63 in both engines on average.
    expect(busy?.gauges.kv_cache_usage).toBeCloseTo(sum((engine) => engine.gauges.kv_cache_usage) / 2, 12);
    expect(((busy?.gauges.kv_cache_usage ?? 0) * 63 * 2) % 1).toBeCloseTo(0, 9);
    expect(busy?.counters.generation_tokens_total).toBe(787);
    expect(busy?.histograms.ttft_seconds?.total).toBe(sum((engine) => engine.histograms.ttft_seconds?.total));
  });

  it("knows the names of other releases, of Ray Serve and of NIM, and says which it found", () => {
    const old = snapshot([
      "# TYPE vllm:gpu_cache_usage_perc gauge",
      'vllm:gpu_cache_usage_perc{model_name="m"} 0.4',
      "# TYPE vllm:gpu_prefix_cache_hits_total counter",
      'vllm:gpu_prefix_cache_hits_total{model_name="m"} 7',
      "# TYPE vllm:time_per_output_token_seconds histogram",
      'vllm:time_per_output_token_seconds_bucket{le="0.01",model_name="m"} 1',
      'vllm:time_per_output_token_seconds_bucket{le="+Inf",model_name="m"} 2',
      'vllm:time_per_output_token_seconds_sum{model_name="m"} 0.5',
      'vllm:time_per_output_token_seconds_count{model_name="m"} 2',
    ]);
    expect(old.gauges.kv_cache_usage).toBe(0.4);
    expect(old.counters.prefix_cache_hits_total).toBe(7);
    expect(old.histograms.itl_seconds?.total).toBe(2);
    expect(old.histograms.tpot_seconds).toBeUndefined();
    expect(old.wireNames?.kv_cache_usage).toBe("vllm:gpu_cache_usage_perc");

    const ray = snapshot([
      "# TYPE ray_vllm_num_requests_running gauge",
      'ray_vllm_num_requests_running{ReplicaId="a",WorkerId="w1",model_name="m"} 2',
      'ray_vllm_num_requests_running{ReplicaId="b",WorkerId="w2",model_name="m"} 3',
      "# TYPE ray_vllm_kv_cache_usage_perc gauge",
      'ray_vllm_kv_cache_usage_perc{ReplicaId="a",model_name="m"} 0.2',
      'ray_vllm_kv_cache_usage_perc{ReplicaId="b",model_name="m"} 0.4',
    ]);
    expect(ray.server).toEqual({ kind: "vllm", model: "m", engines: 2 });
    expect(ray.gauges.requests_running).toBe(5);
    expect(ray.gauges.kv_cache_usage).toBeCloseTo(0.3, 12);

    const nim = snapshot([
      "# TYPE num_requests_running gauge",
      "num_requests_running 1",
      "# TYPE gpu_cache_usage_perc gauge",
      "gpu_cache_usage_perc 0.1",
    ]);
    expect(nim.server.kind).toBe("nim");
    expect(nim.gauges).toEqual({ requests_running: 1, kv_cache_usage: 0.1 });
  });

  it("takes the newer name where a page has both, never their sum", () => {
    const both = snapshot([
      "# TYPE vllm:gpu_cache_usage_perc gauge",
      "vllm:gpu_cache_usage_perc 0.3",
      "# TYPE vllm:kv_cache_usage_perc gauge",
      "vllm:kv_cache_usage_perc 0.31",
    ]);
    expect(both.gauges.kv_cache_usage).toBe(0.31);
  });

  it("does not add a router's view to its engines", () => {
    const lines = [
      "# TYPE vllm:num_requests_running gauge",
      'vllm:num_requests_running{engine="0",model_name="m"} 3',
      'vllm:num_requests_running{server="http://a"} 3',
      'vllm:num_requests_running{server="http://b"} 4',
    ];
    expect(snapshot(lines).gauges.requests_running).toBe(3);
    // The router's own page: its servers together.
    expect(snapshot(lines.filter((line) => !line.includes("engine="))).gauges.requests_running).toBe(7);
  });

  it("takes a gauge called _total for a counter where a router copies one alone", () => {
    const page = (labels: string) =>
      snapshot([
        "# TYPE vllm:gpu_prefix_cache_hits_total gauge",
        `vllm:gpu_prefix_cache_hits_total{${labels}} 3`,
        "# TYPE vllm:healthy_pods_total gauge",
        `vllm:healthy_pods_total{${labels}} 1`,
        "# TYPE vllm:num_requests_running gauge",
        `vllm:num_requests_running{${labels}} 1`,
      ]);
    expect(page('server="http://a"').counters).toEqual({ prefix_cache_hits_total: 3 });
    expect(page('engine="0"').counters).toEqual({});
  });

  it("takes the largest of several processes that repeat an engine", () => {
    const repeated = snapshot([
      "# TYPE vllm:generation_tokens_total counter",
      'vllm:generation_tokens_total{engine="0",pid="11",model_name="m"} 10',
      'vllm:generation_tokens_total{engine="0",pid="12",model_name="m"} 25',
      'vllm:generation_tokens_total{engine="1",pid="11",model_name="m"} 5',
      "# TYPE vllm:time_to_first_token_seconds histogram",
      ...["11", "12"].flatMap((pid) => [
        `vllm:time_to_first_token_seconds_bucket{engine="0",le="1.0",pid="${pid}"} ${pid === "11" ? 1 : 4}`,
        `vllm:time_to_first_token_seconds_bucket{engine="0",le="+Inf",pid="${pid}"} ${pid === "11" ? 1 : 5}`,
        `vllm:time_to_first_token_seconds_sum{engine="0",pid="${pid}"} ${pid === "11" ? 99 : 6}`,
        `vllm:time_to_first_token_seconds_count{engine="0",pid="${pid}"} ${pid === "11" ? 1 : 5}`,
      ]),
    ]);
    expect(repeated.counters.generation_tokens_total).toBe(30);
    expect(repeated.histograms.ttft_seconds).toMatchObject({ sum: 6, total: 5 });
  });

  it("lets the lowest rank of each SGLang engine speak", () => {
    const sglang = snapshot([
      "# TYPE sglang:num_running_reqs gauge",
      'sglang:num_running_reqs{dp_rank="0",tp_rank="0",model_name="m"} 2',
      'sglang:num_running_reqs{dp_rank="0",tp_rank="1",model_name="m"} 2',
      'sglang:num_running_reqs{dp_rank="1",tp_rank="2",model_name="m"} 3',
      'sglang:num_running_reqs{dp_rank="1",tp_rank="3",model_name="m"} 3',
    ]);
    expect(sglang.server).toEqual({ kind: "sglang", model: "m", engines: 2 });
    expect(sglang.gauges.requests_running).toBe(5);
  });

  it("offers nothing where the page has nothing: no zero, no NaN", () => {
    const shot = snapshot([
      "# TYPE vllm:num_requests_running gauge",
      "vllm:num_requests_running NaN",
      "# TYPE vllm:num_requests_waiting gauge",
      "vllm:num_requests_waiting 2",
    ]);
    expect(shot.gauges).toEqual({ requests_waiting: 2 });
    expect(shot.counters).toEqual({});
    expect(shot.startedAt).toBeUndefined();
    const other = snapshot(["# TYPE go_goroutines gauge", "go_goroutines 12"]);
    expect(other.server).toEqual({ kind: "unknown", model: null, engines: 1 });
  });

  it("leaves a histogram out that a cut page left without its last bucket", () => {
    const text = captureText("vllm-0.32.0/vllm-052-1795221085.prom");
    const cut = text.slice(0, text.indexOf('vllm:time_to_first_token_seconds_bucket{engine="0",le="40.0"') + 30);
    const shot = snapshotOf(parseMetrics(cut), 1);
    expect(shot.histograms.ttft_seconds).toBeUndefined();
    expect(shot.histograms.request_prompt_tokens?.total).toBe(70);
  });

  it("dates the process by its oldest series where it does not say when it began", () => {
    const born = snapshot([
      "# TYPE vllm:prompt_tokens_total counter",
      "vllm:prompt_tokens_total 5",
      "# TYPE vllm:prompt_tokens_created gauge",
      "vllm:prompt_tokens_created 1.7952205930910025e+09",
      "# TYPE http_requests_created gauge",
      "http_requests_created 1.5e+09",
    ]);
    expect(born.startedAt).toBe(1795220593.0910025);
  });

  it("reads the llama.cpp capture: no histograms, no cache usage", () => {
    const [shot] = scrapes("llama.cpp");
    expect(shot?.server.kind).toBe("llama.cpp");
    expect(shot?.gauges).toMatchObject({ requests_running: 4, requests_waiting: 0 });
    expect(shot?.counters).toMatchObject({ prompt_tokens_total: 1200, generation_tokens_total: 180 });
    expect(Object.keys(shot?.histograms ?? {})).toEqual(["itl_seconds"]);
  });
});
