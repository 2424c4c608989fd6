import type { KernelTable } from "../../catalog/kernels.ts";
import type { Basis } from "../step-model.ts";

/** Between these factors of a predicted time lie eight of ten measured ones. */
export interface OperatorBand {
  readonly low: number;
  readonly high: number;
}

const band = (low: number, high: number): OperatorBand => ({ low, high });

/**
 * Tenth and ninetieth percentile of measured over predicted times, as `npm run accuracy -- kernels` prints them: at sizes left out of a
 * GPU's own kernels, of a GPU by others of its generation, and by other generations alone. Exchanges between nodes were measured nowhere:
 * they have the band of what links of other cards say of tokens on their way to experts.
 */
const learnt: Readonly<Record<KernelTable, Readonly<Record<Basis, OperatorBand>>>> = {
  gemm: { measured: band(0.9, 1.12), interpolated: band(0.88, 1.31), analytical: band(0.76, 1.27) },
  prefill: { measured: band(0.89, 1.16), interpolated: band(0.89, 1.63), analytical: band(0.71, 1.45) },
  decode: { measured: band(0.88, 1.13), interpolated: band(0.83, 1.71), analytical: band(0.64, 1.49) },
  experts: { measured: band(0.74, 1.42), interpolated: band(0.86, 1.6), analytical: band(0.59, 1.53) },
  latentPrefill: { measured: band(0.89, 1.13), interpolated: band(0.86, 1.28), analytical: band(0.5, 1.37) },
  latentDecode: { measured: band(0.83, 1.25), interpolated: band(0.92, 2.92), analytical: band(0.26, 4.59) },
  collectives: { measured: band(0.84, 1.06), interpolated: band(0.97, 1.64), analytical: band(0.34, 2.4) },
  allToAll: { measured: band(0.84, 1.22), interpolated: band(0.88, 1.12), analytical: band(0.34, 2.4) },
};

/** How far measured times of an operator lie around what is said of it, by what it rests on. */
export function operatorBand(table: KernelTable, basis: Basis): OperatorBand {
  return learnt[table][basis];
}
