import { describe, expect, it } from "vitest";
import type { NoPrediction } from "../../src/live/prediction/no-prediction.ts";
import { viewPoint } from "../../src/live/series/view-point.ts";
import { measureWindow } from "../../src/live/series/window.ts";
import type { CanonicalHistogram, LivePoint } from "../../src/live/snapshot.ts";
import { counterWords, gaugeWords, histogramWords } from "../../src/live/words.ts";
import { nothingCame } from "../../webview/live/columns.ts";
import { liveFigures } from "../../webview/live/figures.ts";
import { liveSpans } from "../../webview/live/live-spans.ts";
import { liveTable } from "../../webview/live/live-table.ts";
import { bucketWords, quantileWords } from "../../webview/live/live-words.ts";
import { measure } from "../../webview/live/measured.ts";
import { columnsOf, livePanels, partsOf } from "../../webview/live/panels.ts";
import { Ring } from "../../webview/live/ring.ts";
import { ringOptions } from "../../webview/live/ring-options.ts";
import { liveRows, type RowsInput } from "../../webview/live/rows.ts";
import { type Connection, liveVerdict } from "../../webview/live/verdict-words.ts";
import { csv } from "../../webview/parts/table.ts";
import { header, history, plainHistory, prediction, start, withoutHistograms } from "./fixtures/live.ts";

const panels = livePanels();
const essential = panels.filter(({ isEssential }) => isEssential);

function ringOf(points: readonly LivePoint[], capacity = 5000): Ring {
  const ring = new Ring({ ...ringOptions(panels), capacity });
  for (const point of points) ring.push(point);
  return ring;
}
const input = (ring: Ring, change: Partial<RowsInput> = {}): RowsInput => ({
  ring,
  panels: essential,
  from: start,
  to: start + 300,
  isPast: false,
  prediction,
  slo: header.slo,
  version: "0.11.0",
  source: "metrics-url",
  events: [],
  engines: 1,
  gpuPeak: header.gpuPeak,
  kvCapacityTokens: null,
  ...change,
});
const said = (state: Connection, points: readonly LivePoint[], change = {}) =>
  liveVerdict({
    state,
    detail: "",
    hasAnswered: true,
    silentSeconds: 14,
    retrySeconds: 8,
    header,
    measured: measure(ringOf(points), start, start + 400),
    prediction,
    absent: null,
    gap: null,
    missing: [],
    isFirst: false,
    ...change,
  });
const figures = (points: readonly LivePoint[], seconds: number, change = {}) =>
  liveFigures({
    measured: measure(ringOf(points), start, start + seconds),
    last: points.at(-1),
    prediction,
    slo: header.slo,
    version: null,
    source: "metrics-url",
    windowName: "5 min",
    age: null,
    isIdle: false,
    kvCapacityTokens: null,
    ...change,
  });

describe("ring", () => {
  it("holds all of the time in order, and never more than its capacity", () => {
    const points = history(300, { gaps: false });
    const ring = ringOf(points, 50);
    expect(ring.length).toBeLessThanOrEqual(50);
    expect(ring.length).toBeGreaterThanOrEqual(25);
    expect(ring.time[0]).toBe(points[0]?.time);
    expect(ring.time[ring.length - 1]).toBe(points.at(-1)?.time);
    for (let i = 1; i < ring.length; i++) expect(ring.time[i] ?? 0).toBeGreaterThan(ring.time[i - 1] ?? 0);
    expect(ring.column("running")[ring.length - 1]).toBe(points.at(-1)?.snapshot?.gauges.requests_running);
  });

  it("tells nobody answered from nothing came", () => {
    const ring = ringOf(history(3, { gaps: false, quiet: true }));
    expect(ring.column("ttft")[1]).toBe(nothingCame);
    ring.push({ time: start + 9, state: "lost", error: "refused", snapshot: undefined, rates: {}, windows: {}, prefixHitRate: null });
    expect(ring.column("ttft")[3]).toBeNaN();
    expect(ring.column("running")[3]).toBeNaN();
  });
});

