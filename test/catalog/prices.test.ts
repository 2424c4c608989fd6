import { describe, expect, it } from "vitest";
import type { GpuOffer } from "../../src/catalog/facts.ts";
import { offeredPrice } from "../../src/catalog/prices.ts";

const offer = (provider: string, low: number, high = low, asOf = "2026-05"): GpuOffer => ({
  gpu: "A",
  provider,
  low,
  high,
  asOf,
  source: "example.org/",
});

describe("what a GPU costs", () => {
  it("is all that is offered, from the least to the most, with whose and of when", () => {
    const offers = [offer("one", 2, 4), offer("two", 3.5), offer("three", 10, 10, "2025-10"), { ...offer("other", 1), gpu: "B" }];
    expect(offeredPrice(offers, "A")).toEqual({
      gpu: "A",
      low: 2,
      high: 10,
      // Of 3, 3.5 and 10.
      typical: 3.5,
      source: "one 2 to 4 (2026-05), two 3.5 (2026-05), three 10 (2025-10)",
      months: ["2025-10", "2026-05"],
    });
    expect(offeredPrice([offer("one", 2), offer("two", 5)], "A")?.typical).toBe(3.5);
    expect(offeredPrice(offers, "C")).toBeUndefined();
  });
});
