import type { Model } from "../catalog/facts.ts";
import type { SettledPool } from "../deployment/settled.ts";
import { gatherSeconds, groupOf } from "./collectives.ts";
import { samplerFixedSeconds, samplerSecondsPerLogit } from "./constants.ts";
import { gemmSeconds } from "./gemm.ts";
import type { GpuRates } from "./rates.ts";

/** Logits and sampling for so many sequences, on the last stage: the head in 16 bit, split over `split` ranks, and a gather of the logits. */
export function headSeconds(model: Model, pool: SettledPool, rates: GpuRates, split: number, sequences: number): number {
  if (sequences <= 0) return 0;
  const vocab = Math.ceil(Math.ceil(model.vocab / 64) * (64 / split));
  return (
    gemmSeconds(rates.plain, sequences, vocab, model.hidden) +
    gatherSeconds(pool, groupOf(split, pool), sequences * model.vocab * pool.activationBytes) +
    samplerFixedSeconds +
    samplerSecondsPerLogit * sequences * model.vocab
  );
}
