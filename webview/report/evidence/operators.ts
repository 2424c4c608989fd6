import type { OperatorName } from "../../../src/timing/operators/operator.ts";
import type { Fill } from "../../parts/models.ts";

/** Matrix products are blue, activations pink, attention mint and violet, exchanges orange, the host grey; patterns tell them apart. */
export const operatorFills: Readonly<Record<OperatorName, Fill>> = {
  "attention-projections": { series: 1 },
  mlp: { series: 1, pattern: 1 },
  experts: { series: 1, pattern: 2 },
  head: { series: 1, pattern: 3 },
  elementwise: { series: 4 },
  embedding: { series: 4, pattern: 1 },
  "prefill-attention": { series: 5 },
  "decode-attention": { series: 3 },
  "all-reduce": { series: 2 },
  "all-to-all": { series: 2, pattern: 1 },
  "stage-transfer": { series: 2, pattern: 2 },
  host: { series: 6 },
};
