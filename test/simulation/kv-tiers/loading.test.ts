import { describe, expect, it } from "vitest";
import type { KvTiers } from "../../../src/deployment/kv-tiers/kv-tiers.ts";
import type { Report } from "../../../src/simulation/report/report.ts";
import { simulateWith } from "../../../src/simulation/simulate-with.ts";
import type { RequestRow } from "../../../src/simulation/workload/workload.ts";
import { planOf, reportFrom, type Setup, settledOf, settledPair, timing } from "../fixtures.ts";
import { sglang, tensorrt } from "../play.ts";
import { tier, tiersOf } from "./tiers.ts";

const ids = (from: number, count: number): number[] => Array.from({ length: count }, (_, i) => from + i);

/** `[arrival in ms, ids of its prompt's blocks, answer]`; every step takes 10 ms. */
function serve(rows: readonly (readonly [number, readonly number[], number])[], kvTiers: KvTiers | undefined, setup: Setup = {}): Report {
  const requests: RequestRow[] = rows.map(([arrival, prefixBlocks, outputTokens]) => ({
    arrivalSeconds: arrival / 1000,
    // One token less than the cache holds, for the answer's first.
    promptTokens: Math.min(16 * (setup.blocks ?? 8) - 1, prefixBlocks.length * 16),
    outputTokens,
    prefixBlocks,
  }));
  const whole: Setup = { blocks: 8, ...setup, settings: { prefixCaching: true, ...setup.settings }, ...(kvTiers ? { kvTiers } : {}) };
  const settled = { ...settledOf(whole), routing: "round-robin" as const };
  const model = timing(() => 0.01);
  return reportFrom(simulateWith(settled, [planOf(whole)], [model], { kind: "requests", requests, prefixBlockTokens: 16 }, 1));
}

const milliseconds = (times: Float64Array) => [...times].map((time) => Math.round(time * 1e6) / 1000);

/** A prompt of four blocks, one that takes the whole cache, and the first one again with a block more. */
const again = [
  [0, ids(0, 4), 1],
  [100, ids(100, 8), 1],
  [200, ids(0, 5), 1],
] as const;

