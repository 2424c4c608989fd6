import { describe, expect, it } from "vitest";
import { pointSinceStart } from "../../src/live/series/point.ts";
import { LiveSeries } from "../../src/live/series/series.ts";
import { watchLine } from "../../src/live/watch-line.ts";
import { scrapes } from "./page/captures.ts";

function first(folder: string) {
  const [shot] = scrapes(folder);
  if (!shot) throw new Error(`no capture in ${folder}`);
  return shot;
}

describe("watchLine", () => {
  it("tells a scrape in the catalogue's words, with rates since the one before", () => {
    const series = new LiveSeries();
    const [one, two] = scrapes("llm-d-inference-sim").slice(2, 4); // at :325 and :373
    if (!one || !two) throw new Error("captures are missing");
    series.push(one);
    const line = watchLine(series.push(two), { version: "0.19.0" });
    expect(JSON.parse(JSON.stringify(line))).toMatchObject({
      time: 1795221373,
      state: "live",
      server: { kind: "vllm", version: "0.19.0", model: "Qwen/Qwen2.5-1.5B-Instruct", engines: 1 },
      metrics: {
        requests_running: 0,
        requests_waiting: 0,
        kv_cache_usage: 0,
        prompt_tokens_total: 28460,
        prompt_tokens_per_second: (28460 - 17360) / 48,
        generation_tokens_total: 10890,
        generation_tokens_per_second: (10890 - 6290) / 48,
        request_success_total: 202,
        request_success_per_second: (202 - 123) / 48,
        requests_per_second: (202 - 123) / 48,
        // The simulator counts no preemptions.
        preemptions_total: null,
        preemptions_per_second: null,
        prefix_cache_queries_total: 28460,
        prefix_cache_queries_per_second: (28460 - 19040) / 48,
        prefix_cache_hits_total: 9648,
        prefix_cache_hits_per_second: (9648 - 6240) / 48,
        prefix_cache_hit_rate: (9648 - 6240) / (28460 - 19040),
        ttft_seconds: {
          mean: expect.any(Number),
          p50: expect.any(Number),
          p90: expect.any(Number),
          p95: expect.closeTo(0.48356481481481484, 12),
          p99: expect.any(Number),
          count: 71,
        },
        itl_seconds: expect.objectContaining({ count: expect.any(Number) }),
        tpot_seconds: expect.toSatisfy((value: unknown) => value === null || typeof value === "object"),
        e2e_seconds: expect.objectContaining({ count: 79 }),
        queue_time_seconds: expect.objectContaining({ count: expect.any(Number) }),
        prefill_time_seconds: expect.objectContaining({ count: expect.any(Number) }),
        decode_time_seconds: expect.objectContaining({ count: expect.any(Number) }),
        request_prompt_tokens: expect.objectContaining({ count: expect.any(Number) }),
        request_generation_tokens: expect.objectContaining({ count: expect.any(Number) }),
      },
    });
  });

  it("has null for what a server does not offer, and for what needs two scrapes", () => {
    const { metrics, server } = watchLine(new LiveSeries().push(first("llama.cpp")), { model: "from /v1/models" });
    expect(server).toEqual({ kind: "llama.cpp", version: null, model: "from /v1/models", engines: 1 });
    expect(metrics).toMatchObject({
      requests_running: 4,
      kv_cache_usage: null,
      prompt_tokens_total: 1200,
      prompt_tokens_per_second: null,
      requests_per_second: null,
      prefix_cache_hit_rate: null,
      ttft_seconds: null,
    });
  });

  it("tells one scrape alone since the server's start", () => {
    const [, , , shot] = scrapes("vllm-0.32.0");
    if (!shot) throw new Error("no capture");
    const { metrics } = watchLine(pointSinceStart(shot));
    const uptime = 1795221085 - 1795220440.57;
    expect(metrics.generation_tokens_per_second).toBeCloseTo(3987 / uptime, 9);
    expect(metrics.prefix_cache_hit_rate).toBe(0);
    // Of 74: rank 37 lies 5 into the 38 between 40 and 80 s; the mean is sum by count.
    expect(metrics.ttft_seconds).toMatchObject({ count: 74, p50: 40 + (40 * (37 - 32)) / 38, mean: 3511.8063690662384 / 74 });
  });

  it("says why there is no answer", () => {
    const line = watchLine(new LiveSeries().fail("Nothing listens there (connection refused)", 12), { version: "0.19.0" });
    expect(line).toMatchObject({ time: 12, state: "lost", error: "Nothing listens there (connection refused)" });
    expect(line.server).toEqual({ kind: "unknown", version: "0.19.0", model: null, engines: 0 });
    expect(new Set(Object.values(line.metrics))).toEqual(new Set([null]));
  });

  it("tells each engine alone when asked, with its own rates", () => {
    const series = new LiveSeries();
    const [idle, busy] = scrapes("vllm-0.32.0-dp2");
    if (!idle || !busy) throw new Error("no capture");
    const before = series.push(idle);
    const { engines, metrics } = watchLine(series.push(busy), { perEngine: true, before });
    expect(engines?.map(({ engine }) => engine)).toEqual(["0", "1"]);
    const sum = engines?.reduce((total, engine) => total + Number(engine.generation_tokens_per_second), 0);
    expect(sum).toBeCloseTo(Number(metrics.generation_tokens_per_second), 9);
    expect(watchLine(series.push(busy)).engines).toBeUndefined();
  });
});
