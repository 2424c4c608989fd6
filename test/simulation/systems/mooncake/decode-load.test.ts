import { describe, expect, it } from "vitest";
import { DecodeLoad } from "../../../../src/simulation/systems/mooncake/decode-load.ts";
import { timing } from "../../fixtures.ts";

const room = { model: timing((batch) => 0.01 * batch.decodeSequences + batch.decodeContext / 1e6), usableTokens: 10_000, maxNumSeqs: 20 };

/** Prompts of 1,000 tokens, two cores that decode, a limit of 50 ms. */
function decodeLoad(): DecodeLoad {
  return new DecodeLoad({ count: 10, prompt: new Int32Array(10).fill(1000) }, [room, room], 0.05);
}

describe("load of cores that decode", () => {
  it("is the worst of step time, tokens and sequences against their limits", () => {
    const load = decodeLoad();
    // 11 ms of 50; 1,000 of 10,000 tokens; one of 20.
    expect(load.withOneMore(0, 0)).toBeCloseTo(0.22, 9);
    const slow = new DecodeLoad({ count: 1, prompt: Int32Array.of(9000) }, [room], 1);
    expect(slow.withOneMore(0, 0)).toBeCloseTo(0.9, 9);
  });

  it("counts those whose prompt is computed now, or those that are expected to decode then", () => {
    const load = decodeLoad();
    load.assign(0, 0, 100);
    load.assign(1, 0, 500);
    expect(load.withOneMore(2, 0)).toBeCloseTo(0.22, 9);
    load.begin(0, 120);
    expect(load.withOneMore(2, 0)).toBeCloseTo(0.44, 9);
    // Nobody has finished yet, so nobody is expected to: one at 200, both at 600.
    expect(load.expectedWithOneMore(2, 0, 200)).toBeCloseTo(0.44, 9);
    expect(load.expectedWithOneMore(2, 0, 600)).toBeCloseTo(0.66, 9);
    load.finish(0, 320);
    // 200 ns on average: the other decodes from 500 to 700.
    expect(load.expectedWithOneMore(2, 0, 600)).toBeCloseTo(0.44, 9);
    expect(load.expectedWithOneMore(2, 0, 701)).toBeCloseTo(0.22, 9);
  });

  it("goes to the core with fewer tokens assigned", () => {
    const load = decodeLoad();
    expect(load.lightest()).toBe(0);
    load.assign(0, 0, 0);
    expect(load.lightest()).toBe(1);
    load.assign(1, 1, 0);
    load.finish(0, 10);
    expect(load.lightest()).toBe(0);
  });
});
