import { describe, expect, test } from "vitest";
import { plain } from "../../../src/deployment/message.ts";
import { liveLoad } from "../../../src/live/bench/live-load.ts";
import { readPage } from "../../../src/live/page/read-page.ts";
import { LiveSeries } from "../../../src/live/series/series.ts";

/** A page of vLLM after so many requests of 100 prompt and 51 output tokens, 60 ms to the first token and 10 ms to each further one. */
function page(requests: number, hits = 0): string {
  const histogram = (name: string, sum: number, count: number) =>
    `# TYPE vllm:${name} histogram\nvllm:${name}_bucket{le="0.1"} ${count}\nvllm:${name}_bucket{le="+Inf"} ${count}\nvllm:${name}_sum ${sum}\nvllm:${name}_count ${count}`;
  const counter = (name: string, value: number) => `# TYPE vllm:${name} counter\nvllm:${name}_total ${value}`;
  return [
    counter("prompt_tokens", 100 * requests),
    counter("generation_tokens", 51 * requests),
    counter("request_success", requests),
    counter("prefix_cache_queries", 100 * requests),
    counter("prefix_cache_hits", hits),
    histogram("time_to_first_token_seconds", 0.06 * requests, requests),
    histogram("inter_token_latency_seconds", 0.01 * 50 * requests, 50 * requests),
    "# TYPE vllm:num_requests_running gauge\nvllm:num_requests_running 0",
  ].join("\n");
}

function watched(requests: number, hits = 0) {
  const series = new LiveSeries();
  for (const [time, served] of [
    [1000, 0],
    [1060, requests],
  ] as const) {
    const answer = readPage(
      `${page(served, served === 0 ? 0 : hits)}
`,
      time,
    );
    if (answer.kind !== "snapshot") throw new Error(plain(answer.detail));
    series.push(answer.snapshot);
  }
  return liveLoad(series.window(300), series.points, { from: "http://127.0.0.1:8000", date: "2026-11-28" });
}

describe("a server's own histograms", () => {
  test("are a measured load: 120 requests in a minute are two a second", () => {
    const { load } = watched(120);
    expect(load).toMatchObject({
      from: "http://127.0.0.1:8000",
      tool: "vllm",
      words: "2.00 req/s",
      isLimited: false,
      requestsPerSecond: 2,
      outputTokensPerSecond: 102,
      workload: { kind: "open-loop", ratePerSecond: 2, promptTokens: 100, outputTokens: 51 },
    });
    expect(load?.ttft?.seconds).toBeCloseTo(0.06, 9);
    expect(load?.tpot?.seconds).toBeCloseTo(0.01, 9);
  });

  test("have the prompts that were in its cache in the load", () => {
    expect(watched(120, 6000).load?.workload).toMatchObject({ kind: "open-loop", prefixShare: 0.5 });
  });

  test("are none where the queue grows: no steady load explains them", () => {
    const series = new LiveSeries();
    for (let second = 0; second <= 60; second += 2) {
      const waiting = `\n# TYPE vllm:num_requests_waiting gauge\nvllm:num_requests_waiting ${10 + second}\n`;
      const answer = readPage(page(2 * second) + waiting, 1000 + second);
      if (answer.kind !== "snapshot") throw new Error(plain(answer.detail));
      series.push(answer.snapshot);
    }
    const { problem } = liveLoad(series.window(300), series.points, { from: "", date: "" });
    expect(problem && plain(problem)).toBe("Its queue grows: what is measured depends on when, and fits no steady load");
  });

  test.each([
    ["too few requests", watched(5), "Fewer than 20 requests were served while it was watched"],
    ["a single answer", liveLoad(undefined, [], { from: "", date: "" }), "Fewer than 20 requests were served while it was watched"],
  ])("of %s are none", (_, { problem }, words) => {
    expect(problem && plain(problem)).toBe(words);
  });
});
