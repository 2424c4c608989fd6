import { describe, expect, test } from "vitest";
import type { KernelGroup } from "../../../src/catalog/kernels.ts";
import { MeasuredOperator, type MeasuredSource } from "../../../src/timing/measured/measured-operator.ts";
import {
  type Card,
  decodeLaw,
  expertsLaw,
  gemmLaw,
  latentDecodeLaw,
  latentPrefillLaw,
  prefillLaw,
} from "../../../src/timing/measured/operator-law.ts";

/** 1 PFLOP/s and 4 TB/s. */
const card: Card = { flops: 1e15, plainFlops: 1e15, bytesPerSecond: 4e12, elementBytes: 2 };

describe("the least time of an operator", () => {
  test("a matrix product streams its weights or fills the units", () => {
    // 8192² weights of 2 B at 4 TB/s: 33.6 µs and the floor.
    expect(gemmLaw.roofline([1, 8192, 8192], card) * 1e6).toBeCloseTo(4 + (8192 * 8192 * 2 + 4 * 8192) / 4e6, 3);
    // 8192³ · 2 FLOP at 1 PFLOP/s: 1,100 µs.
    expect(gemmLaw.roofline([8192, 8192, 8192], card) * 1e6).toBeCloseTo(4 + (2 * 8192 ** 3) / 1e9, 3);
  });

  test("prompts count half of the pairs, decoding reads keys and values", () => {
    // One prompt of 4,096 tokens, 32 heads of 128: 2 · 32 · 128 · 4096² FLOP.
    expect(prefillLaw.roofline([1, 4096, 32, 8, 128], card) * 1e6).toBeCloseTo(8 + (2 * 32 * 128 * 4096 ** 2) / 1e9, 3);
    // 64 sequences of 4,096 tokens, 8 KV heads of 128 in 2 B.
    const bytes = 2 * 64 * 4096 * 8 * 128 * 2 + 4 * 64 * 32 * 128;
    expect(decodeLaw.roofline([64, 4096, 32, 8, 128], card) * 1e6).toBeCloseTo(8 + bytes / 4e6, 3);
  });

  test("experts are read as far as tokens choose them", () => {
    // One token of 8 experts among 256: 8 · 3 · 7168 · 2048 weights, hardly fewer.
    const one = expertsLaw.roofline([1, 7168, 2048, 8, 256, 1, 1], card) - 15e-6;
    expect(one * 4e12).toBeGreaterThan(0.98 * 8 * 3 * 7168 * 2048 * 2);
    expect(one * 4e12).toBeLessThan(1.02 * 8 * 3 * 7168 * 2048 * 2);
    // Over eight expert ranks a rank has an eighth of them.
    const eighth = expertsLaw.roofline([4096, 7168, 2048, 8, 256, 1, 8], card) - 15e-6;
    const whole = expertsLaw.roofline([4096, 7168, 2048, 8, 256, 1, 1], card) - 15e-6;
    expect(whole / eighth).toBeCloseTo(8, 1);
  });

  test("every law has as many coordinates whatever the sizes", () => {
    for (const law of [gemmLaw, prefillLaw, decodeLaw, expertsLaw, latentPrefillLaw, latentDecodeLaw]) {
      const ones = law.coordinates(law.sizes.map(() => 1));
      const sizes = law.coordinates(law.sizes.map((_, index) => 2 ** (index + 3)));
      expect(sizes).toHaveLength(ones.length);
      expect([...ones, ...sizes].every(Number.isFinite)).toBe(true);
    }
  });
});

describe("measured beside modelled", () => {
  const shapes = [1, 16, 256, 4096].flatMap((m) => [1024, 4096, 8192].map((n) => [m, n, 4096] as const));
  const group = (engine: string, ratio: number): KernelGroup => ({
    table: "gemm",
    engine,
    kind: "bfloat16",
    rows: shapes.map((sizes) => [...sizes, gemmLaw.roofline(sizes, card) * ratio * 1e6]),
  });
  const slowly = (ratio: number): KernelGroup => ({
    ...group("vllm", ratio),
    rows: shapes.map((sizes) => [...sizes, gemmLaw.roofline(sizes, { ...card, bytesPerSecond: 1e12 }) * ratio * 1e6]),
  });
  const speaking = { engine: "vllm", kinds: ["bfloat16"], card, basis: "measured" } as const;
  const measured = (...groups: readonly KernelGroup[]): readonly MeasuredSource[] => [{ card, groups }];

  test("a constant ratio holds everywhere", () => {
    const operator = new MeasuredOperator("gemm", measured(group("vllm", 1.5)), speaking);
    for (const [m, n, k] of [
      [1, 1024, 4096],
      [300, 5000, 3000],
      [20_000, 30_000, 8192],
    ] as const)
      expect(operator.by(n, k)(m) / gemmLaw.roofline([m, n, k], card)).toBeCloseTo(1.5, 6);
  });

  test("an engine's own kernels speak before another's", () => {
    const operator = new MeasuredOperator("gemm", measured(group("vllm", 1.5), group("sglang", 3)), speaking);
    expect(operator.by(4096, 4096)(16) / gemmLaw.roofline([16, 4096, 4096], card)).toBeLessThan(1.6);
  });

  test("the ratio goes over to another card of the generation, with its own peaks", () => {
    const slower = { ...card, bytesPerSecond: 2e12 };
    const operator = new MeasuredOperator("gemm", measured(group("vllm", 1.5)), { ...speaking, card: slower });
    expect(operator.by(8192, 8192)(1) / gemmLaw.roofline([1, 8192, 8192], slower)).toBeCloseTo(1.5, 6);
  });

  test("another GPU fills holes with its own ratio to its own card, and is silent where this one was measured", () => {
    const other: MeasuredSource = { card: { ...card, bytesPerSecond: 1e12 }, groups: [slowly(1.2)] };
    const operator = new MeasuredOperator(
      "gemm",
      [{ card, groups: [{ ...group("vllm", 2), rows: group("vllm", 2).rows.slice(0, 6) }] }, other],
      speaking,
    );
    // Products of few tokens were measured here; of 4,096 only there.
    expect(operator.by(1024, 4096)(1) / gemmLaw.roofline([1, 1024, 4096], card)).toBeGreaterThan(1.8);
    expect(operator.by(1024, 4096)(4096) / gemmLaw.roofline([4096, 1024, 4096], card)).toBeLessThan(1.4);
  });

  test("is as sure as what it rests on", () => {
    const own = new MeasuredOperator("gemm", measured(group("vllm", 1)), speaking);
    const lent = new MeasuredOperator("gemm", measured(group("vllm", 1)), { ...speaking, basis: "interpolated" });
    expect(own.basis).toBe("measured");
    expect(own.band.high - own.band.low).toBeLessThan(lent.band.high - lent.band.low);
    expect(own.band.low).toBeLessThan(1);
    expect(own.band.high).toBeGreaterThan(1);
  });
});
