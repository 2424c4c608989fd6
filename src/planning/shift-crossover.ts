import type { Model } from "../catalog/facts.ts";
import type { SettledPool } from "../deployment/settled.ts";
import { stepModel } from "../timing/step.ts";
import { type Batch, emptyBatch } from "../timing/step-model.ts";

/** Tokens between two sizes that are looked at. */
const grain = 64;

/**
 * Tokens up to which a step of such a batch is no slower as full TP than with sequence ranks, in multiples of 64; undefined where the step
 * model sees no such point below `most`.
 */
export function shiftCrossover(model: Model, pool: SettledPool, most: number, batchOf: (tokens: number) => Batch): number | undefined {
  const tensor = stepModel(model, { ...pool, shiftThreshold: most });
  const mixed = stepModel(model, { ...pool, shiftThreshold: 0 });
  if (tensor.mode(grain) !== "tensor" || mixed.mode(grain) !== "sequence") return undefined;
  const tensorWins = (tokens: number): boolean => {
    const batch = batchOf(tokens);
    return tensor.stepSeconds(batch) <= mixed.stepSeconds(batch);
  };
  let low = 0;
  let high = Math.floor(most / grain);
  if (!tensorWins(grain)) return undefined;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (tensorWins(middle * grain)) low = middle;
    else high = middle - 1;
  }
  return low === 0 || low * grain >= most ? undefined : low * grain;
}

/** Half of the tokens decode after 1,024 tokens of context each, half are a chunk of a prompt. */
export function mixedBatch(tokens: number): Batch {
  const decode = tokens / 2;
  const prefill = tokens - decode;
  return {
    ...emptyBatch(),
    tokens,
    decodeSequences: decode,
    decodeContext: decode * 1024,
    prefillTokens: prefill,
    prefillChunks: 1,
    prefillPairs: (prefill * prefill) / 2,
  };
}

/** One token of each of so many requests. */
export function decodeBatch(sequences: number, context: number): Batch {
  return { ...emptyBatch(), tokens: sequences, decodeSequences: sequences, decodeContext: sequences * context };
}
