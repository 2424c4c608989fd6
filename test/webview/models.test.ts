import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Cost } from "../../src/simulation/report/cost.ts";
import type { Report } from "../../src/simulation/report/report.ts";
import { downsample, lowerBound, nearest, summary } from "../../webview/parts/downsample.ts";
import { brief, duration, durationRange, interval, parts, percentRange, scaleEnd, share } from "../../webview/parts/numbers.ts";
import { csv, tabbed } from "../../webview/parts/table.ts";
import { logTicks, niceTop, timeTicks } from "../../webview/parts/ticks.ts";
import { positive, readControls } from "../../webview/report/control-values.ts";
import { estimateFigures } from "../../webview/report/estimate-figures.ts";
import { figures } from "../../webview/report/figures.ts";
import { judge } from "../../webview/report/judged.ts";
import { ascending, atPercentile, attainment, distributions, latencies, latencyTable, quantile } from "../../webview/report/latency.ts";
import { memoryBars, memoryTable, pieces } from "../../webview/report/memory.ts";
import { overTime, overTimeTable } from "../../webview/report/over-time.ts";
import { stepTimeBars, stepTimeTable } from "../../webview/report/step-time.ts";
import { loadSentences, storesTable } from "../../webview/report/stores.ts";
import { changedLine, estimateVerdict, firstSentence, heldRate, verdict } from "../../webview/report/verdict-words.ts";
import { load, tier } from "../support/store-use.ts";
import {
  cancelled,
  close,
  controls,
  estimate,
  met,
  missed,
  noLimits,
  offered,
  overPlan,
  plan,
  priced,
  saturated,
  unevenPlan,
} from "./fixtures/report.ts";

describe("numbers", () => {
  it("writes ranges with two digits and one unit", () => {
    expect(durationRange(0.75, 2.8)).toBe("0.75–2.8\u00a0s");
    expect(durationRange(0.067, 0.08)).toBe("67–80\u00a0ms");
    expect(percentRange(0.76, 0.87)).toBe("76–87\u00a0%");
    expect(percentRange(0.95, 0.95)).toBe("95\u00a0%");
  });

  it("drops zeros of round numbers only", () => {
    expect(brief(duration(0.075))).toBe("75\u00a0ms");
    expect(brief(duration(1))).toBe("1\u00a0s");
    expect(brief(duration(0.0717))).toBe("71.7\u00a0ms");
    expect(brief("2,500\u00a0ms")).toBe("2,500\u00a0ms");
    expect(brief(duration(192))).toBe("3\u00a0min\u00a012\u00a0s");
  });

  it("keeps words, intervals and scale ends short", () => {
    expect(parts("1.19\u00a0s")).toEqual(["1.19", "s"]);
    expect(parts("3\u00a0min\u00a012\u00a0s")).toEqual(["3\u00a0min\u00a012\u00a0s", ""]);
    expect(interval(62, 78)).toBe("62–78\u00a0s");
    expect(scaleEnd(65_000, String)).toBe("65000");
    expect(scaleEnd(120_000, String)).toBe("120k");
    expect(share(0.784)).toBe("78\u00a0%");
    expect(share(0.0723)).toBe("7.2\u00a0%");
  });
});

describe("scales", () => {
  it("ends at the next round number", () => {
    expect(niceTop(0)).toBe(1);
    expect(niceTop(246)).toBe(250);
    expect(niceTop(36)).toBe(40);
    expect(niceTop(0.0123)).toBeCloseTo(0.015, 12);
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 1e9, noNaN: true }), (value) => {
        const top = niceTop(value);
        return top >= value * 0.99999 && top <= value * 1.6;
      }),
    );
  });

  it("ticks at round times and decades", () => {
    expect(timeTicks(0, 180, 7)).toEqual([0, 30, 60, 90, 120, 150, 180]);
    expect(logTicks(0.03, 3, 9)).toEqual([0.05, 0.1, 0.2, 0.5, 1, 2]);
    expect(logTicks(0.03, 3, 3)).toEqual([0.1, 1]);
  });
});

