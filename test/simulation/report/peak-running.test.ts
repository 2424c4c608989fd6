import { expect, test } from "vitest";
import { peakRunning } from "../../../src/simulation/report/peak-running.ts";

const records = (rows: readonly (readonly [start: number, end: number, instance: number])[], decodeQueue = Number.NaN) => ({
  firstScheduled: Float64Array.from(rows, ([start]) => start),
  finished: Float64Array.from(rows, ([, end]) => end),
  instance: Int32Array.from(rows, ([, , instance]) => instance),
  decodeQueue: new Float64Array(rows.length).fill(decodeQueue),
});

test("counts what overlaps in one instance", () => {
  // 0–4, 1–3 and 2–5 are together at 2; 4–6 begins as the first ends.
  expect(
    peakRunning(
      records([
        [0, 4, 0],
        [1, 3, 0],
        [2, 5, 0],
        [4, 6, 0],
        [0, 9, 1],
      ]),
    ),
  ).toBe(3);
});

test("what never ended is there to the end, what was never scheduled is not there", () => {
  expect(
    peakRunning(
      records([
        [0, Number.NaN, 0],
        [5, 6, 0],
        [Number.NaN, Number.NaN, 0],
      ]),
    ),
  ).toBe(2);
  expect(peakRunning(records([]))).toBe(0);
});

test("counts requests together that a prefill and a decode instance share", () => {
  const rows = [
    [0, 4, 1],
    [1, 3, 2],
  ] as const;
  expect(peakRunning(records(rows))).toBe(1);
  expect(peakRunning(records(rows, 0))).toBe(2);
});