describe("prompts whose start a store has", () => {
  it("are computed whole without one", () => {
    const { requests } = serve(again, undefined);
    expect([...requests.cachedTokens]).toEqual([0, 0, 0]);
    expect(milliseconds(requests.finished)).toEqual([10, 110, 210]);
  });

  it("wait for all of it before their step: four blocks of a millisecond each", () => {
    const { requests } = serve(again, tiersOf());
    expect([...requests.cachedTokens]).toEqual([0, 0, 64]);
    expect(milliseconds(requests.finished)).toEqual([10, 110, 214]);
  });

  it("are computed layer by layer as it comes: 10 ms, and a 32nd of the 4 ms for the first layer", () => {
    const { requests } = serve(again, tiersOf({ loading: "layer-by-layer" }));
    expect(milliseconds(requests.finished)).toEqual([10, 110, 210.125]);
  });

  it("end with the load where that takes longer: 80 ms, and a 32nd of the 10 ms for the last layer", () => {
    const slow = tier({ readBytesPerSecond: 2 ** 21 * 50 });
    const { requests } = serve(again, tiersOf({ loading: "layer-by-layer", tiers: [slow] }));
    expect(milliseconds(requests.finished)).toEqual([10, 110, 280.313]);
  });

  it("are set aside by vLLM, whose others go on meanwhile", () => {
    const rows = [...again, [201, ids(200, 1), 1]] as const;
    const { requests } = serve(rows, tiersOf({ loading: "aside" }));
    // The fourth comes while the third's cache is on its way, and runs at once; the third joins when that step ends.
    expect(milliseconds(requests.finished)).toEqual([10, 110, 221, 211]);
    expect(milliseconds(requests.firstScheduled)).toEqual([0, 100, 211, 201]);
  });

  it("wait for their own load alone where nothing else runs", () => {
    const { requests } = serve(again, tiersOf({ loading: "aside" }));
    expect(milliseconds(requests.finished)).toEqual([10, 110, 214]);
  });

  it("are loaded by each engine in its own way", () => {
    const whole = { settings: { scheduling: tensorrt } };
    expect(milliseconds(serve(again, tiersOf(), whole).requests.finished)).toEqual([10, 110, 214]);
    const radix = { settings: { scheduling: sglang } };
    expect(milliseconds(serve(again, tiersOf({ loading: "layer-by-layer" }), radix).requests.finished)).toEqual([10, 110, 210.125]);
  });

  it("keep at least one token to compute", () => {
    const rows = [...again.slice(0, 2), [200, ids(0, 4), 1]] as const;
    expect([...serve(rows, tiersOf()).requests.cachedTokens]).toEqual([0, 0, 48]);
  });

  it("are computed where too little of them is there", () => {
    expect([...serve(again, tiersOf({ leastTokens: 65 })).requests.cachedTokens]).toEqual([0, 0, 0]);
    expect([...serve(again, tiersOf({ leastTokens: 64 })).requests.cachedTokens]).toEqual([0, 0, 64]);
  });

  it("are found behind what the GPU's cache has", () => {
    // The second prompt leaves the first one's first block in the cache.
    const rows = [again[0], [100, ids(100, 7), 1], again[2]] as const;
    const { requests, summary } = serve(rows, tiersOf());
    expect([...requests.cachedTokens]).toEqual([0, 0, 64]);
    expect(milliseconds(requests.finished)).toEqual([10, 110, 213]);
    expect(summary.kvCache.tiers?.[0]).toMatchObject({ hitTokens: 48, readBytes: 3 * 2 ** 21 });
  });

  it("are found in chunks of the store's own size", () => {
    // Chunks of two blocks: of five blocks the first four are whole ones.
    const rows = [[0, ids(0, 5), 1], again[1], [200, ids(0, 6), 1]] as const;
    const { requests, summary } = serve(rows, tiersOf({ tiers: [tier({ blockTokens: 32 })] }));
    expect([...requests.cachedTokens]).toEqual([0, 0, 64]);
    expect(summary.kvCache.tiers?.[0]).toMatchObject({ hitTokens: 64, writtenBytes: (4 + 6 + 2) * 2 ** 21 });
  });

  it("are looked for in the next store where the first has no more", () => {
    // The host has room for five chunks: the second prompt pushes the first one's start out of it.
    const tiers = [tier({ blocks: 5 }), tier({ kind: "ssd", readBytesPerSecond: 2 ** 21 * 100 })];
    const { requests, summary } = serve(again, tiersOf({ tiers }));
    expect([...requests.cachedTokens]).toEqual([0, 0, 64]);
    expect(summary.kvCache.tiers?.map(({ hitTokens }) => hitTokens)).toEqual([0, 64]);
    // Four blocks of 10 ms from the disk.
    expect(milliseconds(requests.finished)).toEqual([10, 110, 250]);
  });

  it("are found by all instances in a store that these share", () => {
    const shared = tiersOf({ tiers: [tier({ kind: "remote", shared: "all" })] });
    const rows = [
      [0, ids(0, 4), 1],
      [100, ids(0, 5), 1],
    ] as const;
    const round = (kvTiers: KvTiers) => [...serve(rows, kvTiers, { instances: 2 }).requests.cachedTokens];
    expect(round(shared)).toEqual([0, 64]);
    expect(round(tiersOf())).toEqual([0, 0]);
  });
});

describe("a store to which every engine brings a part", () => {
  it("holds what fits all parts, and is told once", () => {
    // Two engines with six blocks each: eight blocks of the first prompt stay beside four of the second.
    const rows = [
      [0, ids(0, 8), 1],
      [100, ids(100, 4), 1],
      [200, ids(100, 4), 1],
      [300, ids(0, 9), 1],
    ] as const;
    const of = (shared: "all" | "pooled") =>
      serve(rows, tiersOf({ tiers: [tier({ kind: "remote", shared, blocks: 6 })] }), { instances: 2, blocks: 9 });
    expect([...of("pooled").requests.cachedTokens]).toEqual([0, 0, 48, 128]);
    expect([...of("all").requests.cachedTokens][3]).toBe(0);
    expect(of("pooled").summary.kvCache.tiers).toMatchObject([{ stores: 1, capacityTokens: 12 * 16, peakUsage: 1 }]);
  });
});

