import type { Model } from "../../catalog/facts.ts";
import type { SettledPool } from "../../deployment/settled.ts";
import { gatherSeconds, groupOf } from "../collectives/collectives.ts";
import { samplerFixedSeconds, samplerSecondsPerLogit } from "../constants.ts";
import { gemm } from "./gemm.ts";
import { secondsOf, type TokenOperator } from "./operator.ts";
import type { GpuRates } from "./rates.ts";

/** Logits and sampling by the sequences of a step, on the last stage: the head in 16 bit, split over `split` ranks, and a gather of the logits. */
export function headOperator(model: Model, pool: SettledPool, rates: GpuRates, split: number): TokenOperator {
  const vocab = Math.ceil(Math.ceil(model.vocab / 64) * (64 / split));
  const logits = gemm("head", rates.plain, vocab, model.hidden);
  const group = groupOf(split, pool);
  const logitBytes = model.vocab * pool.activationBytes;
  return {
    name: "head",
    basis: rates.plain.basis,
    seconds: (sequences) =>
      sequences <= 0
        ? 0
        : secondsOf(logits, sequences) +
          gatherSeconds(pool, group, sequences * logitBytes) +
          samplerFixedSeconds +
          samplerSecondsPerLogit * sequences * model.vocab,
    flops: (sequences) => logits.reduce((sum, operator) => sum + operator.flops(sequences), 0),
    bytes: (sequences) => logits.reduce((sum, operator) => sum + operator.bytes(sequences), 0),
  };
}
