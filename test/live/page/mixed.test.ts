import { describe, expect, it } from "vitest";
import { plain } from "../../../src/deployment/message.ts";
import { mixedIn } from "../../../src/live/page/mixed.ts";
import { readPage } from "../../../src/live/page/read-page.ts";
import { fleetSum } from "../../../src/live/sources/fleet-sum.ts";
import { family, histogramLines, snapshotOfText } from "../servers/pages.ts";

function told(text: string): readonly string[] {
  return mixedIn(snapshotOfText(text).server).map(plain);
}

const running = (labels: string, value: number) => family("vllm:num_requests_running", "gauge", `{${labels}} ${value}`);

describe("several models on one page", () => {
  it("are several engines where nothing else tells them apart, and said to be added up", () => {
    const shot = snapshotOfText(
      [
        family("vllm:num_requests_running", "gauge", '{engine="0",model_name="a"} 3', '{engine="0",model_name="b"} 4'),
        family("vllm:kv_cache_usage_perc", "gauge", '{engine="0",model_name="a"} 0.2', '{engine="0",model_name="b"} 0.6'),
        // Of whose engine it is nothing tells.
        family("vllm:cache_config_info", "gauge", '{engine="0",block_size="16",num_gpu_blocks="100"} 1'),
      ].join("\n"),
    );
    expect(shot.server).toEqual({ kind: "vllm", model: "a, b", models: ["a", "b"], engines: 2 });
    expect(shot.gauges.requests_running).toBe(7);
    expect(shot.gauges.kv_cache_usage).toBeCloseTo(0.4, 12);
    expect(shot.perEngine?.map(({ engine, gauges }) => [engine, gauges.requests_running, gauges.kv_cache_usage])).toEqual([
      ["0/a", 3, 0.2],
      ["0/b", 4, 0.6],
    ]);
    expect(mixedIn(shot.server).map(plain)).toEqual(["figures of 2 models are added up: a, b"]);
  });

  it("leave engines their names where those tell them apart already", () => {
    const shot = snapshotOfText(
      family("vllm:num_requests_running", "gauge", '{instance="n1",model_name="a"} 3', '{instance="n2",model_name="b"} 4'),
    );
    expect(shot.server).toMatchObject({ engines: 2, models: ["a", "b"] });
    expect(shot.perEngine?.map(({ engine }) => engine)).toEqual(["n1", "n2"]);
  });

  it("of histograms alone are seen too", () => {
    const latencies = (model: string) =>
      histogramLines(
        "sglang:e2e_request_latency_seconds",
        `model_name="${model}"`,
        [
          ["1", 2],
          ["+Inf", 4],
        ],
        6,
      );
    const shot = snapshotOfText(`${latencies("a")}\n${latencies("b").replace(/^#.*\n/, "")}`);
    expect(shot.server).toMatchObject({ engines: 2, models: ["a", "b"] });
    expect(shot.histograms.e2e_seconds).toMatchObject({ total: 8, sum: 12 });
    expect(shot.perEngine?.map(({ histograms }) => histograms.e2e_seconds?.total)).toEqual([4, 4]);
  });

  it("behind a frontend are no engines of it, and said", () => {
    const shot = snapshotOfText(family("dynamo_frontend_inflight_requests", "gauge", '{model="a"} 3', '{model="b"} 4'));
    expect(shot.server).toEqual({ kind: "dynamo", model: "a, b", models: ["a", "b"], engines: 1 });
    expect(mixedIn(shot.server)).toHaveLength(1);
  });

  it("are told with the page", () => {
    const answer = readPage(`${running('model_name="a"', 1)}\nvllm:num_requests_running{model_name="b"} 2\n`, 1);
    expect(answer.problems).toEqual(["figures of 2 models are added up: a, b"]);
  });

  it("of a fleet's servers are told of the fleet", () => {
    const member = (model: string) => ({
      name: model,
      role: "both" as const,
      snapshot: snapshotOfText(running(`model_name="${model}"`, 2)),
    });
    const all = fleetSum([member("b"), member("a")], 1);
    expect(all.server).toMatchObject({ model: "a, b", models: ["a", "b"], engines: 2 });
    expect(fleetSum([member("a"), member("a")], 1).server).toEqual({ kind: "vllm", model: "a", engines: 2 });
  });

  it("are named up to five", () => {
    const lines = ["a", "b", "c", "d", "e", "f"].map((model) => `{model_name="${model}"} 1`);
    expect(told(family("vllm:num_requests_running", "gauge", ...lines))).toEqual(["figures of 6 models are added up: a, b, c, d, e, …"]);
  });
});

describe("another engine on the page", () => {
  it("is told: its requests are not in the figures", () => {
    const both = `${running('model_name="a"', 3)}\n${family("sglang:num_running_reqs", "gauge", '{model_name="a"} 5')}`;
    expect(snapshotOfText(both).gauges.requests_running).toBe(3);
    expect(told(both)).toEqual(["SGLang is on this page too: only what vLLM does not tell is read of it"]);
  });

  it.each([
    family("dynamo_component_inflight_requests", "gauge", "5"),
    family("lmcache:num_hit_tokens_total", "counter", "5"),
    family("DCGM_FI_DEV_GPU_UTIL", "gauge", '{gpu="0"} 5'),
  ])("is none that hands an engine's figures on, keeps its cache or measures its GPUs: %s", (beside) => {
    expect(told(`${running('model_name="a"', 3)}\n${beside}`)).toEqual([]);
  });

  it("is not vLLM behind Triton, whose backend writes vLLM's names", () => {
    const page = [
      family("nv_inference_request_success", "counter", '{model="llm",version="1"} 3', '{model="preprocess",version="1"} 3'),
      family("vllm:prompt_tokens_total", "counter", '{model="llm",version="1"} 30'),
    ].join("\n");
    expect(told(page)).toEqual([]);
    expect(snapshotOfText(page)).toMatchObject({
      server: { kind: "triton", model: "llm", engines: 1 },
      counters: { request_success_total: 3 },
    });
  });
});
