import type { DType, Model } from "../catalog/facts.ts";
import { isSized } from "../catalog/weight-format.ts";
import type { Known } from "./located.ts";
import type { Mapped } from "./mapped.ts";
import { message } from "./message.ts";
import { namedWeights } from "./settle-formats.ts";

/** A model whose weights the file says to be stored otherwise than its name tells: then they are counted so, and only roughly. */
export function withPrecision(facts: Known<Model>, precision: Mapped | undefined): Known<Model> {
  // `fp8_kv` is about the cache too, `weights_int4` about nothing else.
  const word = precision?.value.replace(/^weights_|_(kv|mlp_only|dynamic).*$/g, "");
  const weights = word ? namedWeights(word) : undefined;
  if (!facts || !precision || !weights || weights.linear === mostly(facts.value.weights)) return facts;
  return {
    ...facts,
    value: { ...facts.value, weights, approximate: true },
    origin: "inferred",
    why: message("{0} with weights in {1}, as the file says", facts.value.id, precision.value),
  };
}

/** What a checkpoint is called by: experts are nearly all of it. */
function mostly(weights: Model["weights"]): DType | null {
  return isSized(weights) ? (weights.experts ?? weights).linear : null;
}
