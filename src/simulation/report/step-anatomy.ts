import type { SettledPool } from "../../deployment/settled.ts";
import { gpuPeaks } from "../../timing/operators/achieved.ts";
import type { Batch, StepModel } from "../../timing/step-model.ts";
import type { ClusterPool } from "../placement/cluster.ts";
import { modeWords } from "./layout-words.ts";
import type { StepAnatomy } from "./report.ts";
import type { StepLog } from "./step-log.ts";

const modes = ["tensor", "sequence"] as const;

/** A decode step at the run's mean batch, of the mode that ran most of them, and the step with the most prompt tokens. */
export function stepAnatomies(
  settled: readonly SettledPool[],
  pools: readonly Pick<ClusterPool, "model">[],
  logs: readonly StepLog[],
): readonly StepAnatomy[] {
  let decode: { readonly pool: number; readonly batch: Batch; readonly steps: number } | undefined;
  let prompt: { readonly pool: number; readonly batch: Batch } | undefined;
  for (const [pool, log] of logs.entries()) {
    for (const mode of modes) {
      const typical = log[mode].decodeStep();
      // Kept steps of a long run stand for several each.
      const steps = typical ? (typical.steps / log[mode].pricedSteps) * log[mode].steps : 0;
      if (typical && steps > (decode?.steps ?? 0)) decode = { pool, batch: typical.batch, steps };
      const largest = log[mode].promptStep();
      if (largest && largest.prefillTokens > (prompt?.batch.prefillTokens ?? 0)) prompt = { pool, batch: largest };
    }
  }
  const anatomy = (kind: StepAnatomy["kind"], found: { readonly pool: number; readonly batch: Batch } | undefined) => {
    const [pool, model] = found ? [settled[found.pool], pools[found.pool]?.model] : [];
    return found && pool && model ? [stepAnatomy(kind, found.batch, pool, model)] : [];
  };
  return [...anatomy("decode", decode), ...anatomy("prefill", prompt)];
}

/** What this batch is made of, with the peaks to judge it by. */
export function stepAnatomy(kind: StepAnatomy["kind"], batch: Batch, pool: SettledPool, model: StepModel): StepAnatomy {
  return {
    kind,
    label: modeWords(pool.layout, model.mode(batch.tokens)),
    tokens: batch.tokens,
    promptTokens: batch.prefillTokens,
    decodeSequences: batch.decodeSequences,
    meanContext: batch.decodeSequences > 0 ? batch.decodeContext / batch.decodeSequences : 0,
    seconds: model.stepSeconds(batch),
    operators: model.anatomy(batch),
    peaks: gpuPeaks(model, pool),
  };
}
