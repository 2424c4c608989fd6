import type { Model } from "../catalog/facts.ts";
import type { KvShape } from "./kv-shape.ts";
import type { Sum } from "./sum.ts";

/** Adds the bytes that one token takes on a rank, over the layers that keep it. */
export function addToken(sum: Sum, model: Model, { bytesPerToken, tokenFormula }: KvShape): number {
  return sum.add(
    "kv-token",
    "One token",
    { bytes: bytesPerToken, formula: tokenFormula, confidence: model.approximate ? "estimated" : "engine-law", spread: 0 },
    model.mla ? "VM11" : "VM08",
  );
}
