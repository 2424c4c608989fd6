import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { increase, rate, totalIncrease } from "../../../src/live/series/counter.ts";
import { histogramOf, histogramSince, mergeHistograms } from "../../../src/live/series/histogram.ts";
import { bucketAround, histogramQuantile, statedQuantile, windowQuantiles } from "../../../src/live/series/quantile.ts";
import type { Histogram } from "../../../src/live/snapshot.ts";
import { captureText, scrapes } from "../page/captures.ts";

function histogram(bounds: readonly number[], perBucket: readonly number[], sum = 0): Histogram {
  let total = 0;
  const count = Float64Array.from(perBucket, (value) => {
    total += value;
    return total;
  });
  return { upper: Float64Array.from([...bounds, Number.POSITIVE_INFINITY]), count, sum, total };
}

const someHistogram = fc
  .array(fc.nat(1000), { minLength: 5, maxLength: 5 })
  .chain((counts) =>
    fc.subarray([0.1, 0.5, 1, 5], { minLength: 1 }).map((bounds) => histogram(bounds, counts.slice(0, bounds.length + 1), counts[0])),
  );

describe("histogramQuantile", () => {
  // 10 up to 1, 20 more up to 2, 10 more up to 4, 10 above: ranks 5, 25, 37.5, 49.5 of 50.
  const one = histogram([1, 2, 4], [10, 20, 10, 10]);
  it.each([
    [0.1, 0.5], // 5th of the 10 in [0, 1]
    [0.5, 1.75], // (25 − 10) / 20 of the way through [1, 2]
    [0.75, 3.5], // (37.5 − 30) / 10 of the way through [2, 4]
    [0.99, 4], // above all bounds: the last one
    [1, 4],
    [-0.1, Number.NEGATIVE_INFINITY],
    [1.1, Number.POSITIVE_INFINITY],
  ])("gives the %d-quantile as %d", (q, expected) => {
    expect(histogramQuantile(q, one)).toBeCloseTo(expected, 12);
  });

  it("has no answer for a quantile that is no number, without observations, without bounds, or without the last bucket", () => {
    expect(histogramQuantile(Number.NaN, one)).toBeNaN();
    expect(histogramQuantile(0.5, histogram([1, 2], [0, 0, 0]))).toBeNaN();
    expect(histogramQuantile(0.5, histogram([], [5]))).toBeNaN();
    expect(histogramQuantile(0.5, { upper: Float64Array.of(1, 2), count: Float64Array.of(1, 2), sum: 1, total: 2 })).toBeNaN();
  });

  it("answers a first bound of zero or less with that bound, as Prometheus does", () => {
    expect(histogramQuantile(0.5, histogram([0, 1], [4, 0, 0]))).toBe(0);
    expect(histogramQuantile(0.5, histogram([-2, 1], [4, 0, 0]))).toBe(-2);
  });

  it("never falls as q grows", () => {
    fc.assert(
      fc.property(someHistogram, fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }), (any, a, b) => {
        const low = histogramQuantile(Math.min(a, b), any);
        const high = histogramQuantile(Math.max(a, b), any);
        if (!Number.isNaN(low) && !Number.isNaN(high)) expect(low).toBeLessThanOrEqual(high + 1e-9);
      }),
    );
  });

  it("lifts counts that shrink along the bounds, as Prometheus 2.42 does", () => {
    // 5, 3, 8 becomes 5, 5, 8: rank 4 of 8 is 4/5 through [0, 1], rank 6 lies above 2.
    const shrunk: Histogram = { upper: Float64Array.of(1, 2, Number.POSITIVE_INFINITY), count: Float64Array.of(5, 3, 8), sum: 9, total: 8 };
    expect(histogramQuantile(0.5, shrunk)).toBeCloseTo(0.8, 12);
    expect(histogramQuantile(0.75, shrunk)).toBe(2);
    expect(windowQuantiles(shrunk)).toMatchObject({ p50: 0.8, p90: 2, buckets: { p50: [0, 1], p90: [2, Number.POSITIVE_INFINITY] } });
    expect([...shrunk.count]).toEqual([5, 3, 8]);
  });

  it("adds up counts that stand under one bound twice", () => {
    const line = (le: string, value: number) => ({ name: "h_bucket", labels: { le }, value });
    const read = histogramOf("h", [line("1.0", 1), line("1", 2), line("+Inf", 3), line("Inf", 4)]);
    expect(read && [[...read.upper], [...read.count]]).toEqual([
      [1, Number.POSITIVE_INFINITY],
      [3, 7],
    ]);
  });

  it("has NaN at 0 where the first bucket is empty, and at 1 the bound of the last that is not", () => {
    const late = histogram([1, 2], [0, 4, 0]);
    expect(histogramQuantile(0, late)).toBeNaN();
    expect(histogramQuantile(1, late)).toBe(2);
  });

  it("states a quantile as far as its bucket tells", () => {
    // 10 up to 0.3, 80 more up to 0.5, 10 above: p50 inside, p99 above all bounds.
    const coarse = windowQuantiles(histogram([0.3, 0.5], [10, 80, 10]));
    expect(statedQuantile(coarse, "p50")).toEqual({ relation: "=", value: coarse.p50 });
    expect(statedQuantile(coarse, "p99")).toEqual({ relation: ">", value: 0.5 });
    expect(statedQuantile(windowQuantiles(histogram([0.3, 0.5], [100, 0, 0])), "p95")).toEqual({ relation: "<", value: 0.3 });
    expect(statedQuantile(windowQuantiles(histogram([0.3], [0, 0])), "p95")).toBeNull();
    // Exactly at a last bound that holds it: known, not above.
    expect(statedQuantile(windowQuantiles(histogram([0.3, 0.5], [0, 100, 0])), "p99")?.relation).toBe("=");
    // SGLang's queue times begin at 0: a request that did not wait is exactly that.
    expect(statedQuantile(windowQuantiles(histogram([0, 0.001], [9, 0, 0])), "p50")).toEqual({ relation: "=", value: 0 });
    // Only the figures were told.
    const { buckets: _, lastBound: __, ...told } = coarse;
    expect(statedQuantile({ ...told, p50: 0.1 }, "p50")).toEqual({ relation: "<", value: 0.3 });
  });

  it("says in which bucket a value lies", () => {
    expect(bucketAround(1.75, one)).toEqual([1, 2]);
    expect(bucketAround(0.2, one)).toEqual([0, 1]);
    expect(bucketAround(9, one)).toEqual([4, Number.POSITIVE_INFINITY]);
  });
});

