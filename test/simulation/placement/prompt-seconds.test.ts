import { describe, expect, it } from "vitest";
import { PromptSeconds } from "../../../src/simulation/placement/prompt-seconds.ts";
import { timing } from "../fixtures.ts";

describe("seconds of a prompt by itself", () => {
  it("are those of its chunks, each behind the tokens before it", () => {
    const model = timing((batch) => batch.tokens + batch.prefillPairs / 1000 + batch.prefillContext / 1e6);
    // 100 tokens behind 0, 100 behind 100, 50 behind 200; pairs 5,000, 15,000 and 11,250.
    expect(new PromptSeconds(model, 100, false).of(250, 0)).toBeCloseTo(250 + 31.25 + 300e-6, 9);
    // 150 are there: pairs 100 × 200 = 20,000 alone.
    expect(new PromptSeconds(model, 100, false).of(250, 150)).toBeCloseTo(100 + 20 + 150e-6, 9);
    expect(new PromptSeconds(model, 100, false).of(250, 250)).toBe(0);
  });

  it("of chunks that follow each other through the stages are (chunks + stages − 1) stages", () => {
    const model = timing((batch) => batch.tokens / 100, { stages: 4 });
    expect(new PromptSeconds(model, 100, false).of(800, 0)).toBeCloseTo(8, 9);
    expect(new PromptSeconds(model, 100, true).of(800, 0)).toBeCloseTo((8 + 4 - 1) / 4, 9);
  });
});
