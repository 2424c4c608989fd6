import { describe, expect, it } from "vitest";
import { randomSource } from "../../../../src/simulation/random.ts";
import { DecodeDispatch } from "../../../../src/simulation/systems/tetriinfer/decode-dispatch.ts";

const all = Uint8Array.of(1, 1, 1);

/** How often each instance is chosen of 3,000 times. */
function chosen(tokens: number, freeTokens: number[], heavy: number[], light: number[], decodes = all): number[] {
  const dispatch = new DecodeDispatch(3, randomSource(1, "routing"));
  const loads = { freeTokens: Float64Array.from(freeTokens), heavy: Int32Array.from(heavy), light: Int32Array.from(light) };
  const counts = [0, 0, 0];
  for (let i = 0; i < 3000; i++) {
    const at = dispatch.choose(tokens, loads, decodes);
    counts[at] = (counts[at] ?? 0) + 1;
  }
  return counts;
}

describe("TetriInfer's choice of a decode instance", () => {
  it("takes the one with fewer long answers for each short one, of two with room", () => {
    // 6 : 1, 1 : 1 and 1 : 6 with one more of each: the last is in two of three pairs and wins both.
    const counts = chosen(100, [500, 500, 500], [5, 0, 0], [0, 0, 5]);
    expect(counts[0]).toBe(0);
    expect((counts[1] ?? 0) / 3000).toBeCloseTo(1 / 3, 1);
    expect((counts[2] ?? 0) / 3000).toBeCloseTo(2 / 3, 1);
  });

  it("passes those over that have no room for the expected tokens, or do not decode", () => {
    expect(chosen(100, [500, 99, 99], [9, 0, 0], [0, 0, 0])).toEqual([3000, 0, 0]);
    expect(chosen(100, [500, 500, 500], [9, 0, 0], [0, 0, 0], Uint8Array.of(1, 0, 0))).toEqual([3000, 0, 0]);
  });

  it("takes the roomiest where none has room", () => {
    expect(chosen(1000, [5, 50, 20], [0, 0, 0], [0, 0, 0])).toEqual([0, 3000, 0]);
  });
});
