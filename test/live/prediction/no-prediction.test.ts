import { describe, expect, it } from "vitest";
import { whyNoPrediction } from "../../../src/live/prediction/no-prediction.ts";
import type { MeasuredWorkload } from "../../../src/live/workload/measured-workload.ts";

const load = (seconds: number): MeasuredWorkload => ({
  seconds,
  requests: 10,
  ratePerSecond: 1,
  insideAtStart: 0,
  promptTokensMean: 100,
  outputTokensMean: 10,
  promptTokens: 100,
  outputTokens: 10,
  prefixHitRate: null,
  arrivals: { dispersion: null, chance: null, cv: 1, concurrency: null },
  assumed: [],
});

describe("whyNoPrediction", () => {
  it("names what is under way first, then what is missing, then what a person may do", () => {
    expect(whyNoPrediction({ isSimulating: true, isSettled: true, load: load(20) })).toBe("simulating");
    expect(whyNoPrediction({ isSimulating: false, isSettled: null, load: load(20) })).toBe("no-deployment");
    expect(whyNoPrediction({ isSimulating: false, isSettled: false, load: load(20) })).toBe("not-settled");
    expect(whyNoPrediction({ isSimulating: false, isSettled: true, load: "not-offered" })).toBe("not-offered");
    expect(whyNoPrediction({ isSimulating: false, isSettled: true, load: "idle" })).toBe("no-load-yet");
    expect(whyNoPrediction({ isSimulating: false, isSettled: true, load: "no-window" })).toBe("no-load-yet");
    expect(whyNoPrediction({ isSimulating: false, isSettled: true, load: load(14) })).toBe("no-load-yet");
    expect(whyNoPrediction({ isSimulating: false, isSettled: true, load: load(15) })).toBe("to-choose");
    expect(whyNoPrediction({ isSimulating: false, isSettled: true, load: null })).toBe("to-choose");
  });
});
