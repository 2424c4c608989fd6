import type { KernelTable } from "../../catalog/kernels.ts";
import { type OperatorBand, operatorBand } from "../measured/operator-bands.ts";
import type { OperatorName, OperatorShare } from "./operator.ts";

/** Whose measured kernels tell how far an operator's are from what is said of them; of the others none were measured. */
const tables: Readonly<Partial<Record<OperatorName, KernelTable>>> = {
  "attention-projections": "gemm",
  mlp: "gemm",
  head: "gemm",
  experts: "experts",
  "prefill-attention": "prefill",
  "decode-attention": "decode",
  "all-reduce": "collectives",
  "all-to-all": "allToAll",
};

/** Between these factors of its time lie eight of ten measured ones; null where no kernels of its kind were measured. */
export function bandOf({ operator, basis }: OperatorShare): OperatorBand | null {
  const table = tables[operator];
  return table ? operatorBand(table, basis) : null;
}