describe("histograms", () => {
  it("merge in any order and grouping", () => {
    fc.assert(
      fc.property(someHistogram, someHistogram, someHistogram, (a, b, c) => {
        const left = mergeHistograms(mergeHistograms(a, b), c);
        const right = mergeHistograms(a, mergeHistograms(c, b));
        expect([...left.upper]).toEqual([...right.upper]);
        expect([...left.count]).toEqual([...right.count]);
        expect(left.total).toBe(a.total + b.total + c.total);
      }),
    );
  });

  it("give back what was added", () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(50), { minLength: 4, maxLength: 4 }),
        fc.array(fc.nat(50), { minLength: 4, maxLength: 4 }),
        (early, more) => {
          const before = histogram([1, 2, 4], early, 3);
          const since = histogram([1, 2, 4], more, 5);
          expect(histogramSince(mergeHistograms(before, since), before)).toEqual(since);
        },
      ),
    );
  });

  it("count all anew after a reset", () => {
    const before = histogram([1, 2], [5, 5, 5]);
    const after = histogram([1, 2], [1, 0, 1]);
    expect(histogramSince(after, before)).toBe(after);
    // A bucket that shrank while the total grew is a reset too.
    const odd = histogram([1, 2], [0, 10, 10]);
    expect(histogramSince(odd, before)).toBe(odd);
  });

  it("are read in any order of their lines, and lifted where counts shrink", () => {
    const line = (le: string, value: number) => ({ name: "h_bucket", labels: { le }, value });
    const read = histogramOf("h", [line("+Inf", 5), line("2.0", 2), line("1", 3), { name: "h_sum", labels: {}, value: 9 }]);
    expect(read && [[...read.upper], [...read.count], read.sum, read.total]).toEqual([[1, 2, Number.POSITIVE_INFINITY], [3, 3, 5], 9, 5]);
  });

  it("without observations have neither mean nor quantiles", () => {
    expect(windowQuantiles(histogram([0.3, 1], [0, 0, 0]))).toEqual({
      count: 0,
      mean: null,
      p50: null,
      p90: null,
      p95: null,
      p99: null,
      firstBound: 0.3,
      lastBound: 1,
      buckets: { p50: null, p90: null, p95: null, p99: null },
    });
  });
});

