import { describe, expect, it } from "vitest";
import { plain } from "../../../src/deployment/message.ts";
import { snapshotOf } from "../../../src/live/page/canonical.ts";
import { parseMetrics } from "../../../src/live/page/metrics-text.ts";
import { whyNotOffered } from "../../../src/live/page/not-offered.ts";
import { engineTable } from "../../../src/live/series/engines.ts";
import { LiveSeries } from "../../../src/live/series/series.ts";
import { viewPoint } from "../../../src/live/series/view-point.ts";
import type { Snapshot } from "../../../src/live/snapshot.ts";
import { scrapes } from "../page/captures.ts";

describe("engineTable", () => {
  it("sets the engines of a data-parallel server beside each other", () => {
    const [first, last] = scrapes("vllm-0.32.0-dp2");
    if (!first || !last) throw new Error("no capture");
    const table = engineTable({ firstApart: first, last });
    expect(table.rows.map(({ engine }) => engine)).toEqual(["0", "1"]);
    const output = table.rows.reduce((sum, row) => sum + (row.outputTokensPerSecond ?? 0), 0);
    expect(output).toBeCloseTo(787 / 10, 9);
    expect(table.rows[0]?.ttftP95).toBeGreaterThan(0);
    expect(table.spread.outputTokensPerSecond).toBeGreaterThanOrEqual(1);
  });

  it("names the engine that stands out", () => {
    const engine = (name: string, waiting: number) => ({
      engine: name,
      gauges: { requests_waiting: waiting },
      counters: {},
      histograms: {},
    });
    const [shot] = scrapes("vllm-0.32.0-dp2");
    if (!shot) throw new Error("no capture");
    const crowded: Snapshot = { ...shot, perEngine: [engine("0", 0), engine("1", 9), engine("2", 0)] };
    expect(engineTable({ firstApart: crowded, last: crowded })).toMatchObject({ outlier: "1", spread: { waiting: 3, kvUsage: null } });
    const even: Snapshot = { ...shot, perEngine: [engine("0", 4), engine("1", 5)] };
    expect(engineTable({ firstApart: even, last: even }).outlier).toBeNull();
  });
});

describe("whyNotOffered", () => {
  const shot = (text: string) => snapshotOf(parseMetrics(text), 1);
  const vllm = shot("# TYPE vllm:prompt_tokens_total counter\nvllm:prompt_tokens_total 5\n");

  it.each([
    ["prompt_tokens_total", "0.19.0", undefined],
    ["tpot_seconds", "0.10.2", "since vLLM 0.11.0; this is 0.10.2"],
    ["preemptions_total", "0.5.4", "since vLLM 0.6.6; this is 0.5.4"],
    ["prefix_cache_hits_total", "0.6.6", "since vLLM 0.7.3; this is 0.6.6"],
    ["ttft_seconds", "0.19.0", "not on the page; some settings of vLLM turn statistics off (--disable-log-stats)"],
  ] as const)("says of vLLM's %s in %s: %s", (word, version, expected) => {
    const why = whyNotOffered(word, vllm, version);
    expect(why && plain(why)).toBe(expected);
  });

  it("knows what other servers never have, and what comes with the first request", () => {
    const [llama] = scrapes("llama.cpp");
    if (!llama) throw new Error("no capture");
    const words = (word: Parameters<typeof whyNotOffered>[0], of: Snapshot) => {
      const why = whyNotOffered(word, of, null);
      return why && plain(why);
    };
    expect(words("ttft_seconds", llama)).toBe("not offered by llama.cpp: it has no histograms");
    expect(words("preemptions_total", llama)).toBe("not offered by llama.cpp");
    const fresh = scrapes("llm-d-inference-sim")[0];
    if (!fresh) throw new Error("no capture");
    expect(words("generation_tokens_total", fresh)).toBe("appears with the first request");
  });
});

describe("viewPoint", () => {
  it("is small, and keeps what a page draws", () => {
    const series = new LiveSeries();
    for (const scrape of scrapes("vllm-0.32.0")) series.push(scrape);
    const point = series.last;
    if (!point) throw new Error("no point");
    const light = viewPoint(point, point.snapshot?.wireNames);
    expect(point.windows).toMatchObject(light.windows);
    expect(Object.keys(light.windows)).toContain("iteration_tokens");
    expect(point.snapshot?.gauges).toMatchObject(light.snapshot?.gauges ?? {});
    expect(Object.keys(light.snapshot?.gauges ?? {})).toContain("kv_capacity_tokens");
    expect(light.snapshot?.wireNames).toBeUndefined();
    expect(viewPoint(point).snapshot?.wireNames).toBe(point.snapshot?.wireNames);
    expect(Object.keys(light.snapshot?.histograms ?? {})).toEqual([
      "ttft_seconds",
      "itl_seconds",
      "tpot_seconds",
      "e2e_seconds",
      "request_prompt_tokens",
      "request_generation_tokens",
    ]);
    const buckets = Object.values(light.snapshot?.histograms ?? {}).reduce(
      (sum, { upper, count }) => sum + upper.byteLength + count.byteLength,
      0,
    );
    const rest = JSON.stringify({ ...light, snapshot: { ...light.snapshot, histograms: {} } }).length;
    // An hour at one point a second stays below 21 MB.
    expect(buckets + rest).toBeLessThan(5700);
  });
});