describe("downsampling", () => {
  const line = (values: number[]) => ({ x: Float64Array.from(values.keys()), y: Float64Array.from(values) });

  it("keeps every extreme, every break, and the order of time", () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.integer({ min: -50, max: 50 }), fc.constant(Number.NaN)), { minLength: 1, maxLength: 400 }),
        fc.integer({ min: 1, max: 40 }),
        (values, pixels) => {
          const { x, y } = line(values);
          const points = downsample(x, y, y.length, 0, values.length - 1, pixels);
          const kept = points.map((point) => point.y).filter((value) => !Number.isNaN(value));
          const numbers = values.filter((value) => !Number.isNaN(value));
          for (let i = 1; i < points.length; i++) expect(points[i]?.x ?? 0).toBeGreaterThanOrEqual(points[i - 1]?.x ?? 0);
          if (numbers.length > 0) {
            expect(Math.max(...kept)).toBe(Math.max(...numbers));
            expect(Math.min(...kept)).toBe(Math.min(...numbers));
          }
          expect(points.some((point) => Number.isNaN(point.y))).toBe(values.some((value) => Number.isNaN(value)));
        },
      ),
    );
  });

  it("draws at most five points a pixel", () => {
    const { x, y } = line(Array.from({ length: 20_000 }, (_, i) => Math.sin(i)));
    expect(downsample(x, y, y.length, 0, 19_999, 500).length).toBeLessThanOrEqual(5 * 502);
  });

  it("goes on over samples in which nothing came, and stops where nobody answered", () => {
    const { x, y } = line([1, Number.NEGATIVE_INFINITY, 3, Number.NaN, 5]);
    expect(downsample(x, y, 5, 0, 4, 100).map((point) => point.y)).toEqual([1, 3, Number.NaN, 5]);
    expect(summary(x, y, 5, 0, 4)).toMatchObject({ mean: 3, low: 1, high: 5, highAt: 4, last: 5, count: 3 });
  });

  it("finds the sample nearest to a pointer", () => {
    const x = Float64Array.of(1, 2, 4, 8);
    expect([0, 1.4, 1.6, 3, 6.1, 99].map((at) => nearest(x, 4, at))).toEqual([0, 0, 1, 1, 3, 3]);
    expect(lowerBound(x, 4, 4)).toBe(2);
    expect(nearest(x, 0, 1)).toBe(-1);
  });
});

describe("latencies", () => {
  it("takes TPOT over the tokens after the first, and none of one token", () => {
    // Arrives at 1, first token at 1.5, last of 5 tokens at 2.5: TTFT 0.5, TPOT 1 / 4, E2E 1.5.
    const one = latencies({
      arrival: Float64Array.of(1, 1),
      firstScheduled: Float64Array.of(1.1, 1),
      decodeQueue: Float64Array.of(Number.NaN, Number.NaN),
      firstToken: Float64Array.of(1.5, 2),
      finished: Float64Array.of(2.5, 2),
      promptTokens: Int32Array.of(10, 10),
      outputTokens: Int32Array.of(5, 1),
      cachedTokens: Int32Array.of(0, 0),
      preemptions: Int32Array.of(0, 0),
      instance: Int32Array.of(0, 0),
    });
    expect([...one.ttft]).toEqual([0.5, 1]);
    expect([...one.tpot]).toEqual([0.25, Number.NaN]);
    expect([...one.e2e]).toEqual([1.5, 1]);
    const slo = { ttftSeconds: 0.6, tpotSeconds: 0.3, e2eSeconds: null, percentile: 95 };
    expect(attainment(one, slo, 1)).toBe(0.5);
    expect(attainment(one, slo, 0.5)).toBe(1);
    expect(attainment(one, slo, 2)).toBe(0);
    expect(attainment(one, { ...slo, ttftSeconds: null, tpotSeconds: null }, 1)).toBeNull();
  });

  it("reads any percentile off the requests", () => {
    const sorted = ascending(Float64Array.of(5, 1, Number.NaN, 3, 2, 4));
    expect([...sorted]).toEqual([1, 2, 3, 4, 5]);
    expect(quantile(sorted, 0.8)).toBe(4);
    expect(atPercentile({ mean: 0, p50: 7, p90: 8, p95: 9, p99: 10 }, sorted, 80)).toBe(4);
    expect(atPercentile({ mean: 0, p50: 7, p90: 8, p95: 9, p99: 10 }, sorted, 95)).toBe(9);
  });

  it("rises from 0 to 100 % and marks p95 on the curve", () => {
    const report = missed();
    for (const made of distributions(report, latencies(report.requests), null)) {
      for (let i = 1; i < made.x.length; i++) {
        expect(made.x[i] ?? 0).toBeGreaterThanOrEqual(made.x[i - 1] ?? 0);
        expect(made.percent[i] ?? 0).toBeGreaterThan(made.percent[i - 1] ?? 0);
      }
      expect(made.percent.at(-1)).toBe(100);
      const at = lowerBound(made.x, made.x.length, made.mark?.value ?? 0);
      expect(Math.abs((made.percent[at] ?? 0) - 95)).toBeLessThan(1);
    }
  });
});

