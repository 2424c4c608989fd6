import type { Basis } from "../step-model.ts";

/** Kinds of work of a step. */
export const operatorNames = [
  "attention-projections",
  "mlp",
  "experts",
  "elementwise",
  "prefill-attention",
  "decode-attention",
  "embedding",
  "head",
  "all-reduce",
  "all-to-all",
  "stage-transfer",
  "host",
] as const;
export type OperatorName = (typeof operatorNames)[number];

/** What one kind of work of a step comes to on one GPU of every stage. */
export interface OperatorShare {
  readonly operator: OperatorName;
  readonly seconds: number;
  readonly flops: number;
  /** Read and written in the GPU's memory; of exchanges, what a GPU sends. */
  readonly bytes: number;
  readonly basis: Basis;
}

/** An operator of a layer on one rank, whose work depends on the tokens that the rank is given alone. */
export interface TokenOperator {
  readonly name: OperatorName;
  readonly basis: Basis;
  seconds(tokens: number): number;
  flops(tokens: number): number;
  bytes(tokens: number): number;
}

/** Seconds of several operators that run one after the other. */
export function secondsOf(operators: readonly TokenOperator[], tokens: number): number {
  let sum = 0;
  for (const operator of operators) sum += operator.seconds(tokens);
  return sum;
}
