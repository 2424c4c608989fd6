import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { plain } from "../../../src/deployment/message.ts";
import { LiveSeries } from "../../../src/live/series/series.ts";
import type { Ask } from "../../../src/live/source.ts";
import { metricsUrl } from "../../../src/live/sources/metrics-url.ts";

setFlagsFromString("--expose-gc");
const collect: () => void = runInNewContext("gc");

/** Bytes held after everything that can go is gone. */
function heldBytes(): number {
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

const bounds = [0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80];

/** A page of some 5 KB whose counters have gone on for so many seconds. */
function pageAt(second: number): string {
  const labels = 'engine="0",model_name="acme/chat-8b"';
  const histogram = (name: string, gap: number) =>
    [
      `# TYPE vllm:${name} histogram`,
      ...bounds.map((bound, i) => `vllm:${name}_bucket{${labels},le="${bound}"} ${Math.floor((second * Math.min(i, gap)) / gap)}`),
      `vllm:${name}_bucket{${labels},le="+Inf"} ${second}`,
      `vllm:${name}_sum{${labels}} ${second * 0.2}`,
      `vllm:${name}_count{${labels}} ${second}`,
    ].join("\n");
  return `# TYPE process_start_time_seconds gauge
process_start_time_seconds 1700000000
# TYPE vllm:num_requests_running gauge
vllm:num_requests_running{${labels}} ${second % 7}
# TYPE vllm:num_requests_waiting gauge
vllm:num_requests_waiting{${labels}} 0
# TYPE vllm:kv_cache_usage_perc gauge
vllm:kv_cache_usage_perc{${labels}} 0.${second % 10}
# TYPE vllm:prompt_tokens counter
vllm:prompt_tokens_total{${labels}} ${second * 300}
# TYPE vllm:generation_tokens counter
vllm:generation_tokens_total{${labels}} ${second * 100}
${histogram("time_to_first_token_seconds", 9)}
${histogram("inter_token_latency_seconds", 5)}
${histogram("e2e_request_latency_seconds", 13)}
`;
}

describe("100,000 scrapes of a 5 KB page, one a second", () => {
  it("are read in bounded memory, and say the same at the end as at the start", { timeout: 300_000 }, async () => {
    expect(pageAt(50_000).length).toBeGreaterThan(5000);
    let second = 0;
    const at = () => ({ time: 1_700_000_000 + second, steady: second });
    const ask: Ask = {
      now: at,
      say: plain,
      wait: () => Promise.resolve(),
      text: () => Promise.resolve({ kind: "text", text: pageAt(second), contentType: "text/plain", at: at() }),
    };
    const source = metricsUrl("http://h:8000/metrics", "h:8000");
    const series = new LiveSeries();
    const before = heldBytes();
    const held: number[] = [];
    for (second = 1; second <= 100_000; second++) {
      const point = series.take(await source.look(ask));
      if (second % 10_000 === 0) {
        held.push(heldBytes() - before);
        expect(point.rates.generation_tokens_total).toBe(100);
        expect(point.windows.ttft_seconds?.count).toBe(1);
      }
    }
    const megabytes = held.map((bytes) => bytes / 2 ** 20);
    expect(Math.max(...megabytes)).toBeLessThan(40);
    // From 24 h on (86,400 s) a point every 10 minutes is all that comes.
    expect((megabytes[9] ?? 0) - (megabytes[8] ?? 0)).toBeLessThan(1);
    expect(series.points.length).toBeLessThan(8000);
    expect(series.window(3600)?.rates.generation_tokens_total).toBe(100);
    expect(series.window(100_000)?.windows.ttft_seconds?.count).toBe(99_999);
  });
});