const numbersIn = (text: string): string[] => text.match(/\d[\d,.]*\d|\d/g) ?? [];

describe("verdict", () => {
  it("says what is missed, with number and limit", () => {
    const report = missed();
    const { title, sign, lines } = verdict(report, latencies(report.requests), null);
    expect(title).toBe(`Misses the TTFT limit: p95 is ${duration(report.summary.ttftSeconds.p95)}, not 500\u00a0ms`);
    expect(sign.tone).toBe("bad");
    expect(lines[0]?.strong).toBe("Limited by KV cache space.");
  });

  it("calls a range that crosses the limit too close, never a pass", () => {
    const report = close();
    const [, tpot] = judge(report, latencies(report.requests), null);
    expect(tpot.range[0]).toBeLessThanOrEqual(tpot.limit ?? 0);
    expect(tpot.range[1]).toBeGreaterThan(tpot.limit ?? 0);
    expect(tpot.verdict).toBe("close");
    const made = { ...report, summary: { ...report.summary, ttftSeconds: { ...report.summary.ttftSeconds, p95: 0.1 } } };
    expect(verdict(made, latencies(made.requests), null).title).toMatch(/^Too close to call: TPOT p95/);
  });

  it("meets, and says so without limits", () => {
    const good = met();
    expect(verdict(good, latencies(good.requests), null).title).toMatch(/^Meets both limits: TTFT p95 is .* and TPOT p95 is /);
    const free = noLimits();
    expect(verdict(free, latencies(free.requests), null).title).toMatch(/no limits are set$/);
  });

  it("shows no percentile of a saturated run", () => {
    const report = saturated();
    const values = latencies(report.requests);
    expect(verdict(report, values, null).title).toBe("Saturated at 16\u00a0req/s: the queue never empties");
    const shown = figures(report, values, null, null);
    for (const id of ["ttft", "tpot"]) expect(shown.find((figure) => figure.id === id)?.unknown).toBe("not shown");
    expect(heldRate(12.9)).toBe(12);
  });

  it("splits a cause at the end of its first sentence, not at a decimal point", () => {
    expect(firstSentence("Takes 1.5 s. Then more.")).toEqual(["Takes 1.5\u00a0s.", "Then more."]);
    expect(firstSentence("One sentence")).toEqual(["One sentence", ""]);
  });

  it("has every number of its title in the figures and in the latency table", () => {
    for (const report of [missed(), met(), close(), noLimits()]) {
      const values = latencies(report.requests);
      const shown = figures(report, values, null, null).flatMap(({ value, unit, caption }) => [`${value} ${unit}`, caption]);
      const cells = latencyTable(report, values).rows.flat();
      for (const number of numbersIn(verdict(report, values, null).title.replaceAll(/p95/g, ""))) {
        expect(
          [...shown, ...cells].some((text) => numbersIn(text).includes(number)),
          `${number} of ${verdict(report, values, null).title}`,
        ).toBe(true);
      }
      for (const judged of judge(report, values, null)) expect(cells).toContain(duration(judged.value));
    }
  });
});

