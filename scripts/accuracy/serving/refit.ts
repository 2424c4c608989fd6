import { groupedBy, mean } from "../statistics.ts";
import type { ClosedLoopRun } from "./closed-loop-runs.ts";

/** Changes of an engine's constants: what a layer, a step, a sequence and a request take more, and the share that exchanges take more. */
export interface Constants {
  readonly layerMs: number;
  readonly stepMs: number;
  readonly sequenceMs: number;
  readonly exchange: number;
  readonly requestMs: number;
}

const none: Constants = { layerMs: 0, stepMs: 0, sequenceMs: 0, exchange: 0, requestMs: 0 };

/** First steps of the search, each about a third of the constant. */
const firstSteps = { layerMs: 0.006, stepMs: 0.1, sequenceMs: 0.007, exchange: 0.3, requestMs: 8 } as const satisfies Constants;
const finest = 1 / 64;

/** A run's times with changed constants: every token waits for its steps, so they add to TPOT as often; a request's own to TTFT. */
export function withConstants(run: ClosedLoopRun, constants: Constants = none): ClosedLoopRun {
  const { times, steps } = run;
  if (!times || !steps) return run;
  const { layerMs, stepMs, sequenceMs, exchange, requestMs } = constants;
  const perStep = steps.layers * layerMs + stepMs + steps.sequences * sequenceMs + exchange * steps.collectivesMs;
  // What was fitted on others may take more off than there is.
  return {
    ...run,
    times: {
      tpotMs: Math.max(times.tpotMs / 3, times.tpotMs + steps.perToken * perStep),
      ttftMs: Math.max(times.ttftMs / 3, times.ttftMs + requestMs),
    },
  };
}

/** By engine the changes with the least mean size of log errors, where every model counts alike. */
export function refitted(runs: readonly ClosedLoopRun[]): ReadonlyMap<string, Constants> {
  return new Map([...groupedBy(runs, ({ row }) => row.engine)].map(([engine, group]) => [engine, searched(group)]));
}

/** Pattern search: each constant a step up or down while that helps, then half the step. */
function searched(runs: readonly ClosedLoopRun[]): Constants {
  const models = [...groupedBy(runs, ({ row }) => row.model).values()];
  let best = none;
  let least = loss(models, best);
  for (let scale = 1; scale >= finest; ) {
    let improved = false;
    for (const name of ["layerMs", "stepMs", "sequenceMs", "exchange", "requestMs"] as const) {
      for (const sign of [1, -1]) {
        const tried = { ...best, [name]: best[name] + sign * scale * firstSteps[name] };
        const value = loss(models, tried);
        if (value >= least - 1e-6) continue;
        [best, least, improved] = [tried, value, true];
      }
    }
    if (!improved) scale /= 2;
  }
  return best;
}

/** An engine was measured with two to four models: a change as large as a third of its constant has to take 3 % of error off the others. */
const changePrice = 0.03;

function loss(models: readonly (readonly ClosedLoopRun[])[], constants: Constants): number {
  const changed = (["layerMs", "stepMs", "sequenceMs", "exchange", "requestMs"] as const).map((name) =>
    Math.abs(constants[name] / firstSteps[name]),
  );
  return mean(models.map((runs) => mean(runs.map((run) => logError(withConstants(run, constants)))))) + changePrice * mean(changed);
}

function logError({ row, times }: ClosedLoopRun): number {
  if (!times) return 0;
  const off = (predicted: number, measured: number): number => (measured > 0 ? Math.abs(Math.log(predicted / measured)) : 0);
  return off(times.tpotMs, row.measured.tpotMs) + off(times.ttftMs, row.measured.ttftMs);
}
