import { describe, expect, it } from "vitest";
import { Conductor, type PrefillCosts, type PrefillSelection } from "../../../src/simulation/mooncake/conductor.ts";
import { PrefixStore } from "../../../src/simulation/mooncake/prefix-store.ts";

// A second for 100 tokens, and one for 1,000 that are fetched.
const costs: PrefillCosts = {
  prefillSeconds: (_, tokens, cached) => (tokens - cached) / 100,
  transferSeconds: (_from, _to, tokens) => tokens / 1000,
  random: () => 0.99,
};

interface Row {
  readonly prompt: number;
  readonly ids?: readonly number[];
}

/** Requests with blocks of 100 tokens, in front of so many instances. */
function conductor(rows: readonly Row[], instances: number, selection: PrefillSelection = "kvcache-centric", threshold = 1): Conductor {
  const ids = rows.map((row) => row.ids ?? []);
  const prefixStart = Int32Array.from([0, ...ids.map((_, r) => ids.slice(0, r + 1).flat().length)]);
  const requests = {
    count: rows.length,
    prompt: Int32Array.from(rows.map(({ prompt }) => prompt)),
    prefixStart,
    prefixIds: Int32Array.from(ids.flat()),
    prefixBlockTokens: 100,
  };
  const stores = Array.from({ length: instances }, () => new PrefixStore(100));
  return new Conductor(requests, stores, selection, threshold, costs);
}

const tenBlocks = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

describe("Mooncake's Conductor", () => {
  it("sends a prompt where what is queued is computed first, and adds the prompt to it", () => {
    const c = conductor([{ prompt: 500 }, { prompt: 300 }, { prompt: 100 }, { prompt: 100 }], 2);
    const chosen = [0, 1, 2, 3].map((r) => {
      c.choose(r);
      c.assign(r);
      return [c.instance, c.ttftSeconds];
    });
    // 5 s on the first; then 3 s on the second, 3 + 1 there, 4 + 1 there rather than 5 + 1.
    expect(chosen).toEqual([
      [0, 5],
      [1, 3],
      [1, 4],
      [1, 5],
    ]);
    c.computed(0, 0);
    expect(c.queuedSeconds(0)).toBe(0);
  });

  it("prefers the node that keeps the prefix until its queue costs more than fetching it", () => {
    const rows = Array.from({ length: 4 }, () => ({ prompt: 1000, ids: tenBlocks }));
    const c = conductor(rows, 2);
    c.choose(0);
    c.assign(0);
    c.computed(0, 0);
    c.choose(1);
    // All but one token are there.
    expect([c.instance, c.cachedTokens, c.fetchedTokens]).toEqual([0, 999, 0]);
    expect(c.ttftSeconds).toBeCloseTo(0.01, 9);
    c.assign(1);
    // Beside a queue of 0.01 s, fetching 999 tokens takes 0.999 s.
    c.choose(2);
    expect(c.instance).toBe(0);
  });

  it("copies a prefix to an idle node, which has it from then on", () => {
    const rows = [{ prompt: 1000, ids: tenBlocks }, { prompt: 200 }, { prompt: 1000, ids: tenBlocks }, { prompt: 1000, ids: tenBlocks }];
    const c = conductor(rows, 2);
    c.choose(0);
    c.assign(0);
    c.computed(0, 0);
    c.instance = 0;
    c.cachedTokens = 0;
    c.fetchedTokens = 0;
    c.assign(1);
    // 2 s are queued on the first: 0.999 s of fetching and 0.01 s of computing are less than 2.01 s.
    c.choose(2);
    expect([c.instance, c.source, c.cachedTokens, c.fetchedTokens]).toEqual([1, 0, 999, 999]);
    expect(c.ttftSeconds).toBeCloseTo(1.009, 9);
    c.assign(2);
    c.computed(2, 1);
    c.choose(3);
    expect([c.instance, c.fetchedTokens]).toEqual([1, 0]);
  });

  it("fetches nothing where the longest prefix is not so many times as long as the node's own", () => {
    const rows = [
      { prompt: 500, ids: tenBlocks.slice(0, 5) },
      { prompt: 1000, ids: tenBlocks },
      { prompt: 1000, ids: tenBlocks },
    ];
    const fetched = (threshold: number): number => {
      const c = conductor(rows, 2, "kvcache-centric", threshold);
      // Five blocks on the second, ten on the first with a long queue.
      c.computed(0, 1);
      c.computed(1, 0);
      c.instance = 0;
      c.assign(1);
      c.choose(2);
      expect(c.instance).toBe(1);
      return c.fetchedTokens;
    };
    expect(fetched(1)).toBe(499);
    // 999 against 500 tokens.
    expect(fetched(1.9)).toBe(499);
    expect(fetched(2)).toBe(0);
  });

  it("looks at own prefixes alone, at queues alone or at nothing where it is told to", () => {
    const rows = [{ prompt: 1000, ids: tenBlocks }, { prompt: 5000 }, { prompt: 1000, ids: tenBlocks }];
    const chosen = (selection: PrefillSelection): readonly number[] => {
      const c = conductor(rows, 3, selection);
      c.computed(0, 1);
      c.instance = 0;
      c.assign(1);
      c.choose(2);
      return [c.instance, c.cachedTokens, c.fetchedTokens];
    };
    expect(chosen("cache-aware")).toEqual([1, 999, 0]);
    expect(chosen("load-balancing")).toEqual([1, 999, 0]);
    expect(chosen("random")).toEqual([2, 0, 0]);
  });
});
