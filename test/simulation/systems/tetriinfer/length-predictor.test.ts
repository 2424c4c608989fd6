import { describe, expect, it } from "vitest";
import { randomSource } from "../../../../src/simulation/random.ts";
import { expectedTokens } from "../../../../src/simulation/systems/tetriinfer/length-predictor.ts";

const published = { bucketTokens: 200, accuracy: 0.749 };

describe("TetriInfer's length predictor", () => {
  it("names the lower end of the bucket where it is right", () => {
    const output = Int32Array.of(1, 200, 201, 400, 401);
    const exact = { bucketTokens: 200, accuracy: 1 };
    expect([...expectedTokens(output, exact, randomSource(1, "lengthsForeseen"))]).toEqual([0, 0, 200, 200, 400]);
  });

  it("is right as often as published, and else names a bucket beside", () => {
    const output = new Int32Array(20_000).fill(500);
    const buckets = expectedTokens(output, published, randomSource(7, "lengthsForeseen"));
    const share = (bucket: number): number => buckets.reduce((sum, one) => sum + (one === 200 * bucket ? 1 : 0), 0) / buckets.length;
    expect(share(2)).toBeCloseTo(0.749, 2);
    expect(share(1)).toBeCloseTo(0.1255, 2);
    expect(share(3)).toBeCloseTo(0.1255, 2);
  });

  it("says the same for the same seed", () => {
    const output = Int32Array.from({ length: 100 }, (_, i) => 17 * i);
    const once = () => [...expectedTokens(output, published, randomSource(3, "lengthsForeseen"))];
    expect(once()).toEqual(once());
  });
});
