import { describe, expect, it } from "vitest";
import type { LivePoint } from "../../src/live/snapshot.ts";
import { viewPoint } from "../../src/live/view-point.ts";
import { liveFigures } from "../../webview/live/figures.ts";
import { bucketWords, quantileWords } from "../../webview/live/live-words.ts";
import { measure } from "../../webview/live/measured.ts";
import { nothingCame, Ring } from "../../webview/live/ring.ts";
import { liveRows, liveSpans, liveTable } from "../../webview/live/rows.ts";
import { type Connection, liveVerdict } from "../../webview/live/verdict-words.ts";
import { csv } from "../../webview/parts/table.ts";
import { header, history, plainHistory, prediction, start, withoutHistograms } from "./fixtures/live.ts";

function ringOf(points: readonly LivePoint[], capacity = 5000): Ring {
  const ring = new Ring(capacity);
  for (const point of points) ring.push(point);
  return ring;
}
const input = (ring: Ring, change = {}) => ({
  ring,
  from: start,
  to: start + 300,
  prediction,
  slo: header.slo,
  version: "0.11.0",
  intervalSeconds: 1,
  ...change,
});
const said = (state: Connection, points: readonly LivePoint[], change = {}) =>
  liveVerdict({
    state,
    detail: "",
    silentSeconds: 14,
    retrySeconds: 8,
    header,
    measured: measure(points, start, start + 400),
    prediction,
    ...change,
  });

describe("ring", () => {
  it("holds the newest in order and never more than twice its capacity", () => {
    const points = history(300, { gaps: false });
    const ring = ringOf(points, 50);
    expect(ring.length).toBeLessThanOrEqual(100);
    expect(ring.length).toBeGreaterThanOrEqual(50);
    expect(ring.time[ring.length - 1]).toBe(points.at(-1)?.time);
    expect(ring.kept.length).toBe(ring.length);
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
  const latency = { count: 10, mean: 0.1, firstBound: 0.3, bucket: [0, 0.3] as const };
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
    const whole = measure(points, start, start + 300);
    expect(restart).toBeDefined();
    expect(whole?.seconds).toBeCloseTo((points.at(-1)?.time ?? 0) - (restart?.time ?? 0), 6);
    expect(whole?.latencies.ttft_seconds?.bucket).toEqual([0.25, 0.5]);
  });

  it("speaks of the last scrape alone where points carry no histograms", () => {
    const stripped = history(120, { gaps: false }).map(withoutHistograms);
    const measured = measure(stripped, start, start + 120);
    expect(measured?.seconds).toBe(0);
    expect(measured?.latencies.ttft_seconds?.p95).toBe(
      stripped.findLast((point) => (point.windows.ttft_seconds?.count ?? 0) > 0)?.windows.ttft_seconds?.p95,
    );
  });

  it("measures the whole window from what the host sends", () => {
    const points = history(120, { gaps: false });
    const sent = measure(points.map(viewPoint), start, start + 120);
    expect(sent?.latencies).toEqual(measure(points, start, start + 120)?.latencies);
    expect(sent?.seconds).toBeGreaterThan(100);
  });

  it("is nothing before the first answer", () => {
    expect(measure([], 0, 1)).toBeNull();
  });
});

