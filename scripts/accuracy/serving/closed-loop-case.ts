import type { ClosedLoopRow } from "./closed-loop-rows.ts";
import { closedLoopWorkload } from "./closed-loop-workload.ts";
import { launchSettings } from "./launch-settings.ts";

/** A run as a case. */
export function caseOf(row: ClosedLoopRow) {
  return {
    id: String(row.line),
    deployment: {
      engine: row.engine,
      engineVersion: row.version,
      model: row.model,
      gpu: row.gpu,
      pools: [
        {
          role: "mixed",
          parallel: { tensor: row.tensor, pipeline: row.pipeline, attentionData: row.attentionData, expert: row.expert },
        },
      ],
      weightQuantization: row.quantization,
      ...launchSettings(row),
    },
    workload: closedLoopWorkload(row),
    seed: 1,
  };
}
