import { describe, expect, it } from "vitest";
import type { SglangOrder } from "../../../src/deployment/settled.ts";
import { simulateWith } from "../../../src/simulation/simulate-with.ts";
import { planOf, reportFrom, type Setup, settledOf, timing } from "../fixtures.ts";
import { sglang } from "../play.ts";

interface Asked {
  readonly prompt: number;
  readonly output?: number;
  readonly ids?: readonly number[];
}

/** In which order requests start that come together while another one is computed, one prompt a step or so many tokens. */
function startsOf(order: SglangOrder, asked: readonly Asked[], first: Asked, maxPrefillTokens = 1): readonly number[] {
  const setup: Setup = {
    settings: { blockTokens: 16, prefixCaching: true, maxNumSeqs: 500, scheduling: { ...sglang, maxPrefillTokens, order } },
    blocks: 20_000,
  };
  const row = ({ prompt, output = 50, ids = [] }: Asked, at: number) => ({
    arrivalSeconds: at,
    promptTokens: prompt,
    outputTokens: output,
    prefixBlocks: ids,
  });
  const requests = [row(first, 0), ...asked.map((one) => row(one, 0.005))];
  const model = timing(() => 0.01);
  const workload = { kind: "requests" as const, requests, prefixBlockTokens: 16 };
  const { firstScheduled } = reportFrom(simulateWith(settledOf(setup), [planOf(setup)], [model], workload, 1)).requests;
  return asked.map((_, i) => i).sort((a, b) => (firstScheduled[a + 1] as number) - (firstScheduled[b + 1] as number));
}

const ids = (family: number, count: number): readonly number[] => Array.from({ length: count }, (_, i) => 100 * family + i);

describe("SGLang's order of waiting requests", () => {
  const first = { prompt: 80, ids: ids(1, 5) };

  it("is by the longest cached prefix", () => {
    const asked = [{ prompt: 100 }, { prompt: 100, ids: ids(1, 2) }, { prompt: 100, ids: ids(1, 4) }];
    expect(startsOf("lpm", asked, first)).toEqual([2, 1, 0]);
  });

  it("has those wait whose prefix another one is about to compute", () => {
    // The second shares 48 tokens with the first, the third 16: no more than are worth waiting for. Two go in a step.
    const asked = [
      { prompt: 100, ids: ids(2, 5) },
      { prompt: 100, ids: ids(2, 3) },
      { prompt: 100, ids: [...ids(2, 1), 777, 778] },
      { prompt: 100 },
    ];
    expect(startsOf("lpm", asked, first, 250)).toEqual([0, 2, 1, 3]);
  });

  it("is that of arrival where more wait than are matched", () => {
    const asked = Array.from({ length: 140 }, (_, i) => (i === 139 ? { prompt: 100, ids: ids(1, 4) } : { prompt: 20 }));
    // Twelve go first; then 128 are left, and the last is matched.
    expect(startsOf("lpm", asked, first).indexOf(139)).toBe(12);
  });

  it("is by answers, by prompts, along the tree, or by chance", () => {
    const asked = [
      { prompt: 90, output: 10, ids: ids(1, 1) },
      { prompt: 60, output: 30 },
      { prompt: 70, output: 20, ids: ids(1, 3) },
      { prompt: 100, output: 30 },
    ];
    expect(startsOf("lof", asked, first)).toEqual([1, 3, 2, 0]);
    // 74, 60, 22 and 100 tokens are left to compute.
    expect(startsOf("shortest-prefill-first", asked, first)).toEqual([2, 1, 0, 3]);
    expect(startsOf("dfs-weight", asked, first)).toEqual([2, 0, 1, 3]);
    const many = Array.from({ length: 30 }, () => ({ prompt: 20 }));
    const shuffled = startsOf("random", many, first);
    expect([...shuffled].sort((a, b) => a - b)).toEqual(many.map((_, i) => i));
    expect(shuffled).not.toEqual(many.map((_, i) => i));
  });
});