describe("quantiles in words", () => {
  const latency = { count: 10, mean: 0.1, p50: 0.1, firstBound: 0.3, bucket: [0, 0.3] as const };
  it("says only smaller below the first bound, and the bucket above it", () => {
    expect(quantileWords({ ...latency, p95: 0.12 })).toBe("< 300\u00a0ms");
    expect(bucketWords({ ...latency, p95: 0.12 })).toBe("");
    expect(bucketWords({ ...latency, p95: 0.4, bucket: [0.3, 0.5] })).toBe("between 300 and 500\u00a0ms");
    expect(bucketWords({ ...latency, p95: 0.9, bucket: [0.75, 1] })).toBe("between 750\u00a0ms and 1\u00a0s");
    expect(bucketWords({ ...latency, p95: 60, bucket: [60, Number.POSITIVE_INFINITY] })).toBe("above 60\u00a0s");
  });
});

describe("measured window", () => {
  it("takes quantiles of the window's own histograms, never across a restart", () => {
    const points = history(300);
    const restart = points.find(({ state }) => state === "restarted");
    const whole = measure(ringOf(points), start, start + 300);
    expect(restart).toBeDefined();
    expect(whole?.seconds).toBeCloseTo((points.at(-1)?.time ?? 0) - (restart?.time ?? 0), 6);
    expect(whole?.latencies.ttft_seconds?.bucket).toEqual([0.25, 0.5]);
  });

  it("speaks of the last scrape alone where points carry no histograms", () => {
    const stripped = history(120, { gaps: false }).map(withoutHistograms);
    const measured = measure(ringOf(stripped), start, start + 120);
    expect(measured?.seconds).toBe(0);
    expect(measured?.latencies.ttft_seconds?.p95).toBe(
      stripped.findLast((point) => (point.windows.ttft_seconds?.count ?? 0) > 0)?.windows.ttft_seconds?.p95,
    );
  });

  it("measures what the series would, from what the host sends", () => {
    const points = history(120, { gaps: false });
    const sent = measure(ringOf(points.map((point) => viewPoint(point))), start, start + 120);
    const whole = measureWindow(points, start, start + 120);
    expect(sent?.seconds).toBe((whole?.to ?? 0) - (whole?.from ?? 0));
    for (const word of ["ttft_seconds", "itl_seconds", "tpot_seconds", "e2e_seconds"] as const satisfies readonly CanonicalHistogram[])
      expect(sent?.latencies[word]).toMatchObject({ p95: whole?.windows[word]?.p95, mean: whole?.windows[word]?.mean });
    expect(sent?.outputTokensPerSecond).toBe(whole?.rates.generation_tokens_total);
    expect(sent?.prefixHitRate).toBe(whole?.prefixHitRate);
  });

  it("is nothing before the first answer", () => {
    expect(measure(ringOf([]), 0, 1)).toBeNull();
  });
});

