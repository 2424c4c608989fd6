import type { Model } from "../../catalog/facts.ts";
import type { SettledPool } from "../../deployment/settled.ts";
import type { Sharing } from "../layer.ts";
import type { OperatorName, TokenOperator } from "../operators/operator.ts";
import type { GpuRates } from "../operators/rates.ts";
import { ulyssesExchangeSeconds } from "../shift-costs.ts";
import type { Basis } from "../step-model.ts";
import {
  allReduceSeconds,
  allToAllSeconds,
  exchangeBasis,
  type Group,
  gatherSeconds,
  groupOf,
  scatterSeconds,
  sequenceGroup,
} from "./collectives.ts";

/** Two all-reduces of the hidden states; with Ulysses two all-to-alls around attention as well (systems.md 1 and 5). */
export function exchangesOfAttention(
  model: Model,
  pool: SettledPool,
  { engine }: GpuRates,
  { tensor, sequence }: Sharing,
): readonly TokenOperator[] {
  const hiddenBytes = model.hidden * pool.activationBytes;
  const tensorGroup = groupOf(tensor, pool);
  const perHead = model.headDim * pool.activationBytes;
  const found: TokenOperator[] = [];
  if (tensor > 1) {
    const reduced = (tokens: number): number => allReduceSeconds(pool, tensorGroup, tokens * hiddenBytes);
    found.push(
      exchange(
        "all-reduce",
        exchangeBasis(pool, tensorGroup),
        (tokens) => 2 * engine.reduce * reduced(tokens),
        4 * hiddenBytes * othersOf(tensorGroup),
      ),
    );
  }
  if (sequence > 1) {
    const ulysses = sequenceGroup(sequence, tensor, pool);
    const heads = model.heads / tensor;
    const fused = (heads + 2 * Math.max(model.kvHeads / tensor, sequence)) * perHead;
    const output = heads * perHead;
    const there = (tokens: number): number => allToAllSeconds(pool, ulysses, tokens * fused);
    const back = (tokens: number): number => allToAllSeconds(pool, ulysses, tokens * output);
    found.push(
      exchange(
        "all-to-all",
        exchangeBasis(pool, ulysses),
        (tokens) => there(tokens) + back(tokens) + 2 * ulyssesExchangeSeconds,
        (fused + output) * othersOf(ulysses),
      ),
    );
  }
  const context = pool.layout.prefillContext;
  if (context > 1) {
    const group = groupOf(tensor * context, pool);
    const keyValues = 2 * Math.max(1, model.kvHeads / tensor) * perHead;
    const gathered = (tokens: number): number => gatherSeconds(pool, group, tokens * context * keyValues);
    found.push(exchange("all-to-all", exchangeBasis(pool, group), gathered, keyValues));
  }
  return found;
}

/**
 * Ranks that share the tokens of a context (DCP) gather each other's queries, and scatter sums of partial outputs with a logarithm of the
 * normaliser each; by the decoding sequences (vLLM attention/ops/common.py, cp_lse_ag_out_rs).
 */
export function exchangesOfContext(model: Model, pool: SettledPool, split: number): readonly TokenOperator[] {
  const { decodeContext } = pool.layout;
  if (decodeContext <= 1) return [];
  const group = groupOf(decodeContext, pool);
  const heads = Math.max(1, Math.ceil(model.heads / split)) * decodeContext;
  const { mla } = model;
  const queries = heads * (mla ? mla.kvRank + mla.ropeHeadDim : model.headDim) * pool.activationBytes;
  const outputs = heads * (mla ? mla.kvRank : model.valueHeadDim) * pool.activationBytes;
  const normalisers = heads * 4;
  const seconds = (sequences: number): number =>
    sequences <= 0
      ? 0
      : gatherSeconds(pool, group, sequences * queries) +
        gatherSeconds(pool, group, sequences * normalisers) +
        scatterSeconds(pool, group, sequences * outputs);
  return [exchange("all-to-all", exchangeBasis(pool, group), seconds, (queries + outputs + normalisers) * othersOf(group))];
}

/** Share of a message that leaves its rank. */
export const othersOf = ({ ranks }: Group): number => (ranks - 1) / ranks;

/** An exchange by the tokens of one rank. */
export function exchange(name: OperatorName, basis: Basis, seconds: (tokens: number) => number, bytesPerToken: number): TokenOperator {
  return { name, basis, seconds, flops: () => 0, bytes: (tokens) => tokens * bytesPerToken };
}