describe("verdict", () => {
  it("meets limits and names what is outside its range", () => {
    const points = history(300, { gaps: false });
    const slow = { ...prediction, itlSeconds: { ...prediction.itlSeconds, p95: 0.012 } };
    expect(said("live", points).title).toMatch(/^Meets both limits/);
    expect(said("live", points, { prediction: slow }).title).toBe("Meets both limits; ITL is outside the predicted range");
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
        { text: "Connection refused. Trying again in 8 s. The last values stay, greyed and with their age; nothing is drawn for the gap." },
      ],
    });
    expect(said("needs-key", [], { detail: "llama.cpp answered 401 for /metrics" }).title).toContain("401");
    expect(said("wrong-page", [], { detail: "HTML" }).lines[0]?.text).toBe("HTML");
    expect(said("idle", history(60, { gaps: false, quiet: true })).title).toBe("No requests in this window");
    expect(said("live", plainHistory(60)).title).toBe("1 request running");
  });

  it("has every number of its sentences in the figures", () => {
    const points = history(300, { gaps: false });
    const measured = measure(points, start, start + 300);
    const shown = liveFigures({
      measured,
      last: points.at(-1),
      prediction,
      slo: header.slo,
      version: null,
      windowName: "5 min",
      age: null,
      idle: false,
    })
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
    const shown = liveFigures({
      measured: measure(points, start, start + 30),
      last: points.at(-1),
      prediction: null,
      slo: header.slo,
      version: null,
      windowName: "1 min",
      age: null,
      idle: false,
    });
    expect(shown.find(({ id }) => id === "ttft")?.unknown).toMatch(/not offered by llama.cpp: it has no histograms/);
    expect(shown.find(({ id }) => id === "kv")?.unknown).toBeDefined();
    expect(shown.every(({ unknown, bullet }) => unknown === undefined || bullet === null)).toBe(true);
  });

  it("carry their age while nobody answers", () => {
    const points = history(60, { gaps: false });
    const shown = liveFigures({
      measured: measure(points, start, start + 60),
      last: points.at(-1),
      prediction,
      slo: header.slo,
      version: null,
      windowName: "1 min",
      age: "14 s old",
      idle: false,
    });
    expect(shown.every(({ caption, tag }) => caption === "14 s old" && tag === null)).toBe(true);
  });
});

describe("rows", () => {
  it("draw gaps as gaps, a restart once, and break the lines there", () => {
    const ring = ringOf(history(300));
    const spans = liveSpans(ring, start, start + 300, 1);
    expect(spans.map(({ kind, text }) => [kind, text.split(",")[0]])).toEqual([
      ["gap", ""],
      ["restart", expect.stringMatching(/^Restarted \d\d:\d\d:\d\d$/)],
      ["gap", "No answer for 12\u00a0s"],
    ]);
    const gap = spans[2];
    const running = liveRows(input(ring)).rows.find(({ id }) => id === "running");
    for (let i = 0; i < ring.length; i++) {
      const at = ring.time[i] ?? 0;
      if (gap && at > gap.from && at < gap.to) expect(running?.values[i]).toBeNaN();
    }
  });

  it("say that nobody sampled, when time jumped without a failure", () => {
    const points = history(100, { gaps: false });
    const ring = ringOf([...points.slice(0, 40), ...points.slice(60)]);
    expect(liveSpans(ring, start, start + 100, 1).map(({ text }) => text)).toEqual(["No sample for 21\u00a0s"]);
  });

  it("hold eleven quantities under the events, with prediction and limit where there is one", () => {
    const model = liveRows(input(ringOf(history(120, { gaps: false }))));
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
      "preemptions",
      "prefix",
    ]);
    expect(model.rows.find(({ id }) => id === "ttft")).toMatchObject({ limit: { value: 0.5 }, predicted: { value: 0.235 } });
    expect(model.rows.find(({ id }) => id === "tpot")?.predicted).toBeNull();
    expect(model.rows.find(({ id }) => id === "ttft")?.aria).toMatch(/now, highest .* predicted .* limit 500/);
  });

  it("have words instead of a plot where the server offers nothing", () => {
    const model = liveRows(input(ringOf(plainHistory(60)), { prediction: null }));
    expect(model.rows.find(({ id }) => id === "ttft")?.absent).toMatch(/not offered/);
    expect(model.rows.find(({ id }) => id === "running")?.absent).toBeNull();
    expect(liveRows(input(new Ring(10))).rows[1]?.absent).toBe("waiting for the first answer");
    expect(liveRows(input(ringOf(history(1, { gaps: false })))).rows.find(({ id }) => id === "output")?.absent).toBe("needs two scrapes");
  });

  it("have a table, newest first, thinned to 240 rows, with everything in its CSV", () => {
    const ring = ringOf(history(1000, { gaps: false }));
    const table = liveTable(input(ring, { to: start + 1000 }));
    expect(table.rows.length).toBeLessThanOrEqual(240);
    expect(table.rows.length).toBeGreaterThan(180);
    expect(csv(table).trim().split("\r\n").length).toBe(1001);
  });
});