describe("verdict", () => {
  it("meets limits and names what is outside its range", () => {
    const points = history(300, { gaps: false });
    const slow = { ...prediction, tpotSeconds: { ...prediction.tpotSeconds, p95: 0.012 } };
    expect(said("live", points).title).toMatch(/^Meets both limits: TTFT p95 \d+ of 500\u00a0ms and TPOT p95 [\d.]+ of 75\u00a0ms$/);
    expect(said("live", points, { prediction: slow }).title).toMatch(/75\u00a0ms; TPOT is outside the predicted range$/);
  });

  it("misses, and cannot tell inside one bucket", () => {
    const points = history(120, { gaps: false });
    const strict = (ttftSeconds: number) => ({
      header: { ...header, slo: { ttftSeconds, tpotSeconds: null, e2eSeconds: null, percentile: 95 } },
    });
    expect(said("live", points, strict(0.05)).title).toMatch(/^Misses the TTFT limit: TTFT p95 is .*, not 50\u00a0ms/);
    expect(said("live", points, strict(0.2)).title).toMatch(/^Too close to tell: the TTFT limit lies inside one bucket/);
  });

  it("has words for every state", () => {
    const points = history(60, { gaps: false });
    expect(said("connecting", []).title).toBe("Connecting to http://127.0.0.1:8000");
    expect(said("lost", points, { detail: "Connection refused" })).toMatchObject({
      title: "No answer for 14\u00a0s",
      lines: [
        {
          text: "Connection refused. Trying again in 8\u00a0s. The last values stay, greyed and with their age; nothing is drawn for the gap.",
        },
      ],
    });
    expect(said("lost", [], { detail: "Connection refused", hasAnswered: false })).toMatchObject({
      title: "No answer from http://127.0.0.1:8000",
      lines: [{ text: "Connection refused." }, { text: "Trying again in 8\u00a0s." }],
    });
    expect(said("needs-key", [], { detail: "llama.cpp answered 401 for /metrics" }).title).toContain("401");
    expect(said("wrong-page", [], { detail: "HTML" }).lines[0]?.text).toBe("HTML");
    expect(said("idle", history(60, { gaps: false, quiet: true })).title).toBe("No requests in this window");
    expect(said("live", plainHistory(60)).title).toBe("1 request running");
    expect(said("live", plainHistory(1), { isFirst: true }).lines).toEqual([
      { text: "Rates and percentiles start with the second answer." },
    ]);
  });

  it("says why there is no prediction, and that one is on its way", () => {
    const points = history(300, { gaps: false });
    const last = (absent: NoPrediction) => said("live", points, { prediction: null, absent }).lines.at(-1)?.text;
    expect(last("simulating")).toBe("A prediction for the measured load is being simulated.");
    expect(last("no-load-yet")).toMatch(/it starts when enough load was measured/);
    expect(last("not-offered")).toMatch(/the server does not tell the load/);
    expect(last("not-settled")).toMatch(/missing or wrong in the file/);
    expect(last("no-deployment")).toMatch(/attach from a deployment/);
    expect(last("to-choose")).toMatch(/simulate the deployment/);
  });

  it("has every number of its sentences in the figures", () => {
    const points = history(300, { gaps: false });
    const shown = figures(points, 300)
      .flatMap(({ value, caption }) => [value, caption])
      .join(" ");
    const sentence = said("live", points).lines[0]?.text ?? "";
    const numbers = sentence.replace(/[\d.]+\u00a0req\/s finished/, "").match(/\d[\d.,]*\d|\d/g) ?? [];
    for (const number of numbers.filter((text) => text !== "95")) expect(shown, `${number} of ${sentence}`).toContain(number);
  });
});

describe("figures", () => {
  it("say why a number is missing, and never 0 for unknown", () => {
    const points = plainHistory(30);
    const shown = figures(points, 30, { prediction: null });
    expect(shown.find(({ id }) => id === "ttft")?.unknown).toMatch(/not offered by llama.cpp: it has no histograms/);
    expect(shown.find(({ id }) => id === "kv")?.unknown).toBeDefined();
    expect(shown.every(({ unknown, bullet }) => unknown === undefined || bullet === null)).toBe(true);
  });

  it("carry their age while nobody answers", () => {
    const points = history(60, { gaps: false });
    const shown = figures(points, 60, { age: "14 s old" });
    expect(shown.every(({ caption, tag }) => caption === "14 s old" && tag === null)).toBe(true);
  });
});