describe("counters", () => {
  it("begin anew where they went down", () => {
    expect(increase(10890, 20)).toBe(20);
    expect(totalIncrease([10890, 10890, 20, 380, 660, 660])).toBe(660);
    expect(rate([0, 10, 20, 5].map((value, time) => ({ time: time * 2, value })))).toBe(25 / 6);
    expect(rate([{ time: 1, value: 1 }])).toBeNaN();
  });
});

/** `query_range` answers: values by job and unix second. */
function answers(file: string, job: string): ReadonlyMap<number, number> {
  const { data } = JSON.parse(captureText(`prometheus-api/${file}.json`));
  const series = data.result.find((one: { metric: Record<string, string> }) => one.metric.job === job);
  return new Map(series.values.map(([time, value]: [number, string]) => [time, Number(value)]));
}

describe("beside what Prometheus answered for the same server", () => {
  const shots = scrapes("llm-d-inference-sim");
  const at = (time: number) => {
    const shot = shots.find((one) => one.time === time);
    if (!shot) throw new Error(`no scrape at ${time}`);
    return shot;
  };
  const minute = (from: number, to: number) => ({ before: at(from), after: at(to) });

  it("gives the same TTFT p95 over the same minute, to the last digit", () => {
    const { before, after } = minute(1795221325, 1795221386);
    const asked = answers("ttft_p95_by_job", "sim").get(1795221384);
    const late = after.histograms.ttft_seconds;
    expect(asked).toBe(0.48356481481481484);
    expect(late && histogramQuantile(0.95, histogramSince(late, before.histograms.ttft_seconds))).toBeCloseTo(asked ?? Number.NaN, 14);
  });

  it("gives NaN where Prometheus does: an idle minute", () => {
    const { before, after } = minute(1795221373, 1795221386);
    const late = after.histograms.ttft_seconds;
    expect(answers("ttft_p95_by_job", "sim").get(1795221444)).toBeNaN();
    expect(late && histogramQuantile(0.95, histogramSince(late, before.histograms.ttft_seconds))).toBeNaN();
  });

  it("gives its token rate and hit rate within what two scrapes a second apart can differ", () => {
    const { before, after } = minute(1795221325, 1795221386);
    const tokens = increase(before.counters.generation_tokens_total ?? 0, after.counters.generation_tokens_total ?? 0);
    const asked = answers("gen_tokens_rate", "sim").get(1795221384) ?? Number.NaN;
    expect(Math.abs(tokens / (after.time - before.time) / asked - 1)).toBeLessThan(0.01);
    const hits = increase(before.counters.prefix_cache_hits_total ?? 0, after.counters.prefix_cache_hits_total ?? 0);
    const queries = increase(before.counters.prefix_cache_queries_total ?? 0, after.counters.prefix_cache_queries_total ?? 0);
    expect(hits / queries).toBeCloseTo(answers("prefix_hit", "sim").get(1795221384) ?? Number.NaN, 1);
  });

  it("reads the same gauges", () => {
    // Prometheus looked at :284 and :294, we at :289, in a steady stretch of full load.
    expect(at(1795221289).gauges.kv_cache_usage).toBe(answers("kv", "sim").get(1795221284));
    expect(at(1795221289).gauges.requests_running).toBe(answers("running", "sim").get(1795221294));
  });
});
