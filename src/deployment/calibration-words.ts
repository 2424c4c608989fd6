import type { AppliedCalibration } from "./apply-calibration.ts";
import type { MemoryTerm } from "./calibration.ts";
import { type Message, message } from "./message.ts";

/** Terms as they stand in a sentence. */
const names: Readonly<Record<MemoryTerm, string>> = {
  total: "GPU total",
  weights: "weights",
  activation: "activation peak",
  nonTorch: "outside the allocator",
  graphs: "CUDA graphs",
  kvCache: "KV cache",
  kvCacheBlocks: "KV cache blocks",
};

export interface CalibrationWords {
  /** Which parts are the measured ones. */
  readonly used: Message;
  /** Parts that are predicted although they were measured, with the reason. */
  readonly predicted: readonly { readonly terms: string; readonly why: Message }[];
}

/** What of a calibration stands in the place of a prediction, and what does not and why. */
export function calibrationWords({ date, applied, refused }: AppliedCalibration): CalibrationWords {
  const list = (terms: readonly MemoryTerm[]): string => terms.map((term) => names[term]).join(", ");
  const reasons = new Map<string, { readonly why: Message; readonly terms: MemoryTerm[] }>();
  for (const { term, why } of refused) {
    const key = JSON.stringify(why);
    const known = reasons.get(key) ?? { why, terms: [] };
    known.terms.push(term);
    reasons.set(key, known);
  }
  return {
    used:
      applied.length > 0
        ? message("Measured on {0}: {1}", date, list(applied))
        : message("Nothing that was measured on {0} holds any more", date),
    predicted: [...reasons.values()].map(({ why, terms }) => ({ terms: list(terms), why })),
  };
}