describe("figures", () => {
  it("are six, in order, and those of the report", () => {
    const report = missed();
    const shown = figures(report, latencies(report.requests), null, null);
    expect(shown.map(({ id }) => id)).toEqual(["ttft", "tpot", "within", "goodput", "output", "e2e"]);
    expect(`${shown[0]?.value}\u00a0${shown[0]?.unit}`).toBe(duration(report.summary.ttftSeconds.p95));
    expect(shown[2]?.tag?.word).toBe("missed");
    expect(shown[3]?.caption).toBe("of 13.1\u00a0req/s offered");
  });

  it("have the cost in the sixth place where a price is known, with whose offers it is", () => {
    const sixth = (cost: Cost) => figures(priced(cost), latencies(missed().requests), null, null)[5];
    const [text, caption] = ["$16.0–20.0", "$64.0–80.0 an hour · offers of 2025-11 to 2026-05"];
    expect(sixth(offered)).toMatchObject({ id: "cost", label: "Cost /M output", value: text, caption });
    expect(sixth(offered)?.title).toContain("one cloud 2 (2025-11), another cloud 2.2 to 2.5 (2026-05)");
    expect(sixth({ ...offered, months: ["2026-05"] })?.caption).toMatch(/ · offers of 2026-05$/);
    const own = sixth({
      perHour: { low: 64, high: 64 },
      perMillionOutputTokens: { low: 4.5, high: 4.5 },
      source: "the price that is written",
      months: [],
    });
    expect(own).toMatchObject({ value: "$4.50", caption: "$64.0 an hour · at your own price" });
    expect(own?.title).not.toContain("Offers");
    const { perMillionOutputTokens: _, ...silent } = offered;
    expect(sixth(silent)?.id).toBe("e2e");
  });

  it("keep in sight what has a limit: end to end has its place, and the cost stands with the output", () => {
    const slo = { ttftSeconds: 0.5, tpotSeconds: null, e2eSeconds: 20, percentile: 95 };
    const shown = figures({ ...priced(), slo }, latencies(missed().requests), null, null);
    expect(shown.map(({ id }) => id)).toEqual(["ttft", "tpot", "within", "goodput", "output", "e2e"]);
    expect(shown[4]?.caption).toMatch(/ per GPU · \$16\.0–20\.0 \/M output$/);
  });

  it("say why a queue that never empties has no cost", () => {
    const caption = (report: Report) => figures(report, latencies(report.requests), null, null)[4]?.caption;
    expect(caption(priced(offered, saturated()))).toMatch(/ · no cost while the queue grows$/);
    expect(caption(saturated())).not.toContain("cost");
  });

  it("stand beside those of a selected interval", () => {
    const report = missed();
    const shown = figures(report, latencies(report.requests), { from: 60, to: 72 }, null);
    expect(shown[0]?.beside).toMatch(/ in 60–72\u00a0s$/);
    expect(figures(report, latencies(report.requests), { from: 0, to: 1e-9 }, null)[0]?.beside).toMatch(/^no request in /);
  });

  it("estimate without a percentile, always with ≈ or ≤", () => {
    for (const { label, value } of estimateFigures(estimate)) {
      expect(label).not.toMatch(/p\d\d/);
      expect(value).toMatch(/^[≈≤] /);
    }
    expect(estimateVerdict(estimate).title).toContain("≈ 94.1\u00a0ms");
    expect(changedLine(estimate)).toContain("≤ 14.1\u00a0req/s");
    expect(changedLine(null)).toContain("changed");
  });
});

describe("over time", () => {
  it("shows the mode only where steps ran in both ways", () => {
    expect(overTime(missed(), null).rows.map(({ id }) => id)).toContain("mode");
    expect(overTime(met(), null).rows.map(({ id }) => id)).not.toContain("mode");
  });

  it("zooms, and its notes are of what is shown", () => {
    const whole = overTime(missed(), null);
    const part = overTime(missed(), { from: 100, to: 110 });
    expect([part.from, part.to]).toEqual([100, 110]);
    expect(part.rows.find(({ id }) => id === "running")?.note).not.toBe(whole.rows.find(({ id }) => id === "running")?.note);
  });

  it("has a table with a row a sample, thinned above 240, and all in the CSV", () => {
    const table = overTimeTable(missed());
    expect(table.rows.length).toBe(180);
    expect(csv(table).trim().split("\r\n").length).toBe(181);
    const report = { ...missed(), series: { ...missed().series } };
    expect(overTimeTable(report).columns.length).toBe(overTime(report, null).rows.length + 1);
  });
});

