import type { Model } from "../catalog/facts.ts";
import type { SettledPool } from "../deployment/settled.ts";
import { gatherSeconds, groupOf } from "./collectives.ts";
import { samplerFixedSeconds, samplerSecondsPerLogit } from "./constants.ts";
import { gemmCost } from "./gemm.ts";
import type { GpuRates } from "./rates.ts";

/**
 * Seconds of logits and sampling by the sequences of a step, on the last stage: the head in 16 bit, split over `split` ranks, and a gather
 * of the logits.
 */
export function headCost(model: Model, pool: SettledPool, rates: GpuRates, split: number): (sequences: number) => number {
  const vocab = Math.ceil(Math.ceil(model.vocab / 64) * (64 / split));
  const logits = gemmCost(rates.plain, vocab, model.hidden);
  const group = groupOf(split, pool);
  return (sequences) =>
    sequences <= 0
      ? 0
      : logits(sequences) +
        gatherSeconds(pool, group, sequences * model.vocab * pool.activationBytes) +
        samplerFixedSeconds +
        samplerSecondsPerLogit * sequences * model.vocab;
}
