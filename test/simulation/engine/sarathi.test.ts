import { describe, expect, it } from "vitest";
import { play, type Row } from "../play.ts";

const vllm = { engine: "vllm", reserveFullPrompt: true } as const;
const sarathi = { ...vllm, decodesFirst: true } as const;

describe("Sarathi-Serve (arXiv 2403.02310, Alg. 3)", () => {
  // V9: 4,100 tokens behind 32 answers in steps of 512: ceil(4100 / 480) = 9.
  it("cuts a prompt into what answers leave of each step", () => {
    const rows: Row[] = [...Array.from({ length: 32 }, (): Row => [0, 1, 40]), [15, 4100, 2]];
    const { steps } = play(rows, sarathi, { settings: { maxNumBatchedTokens: 512 } });
    const chunks = steps.map(([prompt]) => prompt).filter((tokens) => tokens > 0);
    expect(chunks).toEqual([32, ...Array.from({ length: 8 }, () => 480), 260]);
    expect(steps.slice(2, 11).every(([, decodes]) => decodes === 32)).toBe(true);
  });

  it("lets no answer wait for a prompt that was begun before it", () => {
    // Chunks of 50 tokens at most: a short prompt behind a long one is computed first, and its answer goes on beside it.
    const rows: Row[] = [
      [0, 400, 2],
      [0, 10, 20],
    ];
    const setup = { settings: { maxNumBatchedTokens: 60, longPrefillTokenThreshold: 50 } };
    const decodes = (scheduling: typeof vllm): readonly number[] => play(rows, scheduling, setup).steps.map(([, count]) => count);
    expect(decodes(sarathi).slice(0, 8)).toEqual([0, 1, 1, 1, 1, 1, 1, 1]);
  });

  it("takes the youngest prompt out where prompts that were begun hold all blocks", () => {
    // Four chunks of 40 tokens of each fill 20 blocks of 16.
    const setup = { blocks: 20, settings: { longPrefillTokenThreshold: 40 } };
    const { report } = play(
      [
        [0, 200, 5],
        [0, 200, 5],
      ],
      { ...sarathi, reserveFullPrompt: false },
      setup,
    );
    expect([...report.requests.preemptions]).toEqual([0, 1]);
    expect(report.summary.requests).toBe(2);
  });
});
