import { describe, expect, it } from "vitest";
import { plain } from "../../../src/deployment/message.ts";
import { lookAt } from "../../../src/live/sources/metrics-url.ts";
import { family, histogramLines, once, snapshotOfText, tenSecondsLater } from "../servers/pages.ts";

describe("what a client of metrics pages must get right", () => {
  it.each([
    "text/plain; version=1.0.0; charset=utf-8",
    "text/plain; version=0.0.4",
    "application/openmetrics-text",
    "application/json",
    "",
  ])("the header %j says nothing of the page", (contentType) => {
    const text = "# TYPE vllm:num_requests_running gauge\nvllm:num_requests_running 3\n# EOF\n";
    const look = lookAt({ kind: "text", text, contentType, at: { time: 1, steady: 1 } }, { say: plain });
    expect(look).toMatchObject({ kind: "scrape", snapshot: { gauges: { requests_running: 3 } } });
  });

  it("exemplars, births among the lines, and escaped labels of OpenMetrics leave the figures as they are", () => {
    const { metrics, server } = once(
      [
        "# TYPE vllm:e2e_request_latency_seconds histogram",
        "# UNIT vllm:e2e_request_latency_seconds seconds",
        'vllm:e2e_request_latency_seconds_bucket{le="1.0",model_name="a \\"b\\" \\\\c"} 3 # {trace_id="f00"} 0.67 1.7952e9',
        'vllm:e2e_request_latency_seconds_bucket{le="+Inf",model_name="a \\"b\\" \\\\c"} 4 # {} 5',
        'vllm:e2e_request_latency_seconds_sum{model_name="a \\"b\\" \\\\c"} 8',
        'vllm:e2e_request_latency_seconds_count{model_name="a \\"b\\" \\\\c"} 4',
        'vllm:e2e_request_latency_seconds_created{model_name="a \\"b\\" \\\\c"} 1.7952e9',
        "# TYPE vllm:prompt_tokens counter",
        'vllm:prompt_tokens_total{model_name="a \\"b\\" \\\\c"} 7.0 # {trace_id="f00"} 1',
        'vllm:prompt_tokens_created{model_name="a \\"b\\" \\\\c"} 1.7952e9',
        "# EOF",
        "vllm:prompt_tokens_total 99",
      ].join("\n"),
    );
    expect(server.model).toBe('a "b" \\c');
    expect(metrics).toMatchObject({ prompt_tokens_total: 7, e2e_seconds: { mean: 2, count: 4 } });
  });

  it("bounds are those of the page, whoever chose them; engines of other bounds are merged at those they share", () => {
    const engine = (id: string, buckets: readonly (readonly [string, number])[]) =>
      histogramLines("vllm:time_to_first_token_seconds", `engine="${id}"`, buckets, 1).replace(/^#.*\n/, "");
    const shot = snapshotOfText(
      [
        "# TYPE vllm:time_to_first_token_seconds histogram",
        engine("0", [
          ["0.033", 1],
          ["0.1", 4],
          ["+Inf", 5],
        ]),
        engine("1", [
          ["0.1", 2],
          ["0.7", 3],
          ["+Inf", 3],
        ]),
      ].join("\n"),
    );
    expect([...(shot.histograms.ttft_seconds?.upper ?? [])]).toEqual([0.1, Number.POSITIVE_INFINITY]);
    expect([...(shot.histograms.ttft_seconds?.count ?? [])]).toEqual([6, 8]);
    expect(shot.perEngine?.map(({ histograms }) => [...(histograms.ttft_seconds?.upper ?? [])])).toEqual([
      [0.033, 0.1, Number.POSITIVE_INFINITY],
      [0.1, 0.7, Number.POSITIVE_INFINITY],
    ]);
  });

  it("gauges of a last batch are no rate: counters speak where there are any", () => {
    const page = (tokens: number) =>
      [
        family("sglang:gen_throughput", "gauge", '{model_name="m"} 900'),
        family("sglang:generation_tokens_total", "counter", `{model_name="m"} ${tokens}`),
      ].join("\n");
    // Idle: the gauge keeps what the last batch had.
    expect(tenSecondsLater(page(100), page(100)).metrics).toMatchObject({ generation_tokens_per_second: 0, generation_throughput: 900 });
  });

  it("a number that is none is no figure, and no zero", () => {
    const { metrics } = once(
      [
        family("vllm:kv_cache_usage_perc", "gauge", '{engine="0"} NaN', '{engine="1"} 0.5'),
        family("vllm:num_requests_running", "gauge", '{engine="0"} +Inf'),
        family("vllm:num_requests_waiting", "gauge", '{engine="0"} 1e+06'),
        family("vllm:prompt_tokens_total", "counter", '{engine="0"} NaN'),
      ].join("\n"),
    );
    expect(metrics).toMatchObject({ kv_cache_usage: 0.5, requests_running: null, requests_waiting: 1e6, prompt_tokens_total: null });
  });

  it("copies of several API servers count once, gauges and histograms too", () => {
    const copies = (values: readonly (readonly [pid: number, value: number])[]) =>
      values.map(([pid, value]) => `{engine="0",model_name="m",pid="${pid}"} ${value}`);
    const shot = snapshotOfText(
      [
        family(
          "vllm:num_requests_running",
          "gauge",
          ...copies([
            [7, 4],
            [8, 3],
          ]),
        ),
        family(
          "vllm:kv_cache_usage_perc",
          "gauge",
          ...copies([
            [7, 0.25],
            [8, 0.25],
          ]),
        ),
        family("sglang:num_retracted_reqs", "gauge", '{pid="7"} 1'),
      ].join("\n"),
    );
    expect(shot.server.engines).toBe(1);
    expect(shot.gauges).toMatchObject({ requests_running: 4, kv_cache_usage: 0.25 });
  });

  it("every rank of an SGLang speaks for its engine once, whatever ranks there are", () => {
    const ranks = [0, 1].flatMap((dp) =>
      [0, 1].flatMap((tp) =>
        [0, 1].map((pp) => `{dp_rank="${dp}",tp_rank="${2 * dp + tp}",pp_rank="${pp}",moe_ep_rank="${tp}",model_name="m"} 5`),
      ),
    );
    const shot = snapshotOfText(family("sglang:num_running_reqs", "gauge", ...ranks));
    expect(shot.server.engines).toBe(2);
    expect(shot.gauges.requests_running).toBe(10);
  });
});