describe("what the host sends", () => {
  it("holds every figure that a row draws", () => {
    const all = <Word extends string>(words: readonly Word[], of: (i: number) => number) =>
      Object.fromEntries(words.map((word, i) => [word, of(i)]));
    const [point] = history(1, { gaps: false });
    if (!point?.snapshot) throw new Error("no point");
    const quantiles = { count: 3, mean: 0.5, p50: 0.4, p90: 0.7, p95: 0.8, p99: 0.9, firstBound: 0.1 };
    const full: LivePoint = {
      ...point,
      rates: all(counterWords, (i) => i + 1),
      windows: Object.fromEntries(histogramWords.map((word) => [word, quantiles])),
      snapshot: { ...point.snapshot, gauges: all(gaugeWords, (i) => i + 1), counters: all(counterWords, (i) => i + 1) },
    };
    const sent = viewPoint(full);
    for (const { id, of } of columnsOf(panels)) {
      expect(Number.isNaN(of(full)), id).toBe(false);
      expect(of(sent), id).toBe(of(full));
    }
    for (const { word } of partsOf(panels)) expect(sent.snapshot?.parts?.[word], word).toEqual(full.snapshot?.parts?.[word]);
    const { counters, histograms } = ringOptions(panels);
    for (const word of counters) expect(sent.snapshot?.counters[word], word).toBeDefined();
    for (const word of histograms) expect(sent.snapshot?.histograms[word], word).toBeDefined();
  });

  it("tells names on the wire when they change, and the page keeps them meanwhile", () => {
    const [first, second] = history(2, { gaps: false });
    if (!first?.snapshot || !second?.snapshot) throw new Error("no points");
    const wireNames = { ttft_seconds: "vllm:time_to_first_token_seconds" };
    const ring = ringOf([
      viewPoint({ ...first, snapshot: { ...first.snapshot, wireNames } }),
      viewPoint({ ...second, snapshot: { ...second.snapshot, wireNames } }, wireNames),
    ]);
    expect(ring.answered?.time).toBe(second.time);
    expect(ring.answered?.snapshot?.wireNames).toBe(wireNames);
  });
});

