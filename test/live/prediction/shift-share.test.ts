import { describe, expect, it } from "vitest";
import { defaultDeployment } from "../../../src/demo/default-deployment.ts";
import { plain } from "../../../src/deployment/message.ts";
import type { Settled } from "../../../src/deployment/settled.ts";
import { noSurroundings } from "../../../src/deployment/surroundings.ts";
import { analyse } from "../../../src/language/analysis.ts";
import { shiftSteps } from "../../../src/live/prediction/shift-share.ts";
import { type LiveWindow, measureWindow } from "../../../src/live/series/window.ts";
import type { LivePoint } from "../../../src/live/snapshot.ts";
import type { MeasuredWorkload } from "../../../src/live/workload/measured-workload.ts";
import { testCatalog } from "../../support/catalog.ts";

/** Llama-3.3-70B as TP 4 × SP 2 with a threshold of 256 tokens. */
function settled(): Settled {
  const text = analyse(defaultDeployment, { catalog: testCatalog(), surroundings: noSurroundings, fileName: "demo.yaml" });
  const found = text.deployments[0]?.settled;
  if (!found) throw new Error("the default deployment does not settle");
  return found;
}

const load: MeasuredWorkload = {
  seconds: 60,
  requests: 300,
  ratePerSecond: 5,
  insideAtStart: 40,
  promptTokensMean: 1000,
  outputTokensMean: 200,
  promptTokens: 1000,
  outputTokens: 200,
  prefixHitRate: null,
  arrivals: { dispersion: null, chance: null, cv: 1, concurrency: null },
  assumed: [],
};

function window(upper: readonly number[], counts: readonly number[]): LiveWindow {
  let total = 0;
  const count = Float64Array.from(counts, (steps) => (total += steps));
  const points = [0, 60].map((time): LivePoint => {
    const steps = {
      upper: Float64Array.from(upper),
      count: time === 0 ? count.map(() => 0) : count,
      sum: 0,
      total: time === 0 ? 0 : total,
    };
    const snapshot = {
      time,
      server: { kind: "vllm" as const, model: null, engines: 1 },
      startedAt: -100,
      cacheConfig: undefined,
      gauges: { requests_running: 40 },
      counters: { request_success_total: time },
      histograms: { iteration_tokens: steps },
    };
    return { time, state: "live", snapshot, rates: {}, windows: {}, prefixHitRate: null };
  });
  const measured = measureWindow(points, 0, 60);
  if (!measured) throw new Error("no window");
  return measured;
}

const open = Number.POSITIVE_INFINITY;

describe("steps around the threshold of Shift Parallelism", () => {
  it("are shared out by the bucket that the threshold ends", () => {
    const steps = shiftSteps(settled(), window([64, 256, 1024, 4096, open], [600, 200, 100, 90, 10]), load);
    // 800 of 1,000 steps had at most 256 tokens.
    expect(steps).toMatchObject({ threshold: 256, shareBelow: 0.8, shareBounds: [0.8, 0.8], counts: [600, 200, 100, 90, 10] });
    expect(steps?.others.map(({ threshold, shareBelow }) => [threshold, shareBelow])).toEqual([
      [64, 0.6],
      [1024, 0.9],
      [4096, 0.99],
    ]);
  });

  it("are told as far as a bucket that the threshold cuts lets them", () => {
    const steps = shiftSteps(settled(), window([64, 512, open], [600, 300, 100]), load);
    // 256 lies 192 / 448 up in the bucket of 300.
    expect(steps?.shareBelow).toBeCloseTo(0.6 + 0.3 * (192 / 448), 9);
    expect(steps?.shareBounds).toEqual([0.6, 0.9]);
    expect(steps && plain(steps.sentence)).toBe(
      "60.0 % to 90.0 % of its steps ran as full tensor parallel: the bucket from 64 to 512 tokens does not tell how many of its steps had at most 256",
    );
  });

  it("would cost time where large steps ran as tensor parallel", () => {
    const steps = shiftSteps(settled(), window([64, 256, 1024, 8192, open], [600, 200, 100, 100, 0]), load);
    const highest = steps?.others.find(({ threshold }) => threshold === 8192);
    expect(highest?.savedSeconds).toBeLessThan(0);
  });

  it("say nothing without a threshold, without the histogram, or of few steps", () => {
    const shift = settled();
    const plainOnes = { ...shift, pools: shift.pools.map((pool) => ({ ...pool, shiftThreshold: null })) };
    expect(shiftSteps(plainOnes, window([256, open], [900, 100]), load)).toBeNull();
    expect(shiftSteps(shift, window([256, open], [9, 1]), load)).toBeNull();
  });
});
