import { type ClosedLoopRun, modelFamily, type Time } from "./closed-loop-runs.ts";

/** How far one measured time lies from its prediction: the size of the logarithm of their ratio. */
export interface LogError {
  readonly engine: string;
  readonly model: string;
  readonly size: number;
}

export function logErrors(runs: readonly ClosedLoopRun[], time: Time): readonly LogError[] {
  return runs.flatMap((run) => {
    const measured = run.row.measured[time];
    const predicted = run.times?.[time];
    if (predicted === undefined || !(measured > 0)) return [];
    return [{ engine: run.row.engine, model: modelFamily(run), size: Math.abs(Math.log(predicted / measured)) }];
  });
}

const learntShare = 0.85;

/**
 * By engine the half-width of the band that is to hold 8 of 10 measured values, where every model counts alike however often it was
 * measured. It takes a little more of the errors it is learnt from: those of the next model are larger than those of models known so far.
 */
export function halfWidths(errors: readonly LogError[]): ReadonlyMap<string, number> {
  const engines = new Set(errors.map(({ engine }) => engine));
  return new Map(
    [...engines].map((engine) => [
      engine,
      balancedQuantile(
        errors.filter((error) => error.engine === engine),
        learntShare,
      ),
    ]),
  );
}

function balancedQuantile(errors: readonly LogError[], share: number): number {
  const count = new Map<string, number>();
  for (const { model } of errors) count.set(model, (count.get(model) ?? 0) + 1);
  const weight = ({ model }: LogError): number => 1 / (count.get(model) ?? 1);
  let below = 0;
  for (const error of [...errors].sort((a, b) => a.size - b.size)) {
    below += weight(error);
    if (below >= share * count.size - 1e-9) return error.size;
  }
  return Number.NaN;
}