describe("stores on both sides of a hand-over", () => {
  const shared = tiersOf({ tiers: [tier({ kind: "remote", shared: "all" })] });
  /** A prompt of four blocks with an answer of 65 tokens, whose next turn brings all of it back and asks a block more. */
  const turns: readonly RequestRow[] = [
    { arrivalSeconds: 0, promptTokens: 64, outputTokens: 65, prefixBlocks: ids(0, 8) },
    { arrivalSeconds: 5, promptTokens: 144, outputTokens: 1, prefixBlocks: ids(0, 9) },
  ];
  const pair = (prefill: KvTiers | undefined, decode: KvTiers | undefined): Report => {
    const side = (kvTiers: KvTiers | undefined): Setup => ({ blocks: 40, ...(kvTiers ? { kvTiers } : {}) });
    const setup = { prefill: side(prefill), decode: side(decode) };
    const plans = [planOf(setup.prefill), planOf(setup.decode)];
    const model = timing(() => 0.01);
    return reportFrom(
      simulateWith(settledPair(setup), plans, [model, model], { kind: "requests", requests: turns, prefixBlockTokens: 16 }, 1),
    );
  };

  it("let the next prompt find the answer that the decode pool has kept", () => {
    const { requests, summary } = pair(shared, shared);
    // The answer's last token is computed by nobody: 64 + 64 tokens are eight blocks.
    expect([...requests.cachedTokens]).toEqual([0, 128]);
    expect(summary.kvCache.tiers).toMatchObject([{ stores: 1, hitTokens: 128, readBytes: 8 * 2 ** 21, writtenBytes: 9 * 2 ** 21 }]);
  });

  it("hold its prompt alone where decode instances keep nothing, or no answers", () => {
    expect([...pair(shared, undefined).requests.cachedTokens]).toEqual([0, 64]);
    expect([...pair(shared, { ...shared, keepsAnswers: false }).requests.cachedTokens]).toEqual([0, 64]);
  });

  it("are of no use to other instances where each has its own", () => {
    const own = pair(tiersOf(), tiersOf());
    expect([...own.requests.cachedTokens]).toEqual([0, 64]);
    // The decode instance keeps prompt and answer, and what it is handed of the second turn.
    expect(own.summary.kvCache.tiers?.map(({ writtenBytes }) => writtenBytes / 2 ** 21)).toEqual([9, 9]);
  });
});

describe("a storage behind the host that is read ahead", () => {
  const stored = (parts: Partial<KvTiers>): KvTiers =>
    tiersOf({ loading: "layer-by-layer", tiers: [tier(), tier({ kind: "remote", shared: "all" })], ...parts });
  const rows = [
    [0, ids(0, 20), 1],
    [100, ids(0, 21), 1],
  ] as const;
  const setup = { instances: 2, blocks: 40, settings: { scheduling: sglang } };

  it("brings a prompt's start to the host before the request queues", () => {
    const { requests, summary } = serve(rows, stored({ prefetch: "wait" }), setup);
    // Twenty blocks from the storage by 120 ms, from the host by 140 ms, and a 32nd of the 10 ms for the last layer.
    expect(milliseconds(requests.finished)).toEqual([10, 140.313]);
    expect(milliseconds(requests.firstScheduled)).toEqual([0, 120]);
    expect([...requests.cachedTokens]).toEqual([0, 320]);
    expect(summary.kvCache.tiers?.map(({ hitTokens }) => hitTokens)).toEqual([0, 320]);
    expect(summary.kvCache.tiers?.map(({ readBytes }) => readBytes / 2 ** 21)).toEqual([20, 20]);
  });

  it("is of use to those that find it there when they start", () => {
    const late = [...rows, [300, ids(300, 1), 1], [400, ids(0, 22), 1]] as const;
    const { requests } = serve(late, stored({ prefetch: "best-effort" }), { ...setup, blocks: 23 });
    // The second request begins at once with nothing; what came for it is in its host for the fourth.
    expect(milliseconds(requests.finished).slice(0, 2)).toEqual([10, 110]);
    expect([...requests.cachedTokens]).toEqual([0, 0, 0, 336]);
  });

  it("is left alone where too little is there", () => {
    const short = [
      [0, ids(0, 15), 1],
      [100, ids(0, 16), 1],
    ] as const;
    const { requests, summary } = serve(short, stored({ prefetch: "wait" }), setup);
    expect([...requests.cachedTokens]).toEqual([0, 0]);
    expect(summary.kvCache.tiers?.[1]?.readBytes).toBe(0);
  });
});

