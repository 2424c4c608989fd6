import { describe, expect, it } from "vitest";
import type { PhasedScheduling } from "../../../src/deployment/settled.ts";
import { play, type Row } from "../play.ts";

const phased = (promptTokens: number, mostPauses: number | null): PhasedScheduling => ({
  engine: "phased",
  system: "Splitwise",
  promptTokens,
  mostPauses,
});

describe("engines of papers", () => {
  it("compute prompts whole and first, beside answers where a step's tokens suffice for both", () => {
    const rows: Row[] = [
      [0, 100, 6],
      [15, 99, 2],
      [25, 100, 2],
    ];
    const { steps } = play(rows, phased(100, null));
    // 99 and one answer make 100; 100 alone do, so that two answers pause.
    expect(steps).toEqual([
      [100, 0],
      [0, 1],
      [99, 1],
      [100, 0],
      [0, 3],
      [0, 1],
      [0, 1],
    ]);
  });

  it("let answers give way to prompts only so many steps in a row", () => {
    const rows: Row[] = [[0, 10, 4], ...Array.from({ length: 5 }, (): Row => [5, 100, 1])];
    const { steps } = play(rows, phased(100, 2));
    // After two pauses the answer runs, and the next prompt does not fit beside it.
    expect(steps).toEqual([
      [10, 0],
      [100, 0],
      [100, 0],
      [0, 1],
      [100, 0],
      [100, 0],
      [0, 1],
      [100, 0],
      [0, 1],
    ]);
  });

  it("start nobody whose whole answer does not fit, and take nobody out", () => {
    // Ten blocks of 16: 64 + 33 tokens are read of each, so seven blocks, and three are left.
    const rows: Row[] = [
      [0, 64, 34],
      [0, 64, 34],
    ];
    const { report, finished } = play(rows, phased(512, null), { blocks: 10 });
    expect(report.summary.preemptions).toBe(0);
    expect(finished).toEqual([340, 680]);
  });
});