describe("rows", () => {
  it("draw gaps as gaps, a restart once, and break the lines there", () => {
    const ring = ringOf(history(300));
    const spans = liveSpans(ring, start, start + 300);
    expect(spans.map(({ kind, text }) => [kind, text.split(",")[0]])).toEqual([
      ["gap", ""],
      ["restart", expect.stringMatching(/^Restarted \d\d:\d\d:\d\d$/)],
      ["gap", "No answer for 12\u00a0s"],
    ]);
    const gap = spans[2];
    const running = liveRows(input(ring)).model.rows.find(({ id }) => id === "running");
    for (let i = 0; i < ring.length; i++) {
      const at = ring.time[i] ?? 0;
      if (gap && at > gap.from && at < gap.to) expect(running?.values[i]).toBeNaN();
    }
  });

  it("say that nobody sampled, when time jumped without a failure", () => {
    const points = history(100, { gaps: false });
    const ring = ringOf([...points.slice(0, 40), ...points.slice(60)]);
    expect(liveSpans(ring, start, start + 100).map(({ text }) => text)).toEqual(["No sample for 21\u00a0s"]);
  });

  it("hold the essential dozen under the events, with prediction and limit where there is one", () => {
    const { model } = liveRows(input(ringOf(history(120, { gaps: false }))));
    expect(model.rows.map(({ id }) => id)).toEqual([
      "events",
      "ttft",
      "itl",
      "tpot",
      "e2e",
      "running",
      "waiting",
      "kv",
      "prompt",
      "output",
      "requests",
      "prefix",
      "preemptions",
    ]);
    expect(model.rows.find(({ id }) => id === "ttft")).toMatchObject({ limit: { value: 0.5 }, predicted: { value: 0.235 } });
    expect(model.rows.find(({ id }) => id === "prompt")).toMatchObject({ predicted: null, note: "input" });
    expect(model.rows.find(({ id }) => id === "ttft")?.lines?.map(({ name }) => name)).toEqual(["p50", "mean"]);
    expect(model.rows.find(({ id }) => id === "ttft")?.aria).toMatch(/now, highest .* predicted .* limit 500/);
  });

  it("have words instead of a plot where the server offers nothing", () => {
    const { model } = liveRows(input(ringOf(plainHistory(60)), { prediction: null }));
    expect(model.rows.find(({ id }) => id === "ttft")).toMatchObject({
      name: "TTFT p95, TPOT p95 and E2E p95",
      absent: "not offered by llama.cpp: it has no histograms",
    });
    expect(model.rows.map(({ id }) => id)).not.toContain("tpot");
    expect(model.rows.find(({ id }) => id === "running")?.absent).toBeNull();
    expect(liveRows(input(ringOf([], 10))).model.rows[1]?.absent).toBe("waiting for the first answer");
    const first = liveRows(input(ringOf(history(1, { gaps: false })))).model.rows;
    expect(first.find(({ absent }) => absent === "needs two scrapes")?.name).toMatch(/^TTFT p95, .* and Preemptions$/);
  });

  it("have a table, newest first, thinned to 240 rows, with everything in its CSV", () => {
    const ring = ringOf(history(1000, { gaps: false }));
    const table = liveTable(input(ring, { to: start + 1000 }));
    expect(table.rows.length).toBeLessThanOrEqual(240);
    expect(table.rows.length).toBeGreaterThan(180);
    expect(csv(table).trim().split("\r\n").length).toBe(1001);
  });

  it("offer what explains a server: one stream's speed, drafts, the share of prompts, and how far a GPU is from its peak", () => {
    const point = (snapshot: Partial<NonNullable<LivePoint["snapshot"]>>, more: Partial<LivePoint>): LivePoint => ({
      time: start,
      state: "live",
      snapshot: {
        time: start,
        server: { kind: "vllm", model: null, engines: 1 },
        gauges: {},
        counters: {},
        histograms: {},
        startedAt: undefined,
        cacheConfig: undefined,
        ...snapshot,
      },
      rates: {},
      windows: {},
      prefixHitRate: null,
      ...more,
    });
    const quantiles = { p50: 0.02, p90: 0.02, p95: 0.02, p99: 0.02, firstBound: 0.01 };
    const told = point(
      {},
      {
        rates: {
          spec_decode_drafts_total: 10,
          spec_decode_accepted_tokens_total: 25,
          estimated_flops_per_gpu_total: 4.9475e14,
          estimated_read_bytes_per_gpu_total: 1.5e12,
          estimated_write_bytes_per_gpu_total: 1e11,
          external_prefix_cache_queries_total: 0,
          external_prefix_cache_hits_total: 0,
          lmcache_lookup_tokens_total: 400,
          lmcache_lookup_hits_total: 100,
        },
        windows: {
          // 50 tokens a second at 20 ms; prompts take 4 × 0.1 s, answers 2 × 1.8 s.
          tpot_seconds: { ...quantiles, count: 9, mean: 0.02 },
          prefill_seconds: { ...quantiles, count: 4, mean: 0.1 },
          decode_seconds: { ...quantiles, count: 2, mean: 1.8 },
        },
      },
    );
    const ring = ringOf([told]);
    const last = (id: string) => ring.column(id)[0];
    expect(last("accepted-length")).toBe(3.5);
    expect(last("stream")).toBe(50);
    expect(last("prefill-share")).toBeCloseTo(0.1, 9);
    expect(last("compute")).toBeCloseTo(494.75, 6);
    expect(last("memory-rate")).toBeCloseTo(1.6, 9);
    expect(last("store-hits")).toBe(nothingCame);
    expect(last("lmcache-hits")).toBe(0.25);
    expect(last("gpu-temperature")).toBeNaN();
    const { model, absent } = liveRows(input(ring, { panels, from: start - 10, to: start + 10 }));
    expect(model.rows.find(({ id }) => id === "compute")?.note).toBe("one GPU, 25.0\u00a0% of its peak");
    expect(absent.map(({ name }) => name)).toContain("GPU temperature");
  });
});
