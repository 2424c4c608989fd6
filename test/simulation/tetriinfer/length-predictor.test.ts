import { describe, expect, it } from "vitest";
import { randomSource } from "../../../src/simulation/random.ts";
import { predictedBuckets, publishedPrediction } from "../../../src/simulation/tetriinfer/length-predictor.ts";

describe("TetriInfer's length predictor", () => {
  it("names the bucket of tokens where it is right", () => {
    const output = Int32Array.of(1, 200, 201, 400, 401);
    const exact = { bucketTokens: 200, accuracy: 1 };
    expect([...predictedBuckets(output, exact, randomSource(1, "routing"))]).toEqual([0, 0, 1, 1, 2]);
  });

  it("is right as often as published, and else names a bucket beside", () => {
    const output = new Int32Array(20_000).fill(500);
    const buckets = predictedBuckets(output, publishedPrediction, randomSource(7, "routing"));
    const share = (bucket: number): number => buckets.reduce((sum, one) => sum + (one === bucket ? 1 : 0), 0) / buckets.length;
    expect(share(2)).toBeCloseTo(0.749, 2);
    expect(share(1)).toBeCloseTo(0.1255, 2);
    expect(share(3)).toBeCloseTo(0.1255, 2);
  });

  it("says the same for the same seed", () => {
    const output = Int32Array.from({ length: 100 }, (_, i) => 17 * i);
    const once = () => [...predictedBuckets(output, publishedPrediction, randomSource(3, "routing"))];
    expect(once()).toEqual(once());
  });
});
