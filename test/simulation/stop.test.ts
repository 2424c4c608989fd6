import { describe, expect, it } from "vitest";
import type { Outcome } from "../../src/simulation/report/report.ts";
import { simulateWith } from "../../src/simulation/simulate-with.ts";
import type { RequestRow, Workload } from "../../src/simulation/workload/workload.ts";
import type { Batch } from "../../src/timing/step-model.ts";
import { planOf, type Setup, settledOf, timing } from "./fixtures.ts";

/** Promised are 100 ms of a free core; other programs and the collector of this one take their share. */
const wideMilliseconds = 500;

const requests = 1_000_000;
const setup: Setup = { blocks: 20_000, settings: { prefixCaching: true } };
const model = timing((batch: Batch) => 0.005 + 1e-5 * batch.tokens + 1e-8 * batch.decodeContext);

const rows: readonly RequestRow[] = Array.from({ length: requests }, (_, i) => ({
  arrivalSeconds: i / 200,
  promptTokens: 20 + ((37 * i) % 300),
  outputTokens: 1 + ((53 * i) % 40),
}));
const lengths = { promptTokens: { lognormal: [200, 200, 1, 1000] }, outputTokens: { lognormal: [20, 20, 1, 100] } } as const;
const workloads: readonly (readonly [string, Workload])[] = [
  ["rows of a trace", { kind: "requests", requests: rows }],
  ["lengths that are drawn, all at once", { kind: "offline", requests, ...lengths }],
];

const spent = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/** Computing milliseconds between looks at the signal, the last of them before the outcome, and how long after the stop that came. */
function stoppedAtLook(workload: Workload, look: number) {
  const times: number[] = [spent()];
  const signal = {
    get aborted(): boolean {
      times.push(spent());
      return times.length > look;
    },
  };
  const outcome: Outcome = simulateWith(settledOf(setup), [planOf(setup)], [model], workload, 1, { signal });
  const end = spent();
  return { outcome, times, longest: Math.max(...times.slice(1).map((time, i) => time - (times[i] ?? 0))), end: end - (times.at(-1) ?? 0) };
}

describe.each(workloads)("a run of a million requests with %s", (_, workload) => {
  // Of two, the one that a collection of the whole heap, or code that is still cold, held up less.
  const [first, second] = [stoppedAtLook(workload, Number.POSITIVE_INFINITY), stoppedAtLook(workload, Number.POSITIVE_INFINITY)];
  const whole = first.end < second.end ? first : second;

  it("looks whether it is to stop all the time, until the report is made", () => {
    expect(whole.outcome.report?.summary.requests).toBe(requests);
    expect(whole.longest).toBeLessThan(wideMilliseconds);
    expect(whole.end).toBeLessThan(wideMilliseconds);
  });

  it.each([
    ["before anything is drawn", 0],
    ["while requests are drawn", 0.002],
    ["half-way", 0.5],
  ])("ends soon after a stop %s, with what there is so far", (__, share) => {
    const look = Math.max(1, Math.round(share * (whole.times.length - 1)));
    const { outcome, end } = stoppedAtLook(workload, look);
    expect(end).toBeLessThan(wideMilliseconds);
    if (outcome.report) expect(outcome.report.stoppedAtSeconds).toBeGreaterThan(0);
    else expect(outcome.error?.message).toContain("Stopped");
  });
});
