import { describe, expect, it } from "vitest";
import type { Mooncake } from "../../../../src/deployment/systems/mooncake.ts";
import { Conductor } from "../../../../src/simulation/systems/mooncake/conductor.ts";

interface Row {
  readonly prompt: number;
  /** Tokens of its start that each node has. */
  readonly kept?: readonly number[];
}

/** A second for 100 tokens that are computed, and one for 1,000 that are copied. */
function conductor(
  rows: readonly Row[],
  instances: number,
  { prefillSelection = "kvcache-centric", balancingThreshold = 1 }: Partial<Mooncake> = {},
): Conductor {
  const requests = { count: rows.length, prompt: Int32Array.from(rows, ({ prompt }) => prompt) };
  return new Conductor(
    requests,
    instances,
    { prefillSelection, balancingThreshold },
    {
      keptTokens: (r, instance) => rows[r]?.kept?.[instance] ?? 0,
      prefillSeconds: (_, tokens, cached) => (tokens - cached) / 100,
      transferSeconds: (_from, _to, tokens) => tokens / 1000,
      random: () => 0.99,
    },
  );
}

/** Sends the requests one after the other; what was decided of the last. */
function decided(c: Conductor, requests: number): readonly number[] {
  for (let r = 0; r < requests; r++) {
    c.choose(r);
    c.assign(r);
  }
  return [c.instance, c.cachedTokens, c.copiedTokens];
}

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

  it("prefers the node that keeps the prefix until its queue costs more than copying it", () => {
    // All but one token are there: 0.01 s. The other node would copy 999 tokens in 0.999 s.
    const again = { prompt: 1000, kept: [0, 1000] };
    expect(decided(conductor([again], 2), 1)).toEqual([1, 999, 0]);
    expect(decided(conductor([{ prompt: 0 }, { prompt: 90 }, again], 2), 3)).toEqual([1, 999, 0]);
    const busy = conductor([{ prompt: 50 }, { prompt: 200 }, again], 2);
    // 0.5 s are queued on the first and 2 s on the second: 0.5 + 0.999 + 0.01 s are less than 2.01 s.
    expect(decided(busy, 3)).toEqual([0, 999, 999]);
    expect(busy.source).toBe(1);
    expect(busy.ttftSeconds).toBeCloseTo(1.509, 9);
  });

  it("copies nothing where the longest prefix is not so many times as long as the node's own", () => {
    const rows = [{ prompt: 1000 }, { prompt: 1000, kept: [999, 500] }];
    const copied = (balancingThreshold: number) => decided(conductor(rows, 2, { balancingThreshold }), 2);
    expect(copied(1)).toEqual([1, 999, 499]);
    // 999 against 500 tokens.
    expect(copied(1.9)).toEqual([1, 999, 499]);
    expect(copied(2)).toEqual([1, 500, 0]);
  });

  it("looks at own prefixes alone, at queues alone or at nothing where it is told to", () => {
    const rows = [{ prompt: 5000 }, { prompt: 1000, kept: [0, 0, 1000] }];
    const chosen = (prefillSelection: Mooncake["prefillSelection"]) => decided(conductor(rows, 4, { prefillSelection }), 2);
    expect(chosen("cache-aware")).toEqual([2, 999, 0]);
    expect(chosen("load-balancing")).toEqual([1, 0, 0]);
    expect(chosen("random")).toEqual([3, 0, 0]);
  });
});
