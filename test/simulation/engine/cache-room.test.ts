import { describe, expect, it } from "vitest";
import type { KvGroup, KvShape } from "../../../src/memory/kv-shape.ts";
import { cacheRoom } from "../../../src/simulation/engine/cache-room.ts";
import { simulateWith } from "../../../src/simulation/simulate-with.ts";
import { plainShape } from "../../memory/plain-shape.ts";
import { planOf, reportFrom, settledOf, timing } from "../fixtures.ts";

const plain = plainShape(16, 1024);
const group = (span: KvGroup["span"], times = 1): KvGroup => ({ span, times, blockTokens: 16, bytes: 16_384 });
const context = group({ kind: "context" });
const states = (times: number): KvGroup => group({ kind: "states", count: 1 }, times);
const shaped = (groups: readonly KvGroup[], contextRanks = 1): KvShape => ({ ...plain, groups, contextRanks });

describe("the cache as requests take it", () => {
  it("is its blocks less vLLM's null block", () => {
    const room = cacheRoom({ kvShape: plain, kvCacheBlocks: 101 }, 1024);
    expect(room).toEqual({ blockTokens: 16, usableBlocks: 100, stateBlocks: 0, mostSequences: Number.POSITIVE_INFINITY });
  });

  it("is shared out over groups that grow together, and over ranks that share a sequence's tokens", () => {
    // Two groups take a block each for 16 tokens of a rank: 50 pairs of 16 × 4 tokens.
    const room = cacheRoom({ kvShape: shaped([group({ kind: "context" }, 2)], 4), kvCacheBlocks: 101 }, 1024);
    expect(room).toMatchObject({ blockTokens: 64, usableBlocks: 50, stateBlocks: 0 });
  });

  it("gives a sequence's states blocks of their own, however short it is", () => {
    expect(cacheRoom({ kvShape: shaped([context, states(3)]), kvCacheBlocks: 101 }, 1024)).toMatchObject({
      usableBlocks: 100,
      stateBlocks: 3,
    });
  });

  it("bounds the sequences where layers keep states alone", () => {
    // 100 blocks, four a sequence.
    expect(cacheRoom({ kvShape: shaped([states(4)]), kvCacheBlocks: 101 }, 1024).mostSequences).toBe(25);
  });
});

describe("requests of a hybrid", () => {
  const requests = Array.from({ length: 60 }, () => ({ arrivalSeconds: 0, promptTokens: 60, outputTokens: 4 }));
  const most = (groups: readonly KvGroup[], prefixCaching: boolean): number => {
    const setup = { blocks: 100, settings: { prefixCaching } };
    let running = 0;
    const model = timing((batch) => {
      running = Math.max(running, batch.decodeSequences);
      return 0.01;
    });
    const plan = { ...planOf(setup), kvShape: shaped(groups) };
    const report = reportFrom(simulateWith(settledOf(setup), [plan], [model], { kind: "requests", requests }, 1));
    expect(report.summary.requests).toBe(60);
    return running;
  };

  it("are fewer at once, as each holds its states too", () => {
    // 60 + 4 tokens: four blocks, 25 at once; with three states seven, 14 at once.
    for (const prefixCaching of [false, true]) {
      expect(most([context], prefixCaching)).toBe(25);
      expect(most([context, states(3)], prefixCaching)).toBe(14);
    }
  });
});