describe("writing to a store", () => {
  it("takes time, during which the block is not found", () => {
    // Four blocks of 30 ms from 10 ms on: at 100 ms the third is still on its way.
    const slow = tiersOf({ tiers: [tier({ writeBytesPerSecond: (2 ** 21 * 1000) / 30 })] });
    const rows = [
      [0, ids(0, 4), 1],
      [20, ids(100, 8), 1],
      [100, ids(0, 5), 1],
    ] as const;
    expect([...serve(rows, slow).requests.cachedTokens]).toEqual([0, 0, 48]);
  });

  it("of what is used again alone leaves what was used once", () => {
    const selective = tiersOf({ tiers: [tier({ writePolicy: "write-through-selective" })] });
    expect([...serve(again, selective).requests.cachedTokens]).toEqual([0, 0, 0]);
    const rows = [[0, ids(0, 4), 1], [50, ids(0, 5), 1], again[1], [200, ids(0, 6), 1]] as const;
    // The second request has all four from the GPU's cache; they are written then, and its own fifth is not.
    expect([...serve(rows, selective).requests.cachedTokens]).toEqual([0, 64, 0, 64]);
  });

  it("of what the GPU gives up begins when its room is taken", () => {
    const back = tiersOf({ tiers: [tier({ writePolicy: "write-back" })] });
    const { requests, summary } = serve(again, back);
    expect([...requests.cachedTokens]).toEqual([0, 0, 64]);
    // The second prompt pushes the first one's four blocks out; the third one takes its last, which is not full, and four more.
    expect(summary.kvCache.tiers?.[0]?.writtenBytes).toBe((4 + 4) * 2 ** 21);
  });

  it("leaves answers out where the engine does", () => {
    const rows = [[0, ids(0, 2), 33]] as const;
    // Prompt 32 and 32 tokens of answer in the cache: four blocks, of which two are prompt.
    const written = (keepsAnswers: boolean) => serve(rows, tiersOf({ keepsAnswers })).summary.kvCache.tiers?.[0]?.writtenBytes;
    expect(written(true)).toBe(4 * 2 ** 21);
    expect(written(false)).toBe(2 * 2 ** 21);
  });
});

describe("the report of stores", () => {
  it("tells the hits of each source, the bytes that moved, and what a load was worth", () => {
    const { summary } = serve(again, tiersOf());
    const { prefixHitRate, tiers, loads } = summary.kvCache;
    // 64, 127 and 80 prompt tokens; the GPU's cache had none of them, the host 64.
    expect(prefixHitRate).toBe(0);
    expect(tiers?.[0]).toMatchObject({
      kind: "dram",
      stores: 1,
      capacityTokens: 16_000,
      capacityBytes: 1000 * 2 ** 21,
      hitTokens: 64,
      hitRate: 64 / 271,
      readBytes: 4 * 2 ** 21,
      // Four, seven and one more: a block that is there is not written again.
      writtenBytes: 12 * 2 ** 21,
      peakUsage: 0.012,
    });
    expect(loads?.[0]).toMatchObject({ loads: 1, tokens: 64, bytes: 4 * 2 ** 21, loadSeconds: 0.004, slower: 1, leftTokens: 0 });
  });

  it("shows over time how full each is", () => {
    const { series } = serve(again, tiersOf({ tiers: [tier({ blocks: 12 })] }));
    const usage = series.tierUsage?.[0] ?? new Float64Array();
    expect(usage).toHaveLength(series.t.length);
    // Empty while the first prompt is computed, a third then, all but one block with the second.
    expect([usage[0], usage[5], usage[15]].map((share) => Math.round((share ?? 0) * 12))).toEqual([0, 4, 11]);
    expect(serve(again, undefined).series.tierUsage).toBeUndefined();
  });
});

describe("loading or computing", () => {
  it("takes what is sooner, by the pool's own step model", () => {
    const slow = (blocksPerSecond: number) =>
      serve(again, tiersOf({ takes: "sooner", tiers: [tier({ readBytesPerSecond: 2 ** 21 * blocksPerSecond })] })).requests.cachedTokens[2];
    // All steps take as long here: nothing is ever saved.
    expect(slow(1e6)).toBe(0);
  });
});
