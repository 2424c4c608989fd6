import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { increase } from "../../../src/live/series/counter.ts";
import { histogramSince } from "../../../src/live/series/histogram.ts";
import { histogramQuantile } from "../../../src/live/series/quantile.ts";
import type { Snapshot } from "../../../src/live/snapshot.ts";
import { scrapes } from "./captures.ts";

const root = fileURLToPath(new URL("../../../../shared/data/metrics/captures/", import.meta.url));
const present = existsSync(root);
if (!present) console.log("test/live/prometheus-answers: the captures are not here; Prometheus' answers were compared at one minute alone");

/** What Prometheus 2.42 answered for the simulator, by unix second. It looked every 2 s, the captures are 12 s apart. */
function answers(file: string): readonly (readonly [time: number, value: number])[] {
  const { data } = JSON.parse(readFileSync(`${root}prometheus-api/${file}.json`, "utf8"));
  const series = data.result.find((one: { metric: Record<string, string> }) => one.metric.job === "sim");
  return series.values.map(([time, value]: [number, string]) => [time, Number(value)]);
}

/** Minutes that begin and end within 4 s of a capture. */
function minutes(shots: readonly Snapshot[], file: string) {
  const near = (time: number) => shots.find((shot) => Math.abs(shot.time - time) <= 4);
  return answers(file).flatMap(([time, value]) => {
    const [before, after] = [near(time - 60), near(time)];
    return before && after ? [{ time, value, before, after }] : [];
  });
}

describe.runIf(present)("minute by minute beside Prometheus", () => {
  const shots = present ? scrapes("llm-d-inference-sim", root) : [];

  it("gives the p95 of TTFT to within what came in during the seconds between the two looks", () => {
    const compared = minutes(shots, "ttft_p95_by_job").filter(({ value }) => !Number.isNaN(value));
    expect(compared.length).toBeGreaterThanOrEqual(5);
    for (const { time, value, before, after } of compared) {
      const late = after.histograms.ttft_seconds;
      const ours = late ? histogramQuantile(0.95, histogramSince(late, before.histograms.ttft_seconds)) : Number.NaN;
      expect(Math.abs(ours / value - 1), String(time)).toBeLessThan(0.002);
    }
    // In these two minutes no request ended between its looks and ours.
    const exact = compared.filter(({ time }) => time === 1795221374 || time === 1795221384);
    for (const { value, before, after } of exact) {
      const late = after.histograms.ttft_seconds;
      expect(late && histogramQuantile(0.95, histogramSince(late, before.histograms.ttft_seconds))).toBeCloseTo(value, 14);
    }
    expect(exact).toHaveLength(2);
  });

  it("gives the rate of tokens to within the same", () => {
    const compared = minutes(shots, "gen_tokens_rate");
    expect(compared.length).toBeGreaterThanOrEqual(5);
    for (const { time, value, before, after } of compared) {
      const tokens = increase(before.counters.generation_tokens_total ?? 0, after.counters.generation_tokens_total ?? 0);
      // At most 4 s of the 60 are others, at some 200 tokens a second.
      expect(Math.abs(tokens / (after.time - before.time) - value), String(time)).toBeLessThan(15);
    }
  });

  it("reads the gauges that it read at the same moments", () => {
    for (const [file, word] of [
      ["running", "requests_running"],
      ["kv", "kv_cache_usage"],
    ] as const) {
      const asked = new Map(answers(file));
      // Within a steady stretch: Prometheus saw the same before and after.
      const steady = shots.flatMap((shot) => {
        const early = asked.get(shot.time - (shot.time % 10) + 4 - 10);
        const late = asked.get(shot.time - (shot.time % 10) + 4);
        const next = asked.get(shot.time - (shot.time % 10) + 14);
        return early !== undefined && early === late && late === next ? [[shot.gauges[word], late]] : [];
      });
      expect(steady.length).toBeGreaterThan(0);
      for (const [ours, theirs] of steady) expect(ours).toBe(theirs);
    }
  });
});
