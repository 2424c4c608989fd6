import { describe, expect, it } from "vitest";
import { bandRuns } from "../../../src/simulation/report/bands.ts";
import type { Report } from "../../../src/simulation/report/report.ts";
import { spreadOf, spreadRuns } from "../../../src/simulation/report/spread.ts";

type Spreading = Pick<Report, "requests" | "saturated" | "stoppedAtSeconds">;

/** A report of requests that come together and whose first tokens come at these seconds. */
function report(firstToken: readonly number[], change: Partial<Spreading> = {}): Spreading {
  const count = firstToken.length;
  const whole = (value: number): Int32Array => new Int32Array(count).fill(value);
  const requests = {
    arrival: new Float64Array(count),
    firstScheduled: new Float64Array(count),
    decodeQueue: new Float64Array(count).fill(Number.NaN),
    firstToken: Float64Array.from(firstToken),
    finished: Float64Array.from(firstToken, (at) => at + 4),
    promptTokens: whole(10),
    outputTokens: whole(5),
    cachedTokens: whole(0),
    preemptions: whole(0),
    instance: whole(0),
  };
  return { requests, saturated: null, stoppedAtSeconds: null, ...change };
}

describe("the spread of a distribution over seeds", () => {
  it("lies between the least and the most of all seeds at each share of the requests", () => {
    const spread = spreadOf([report([1, 2, 3, 4]), report([2, 2, 2, 8]), report([1, 1, 5, 5])]);
    expect(spread?.seeds).toBe(3);
    // Half of the requests: 2, 2 and 1 s; all but a hundredth: 4, 8 and 5 s.
    const at = (share: number): readonly (number | undefined)[] => [spread?.ttft.low[share - 1], spread?.ttft.high[share - 1]];
    expect([at(50), at(99)]).toEqual([
      [1, 2],
      [4, 8],
    ]);
    // 4 s for the four tokens behind the first.
    expect(spread?.tpot.low.every((value) => value === 1)).toBe(true);
    expect(spread?.e2e.high[98]).toBe(12);
  });

  it("is none of one run, and none where a queue never empties or a run was stopped", () => {
    const one = report([1]);
    expect(spreadOf([one])).toBeUndefined();
    expect(spreadOf([one, report([1], { stoppedAtSeconds: 3 })])).toBeUndefined();
    const saturated = { mostRequestsPerSecond: 1, waitingAtEnd: 1, ttftGrowthPerSecond: 1 };
    expect(spreadOf([one, report([1], { saturated })])).toBeUndefined();
  });

  it("needs as many runs beside those of a band as make five seeds, none twice", () => {
    const known = bandRuns(7);
    const further = spreadRuns(known);
    expect(new Set([...known, ...further].map(({ seed }) => seed))).toEqual(new Set([7, 8, 9, 10, 11]));
    expect(further.map(({ seed }) => seed)).toEqual([10, 11]);
  });
});
