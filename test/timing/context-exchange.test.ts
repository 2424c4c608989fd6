import { describe, expect, it } from "vitest";
import { exchangesOfContext } from "../../src/timing/collectives/exchanges.ts";
import { stepModel } from "../../src/timing/step.ts";
import { decoding, poolOf, prompt } from "./pools.ts";

const serving = (decodeContext: number) =>
  poolOf({ model: "deepseek-ai/DeepSeek-R1", gpu: "H200-SXM", pools: [{ parallel: { tensor: 8, decodeContext } }] });

describe("ranks that share contexts", () => {
  it("exchange nothing where there is one of them", () => {
    const { model, pool } = serving(1);
    expect(exchangesOfContext(model, pool, 8)).toEqual([]);
  });

  it("gather queries, scatter outputs and normalisers: 64 sequences of 128 heads", () => {
    const { model, pool } = serving(8);
    const [operator] = exchangesOfContext(model, pool, 8);
    // 128 heads × (576 + 512 elements × 2 B + 4 B), seven eighths of it from and to others.
    expect(operator?.bytes(64)).toBe((64 * 128 * (1088 * 2 + 4) * 7) / 8);
    expect(operator?.seconds(0)).toBe(0);
    expect(operator?.seconds(64)).toBeGreaterThan(3e-5);
    expect(operator?.seconds(64)).toBeLessThan(1e-3);
  });

  it("pay for long contexts alone: attention reads an eighth, the exchange is the same for any length", () => {
    const seconds = (decodeContext: number, context: number): number => {
      const { model, pool } = serving(decodeContext);
      return stepModel(model, pool).stepSeconds(decoding(32, context));
    };
    expect(seconds(8, 1000)).toBeGreaterThan(seconds(1, 1000));
    expect(seconds(8, 128_000)).toBeLessThan(0.6 * seconds(1, 128_000));
  });

  it("exchange no queries of prompts", () => {
    const collectives = (decodeContext: number): number => {
      const { model, pool } = serving(decodeContext);
      return stepModel(model, pool).breakdown(prompt(4096)).seconds.collectives;
    };
    expect(collectives(8)).toBeCloseTo(collectives(1), 12);
  });
});
