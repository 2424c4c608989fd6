import { describe, expect, test } from "vitest";
import type { Speculation } from "../../src/deployment/settled.ts";
import { draftedTokens, draftingSequences, tokensPerStep } from "../../src/timing/speculative-gain.ts";
import { stepModel } from "../../src/timing/step.ts";
import { decoding, poolOf } from "./pools.ts";

const chain = (draftTokens: number, acceptance: number, further: Partial<Speculation> = {}): Speculation => ({
  method: "mtp",
  draftTokens,
  depth: draftTokens,
  acceptance,
  found: 1,
  verifiesAll: false,
  passes: draftTokens,
  width: 1,
  lookahead: draftTokens,
  limit: null,
  ...further,
});

describe("what speculation gains", () => {
  // (1 − 0.8^4) / (1 − 0.8) = 2.952; (1 − 0.5^3) / 0.5 = 1.75.
  test("the series of accepted drafts and one more", () => {
    expect(tokensPerStep(chain(3, 0.8), 10)).toBeCloseTo(2.952, 10);
    expect(tokensPerStep(chain(2, 0.5), 10)).toBeCloseTo(1.75, 10);
    expect(tokensPerStep(chain(3, 0), 10)).toBe(1);
  });

  // Seven drafts on five levels: 1.4 a level, 1 − 0.34^1.4 = 0.7792; 1 + 0.7792 · (1 − 0.7792^5) / 0.2208 = 3.515.
  test("more on each level of a tree", () => {
    expect(tokensPerStep(chain(7, 0.66, { depth: 5 }), 1)).toBeCloseTo(3.515, 2);
  });

  test("nothing where nothing is found, and then verifies nothing unless shapes are fixed", () => {
    expect(tokensPerStep(chain(5, 0.5, { found: 0.4 }), 10)).toBeCloseTo(1 + 0.4 * 0.96875, 10);
    expect(draftedTokens(chain(5, 0.5, { found: 0.4 }), 10)).toBe(20);
    expect(draftedTokens(chain(5, 0.5, { found: 0.4, verifiesAll: true }), 10)).toBe(50);
  });

  test("less where only the first draft, nothing where too many run", () => {
    const first = chain(3, 0.8, { limit: { drafting: 64, running: null } });
    expect(draftingSequences(first, 100)).toBe(64);
    expect(tokensPerStep(first, 128)).toBeCloseTo(1 + 0.5 * 1.952, 10);
    const none = chain(3, 0.8, { limit: { drafting: null, running: 64 } });
    expect([64, 65].map((count) => draftedTokens(none, count))).toEqual([192, 0]);
  });
});

describe("what a step with drafts costs", () => {
  const settings = { "speculative-config": { method: "eagle3", model: "own/head", num_speculative_tokens: 3 } };
  const { model, pool } = poolOf({ settings });
  const steps = stepModel(model, pool);
  const plain = stepModel(model, poolOf().pool);
  const verifying = (sequences: number, drafts: number, context = 1000) => ({
    ...decoding(sequences, context),
    tokens: sequences * (1 + drafts),
    draftTokens: sequences * drafts,
    draftSequences: drafts > 0 ? sequences : 0,
  });

  test("little more than one without at a batch of one: weights are read once, and a layer and the head by each pass", () => {
    const more = steps.stepSeconds(verifying(1, 3)) / plain.stepSeconds(decoding(1, 1000));
    // A layer and the head are 0.44 + 1.05 of 16 GB, read three times.
    expect(more).toBeGreaterThan(1.1);
    expect(more).toBeLessThan(1.45);
  });

  test("the gain vanishes when the step turns compute bound", () => {
    const gain = (sequences: number): number =>
      (2.63 * plain.stepSeconds(decoding(sequences, 100))) / steps.stepSeconds(verifying(sequences, 3, 100));
    expect(gain(1)).toBeGreaterThan(1.7);
    expect(gain(64)).toBeLessThan(gain(1));
    expect(gain(256)).toBeLessThan(1.3);
  });

  test("the same whether its parts are summed or asked whole", () => {
    const batch = verifying(16, 3);
    const { seconds, total } = steps.breakdown(batch);
    expect(Object.values(seconds).reduce((sum, part) => sum + part, 0)).toBeCloseTo(total, 12);
    expect(steps.anatomy(batch).reduce((sum, part) => sum + part.seconds, 0)).toBeCloseTo(total, 9);
    expect(steps.stageSeconds(batch, 0)).toBeCloseTo(total, 12);
  });
});