describe("stores behind the caches", () => {
  const stored = (): Report => {
    const report = missed();
    const kvCache = { ...report.summary.kvCache, tiers: [tier], loads: [load] };
    const tierUsage = [report.series.kvUsage.map((share) => share / 2)];
    return { ...report, summary: { ...report.summary, kvCache }, series: { ...report.series, tierUsage } };
  };

  it("have a row of the table each below the GPUs', and a sentence with the numbers of the rule", () => {
    const table = storesTable(stored());
    expect(table?.rows.map(([source]) => source)).toEqual(["GPU", "Host memory, LMCache"]);
    expect(table?.rows[1]?.slice(1)).toEqual(["25.0\u00a0%", "81,920", "50.0\u00a0%", "1.0\u00a0GiB", "2.0\u00a0GiB"]);
    expect(loadSentences(stored())).toEqual([
      "LMCache: 4,000 tokens were loaded in 20.0\u00a0ms; computing them takes 100\u00a0ms. A load pays from 5.00\u00a0GB/s on, and these came at 25.0\u00a0GB/s.",
    ]);
    expect(storesTable(missed())).toBeUndefined();
    expect(loadSentences(missed())).toEqual([]);
  });

  it("are drawn over time below the caches", () => {
    const ids = overTime(stored(), null).rows.map(({ id }) => id);
    expect(ids.slice(ids.indexOf("kv"), ids.indexOf("kv") + 2)).toEqual(["kv", "store-0"]);
    expect(overTime(missed(), null).rows.map(({ id }) => id)).not.toContain("store-0");
  });
});

describe("step time and memory", () => {
  it("sums operators to the steps' time", () => {
    const report = missed();
    const total = report.modes.reduce((sum, mode) => sum + mode.seconds, 0);
    const rows = stepTimeTable(report).raw?.rows() ?? [];
    expect(rows.reduce((sum, row) => sum + Number(row[1]), 0)).toBeCloseTo(total, 6);
    const bars = stepTimeBars(report);
    expect(bars.map(({ title }) => title)).toEqual(["TP 2 × SP 4", "TP 8"]);
    expect(bars.every(({ segments, scale }) => segments.reduce((sum, { value }) => sum + value, 0) <= scale * (1 + 1e-9))).toBe(true);
  });

  it("keeps the pieces within the budget, graphs beyond it", () => {
    const rank = plan.ranks[0];
    expect(rank).toBeDefined();
    if (!rank) return;
    const inside = pieces(rank).filter(({ name }) => !name.includes("beside"));
    expect(inside.reduce((sum, { value }) => sum + value, 0)).toBeCloseTo(rank.budgetBytes, -3);
    expect(pieces(rank).at(-1)?.name).toBe("CUDA graphs, beside the budget");
  });

  it("puts the tightest group first and says what is over", () => {
    expect(memoryBars(unevenPlan).map(({ title }) => title)).toEqual(["ranks 4–7, stage 1", "ranks 0–3, stage 0"]);
    expect(memoryBars(overPlan)[0]?.right).toBe("9.4\u00a0GiB over");
    expect(memoryTable(plan).rows.map((row) => row[0])).toContain("KV cache");
  });
});

describe("tables as text", () => {
  it("quotes what CSV must quote and writes gaps as nothing", () => {
    const model = {
      name: "t",
      columns: [
        { title: "a, b", numeric: false },
        { title: "c", numeric: true },
      ],
      rows: [['say "x"', "1\u00a0s"]],
    };
    expect(csv(model)).toBe('"a, b",c\r\n"say ""x""",1 s\r\n');
    expect(tabbed(model)).toBe('a, b\tc\nsay "x"\t1 s\n');
    expect(csv({ ...model, raw: { head: ["t"], rows: () => [[Number.NaN], [1.5]] } })).toBe("t\r\n\r\n1.5\r\n");
  });
});

describe("controls", () => {
  it("take numbers above zero, nothing, and refuse the rest", () => {
    expect(["13", " 0,5 ", "", "0", "-1", "x", "1e3"].map(positive)).toEqual([13, 0.5, null, undefined, undefined, undefined, 1000]);
  });

  it("come back from kept state only when whole", () => {
    expect(readControls(JSON.parse(JSON.stringify(controls)))).toEqual(controls);
    expect(readControls({ ...controls, gpu: 3 })).toBeUndefined();
    expect(readControls(null)).toBeUndefined();
    expect(readControls({ ...controls, slo: "x" })?.slo.ttftSeconds).toBeNull();
  });
});

it("covers a stopped run up to where it stopped", () => {
  expect(cancelled().series.t.at(-1)).toBeCloseTo(61, 9);
});
