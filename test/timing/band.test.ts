import { describe, expect, test } from "vitest";
import type { Gpu } from "../../src/catalog/facts.ts";
import { timingBand } from "../../src/timing/band.ts";
import { bandWidths } from "../../src/timing/band-widths.ts";
import { gpu, model, pool } from "../memory/pools.ts";

const llama = model("meta-llama/Llama-3.1-8B-Instruct");
const h100 = gpu("H100");

const bandOf = (card: Gpu, isMeasured = true) =>
  timingBand(llama, { ...pool(), gpu: card, kernels: [{ measuredOn: h100, groups: [] }] }, isMeasured);

describe("the band of a step's time", () => {
  test("is that of measured rows on the card itself and its like", () => {
    expect(bandOf(h100)).toBe(bandWidths.vllm.step);
    expect(bandOf({ ...h100, memoryBytesPerSecond: 1.01 * h100.memoryBytesPerSecond })).toBe(bandWidths.vllm.step);
    // 4.8 of 3.35 TB/s: 0.55 · ln 1.43 = 0.198.
    expect(bandOf(gpu("H200"))).toBeCloseTo(0.198, 3);
  });

  test("grows with the distance from the card whose kernels speak for it", () => {
    expect(bandOf({ ...h100, memoryBytesPerSecond: 2 * h100.memoryBytesPerSecond })).toBeCloseTo(0.55 * Math.log(2), 6);
    expect(bandOf({ ...h100, flops: { bf16: 989e12 / 2 } })).toBeCloseTo(0.55 * Math.log(2), 6);
  });

  test("is widest where nothing was measured, and never wider", () => {
    expect(bandOf(h100, false)).toBe(0.6);
    expect(bandOf({ ...h100, memoryBytesPerSecond: 1e10 })).toBe(0.6);
    expect(timingBand({ ...llama, approximate: true }, { ...pool(), gpu: h100 }, true)).toBe(0.6);
  });
});
