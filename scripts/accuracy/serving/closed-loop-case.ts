import type { ClosedLoopRow } from "./closed-loop-rows.ts";
import { launchSettings } from "./launch-settings.ts";

/** A run as a case: ten rounds of requests after two of warm-up, lengths uniform between 0.8 and 1 of nominal (reference/SOURCES.md). */
export function caseOf(row: ClosedLoopRow) {
  const { concurrency, promptTokens, outputTokens } = row;
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
    workload: {
      kind: "closed-loop",
      concurrency,
      requests: 10 * concurrency,
      warmup: 2 * concurrency,
      promptTokens: { uniform: [Math.round(0.8 * promptTokens), promptTokens] },
      outputTokens: { uniform: [Math.round(0.8 * outputTokens), outputTokens] },
    },
    seed: 1,
  };
}
