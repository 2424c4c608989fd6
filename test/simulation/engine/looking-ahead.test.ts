import { describe, expect, it } from "vitest";
import { simulateWith } from "../../../src/simulation/simulate-with.ts";
import type { Workload } from "../../../src/simulation/workload/workload.ts";
import { planOf, reportFrom, settledOf, timing } from "../fixtures.ts";

/** Every step takes 0.1 s. */
const model = timing(() => 0.1);
const requests = (second: number): Workload => ({
  kind: "requests",
  requests: [
    { arrivalSeconds: 0, promptTokens: 10, outputTokens: 8 },
    { arrivalSeconds: second, promptTokens: 10, outputTokens: 2 },
  ],
});

function firstTokens(asyncScheduling: boolean, second: number): readonly number[] {
  const setup = { settings: { asyncScheduling } };
  const report = reportFrom(simulateWith(settledOf(setup), [planOf(setup)], [model], requests(second), 1));
  return [...report.requests.firstToken].map((time) => Math.round(time * 1e6) / 1e6);
}

describe("a step chosen while the one before it runs", () => {
  it("sees a request that comes meanwhile one step later", () => {
    // It comes in the step from 0.3 to 0.4: the next one was chosen at 0.3.
    expect(firstTokens(true, 0.35)).toEqual([0.1, 0.6]);
    expect(firstTokens(false, 0.35)).toEqual([0.1, 0.5]);
  });

  it("sees it at once where nothing runs", () => {
    expect(firstTokens(true, 2)).toEqual([0.1, 2.1]);
  });

  it("loses nobody who comes in the last step", () => {
    expect(firstTokens(true, 0.75)).toEqual([0.1, 0.9]);
  });
});
