import { describe, expect, test } from "vitest";
import { achieved, gpuPeaks } from "../../src/timing/operators/achieved.ts";
import type { OperatorShare } from "../../src/timing/operators/operator.ts";
import { bandwidthWords, basisShares, computeWords } from "../../src/timing/operators/operator-words.ts";
import { stepModel } from "../../src/timing/step.ts";
import { poolOf } from "./pools.ts";

const share = (change: Partial<OperatorShare>): OperatorShare => ({
  operator: "mlp",
  seconds: 0.002,
  flops: 1e12,
  bytes: 4e9,
  basis: "measured",
  ...change,
});
const peaks = { flops: 1e15, bytesPerSecond: 3e12 };

describe("achieved against peak", () => {
  test("rates are work over time, shares are of one GPU", () => {
    // 1 TFLOP and 4 GB in 2 ms: 500 TFLOP/s, half of the peak; 2 TB/s, two thirds.
    expect(achieved(share({}), peaks)).toEqual({
      flopsPerSecond: 5e14,
      bytesPerSecond: 2e12,
      flopsShare: 0.5,
      bytesShare: expect.closeTo(2 / 3, 9),
    });
  });

  test("bytes of an exchange go over links, and the host reaches nothing", () => {
    expect(achieved(share({ operator: "all-reduce", flops: 0 }), peaks)).toMatchObject({
      flopsShare: null,
      bytesShare: null,
      bytesPerSecond: 2e12,
    });
    expect(achieved(share({ operator: "host", flops: 0, bytes: 0 }), peaks)).toMatchObject({ flopsShare: null, bytesShare: null });
  });

  test("peaks are those of one GPU, whatever the layout", () => {
    const one = poolOf({ pools: [{ parallel: { tensor: 1 } }] });
    for (const parallel of [{ tensor: 4 }, { tensor: 2, pipeline: 2 }, { tensor: 2, data: 2 }]) {
      const { model, pool } = poolOf({ pools: [{ parallel }] });
      expect(gpuPeaks(stepModel(model, pool), pool)).toEqual(gpuPeaks(stepModel(one.model, one.pool), one.pool));
    }
    expect(gpuPeaks(stepModel(one.model, one.pool), one.pool).bytesPerSecond).toBe(one.pool.gpu.memoryBytesPerSecond);
  });

  test("how much of a step rests on what, the surest first", () => {
    const step = [share({ seconds: 0.3, basis: "analytical" }), share({ seconds: 0.5 }), share({ operator: "experts", seconds: 0.2 })];
    expect(basisShares(step)).toEqual([
      { basis: "measured", share: expect.closeTo(0.7, 9) },
      { basis: "analytical", share: expect.closeTo(0.3, 9) },
    ]);
  });

  test("rates in words", () => {
    expect(bandwidthWords(4.3e11)).toBe("430 GB/s");
    expect(bandwidthWords(2.32e12)).toBe("2.32 TB/s");
    expect(computeWords(7.6e14)).toBe("760 TFLOP/s");
  });
});
