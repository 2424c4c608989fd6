import type { MeasuredRun, RunSetup } from "../../catalog/measured-runs.ts";
import { type Message, message } from "../../deployment/message.ts";
import { type Difference, isSameModel, loadDifferences, setupDifferences } from "./differences.ts";
import { runPoint, type ServingPoint } from "./serving-point.ts";

/** A measured run near a deployment. */
export interface NearRun {
  readonly run: MeasuredRun;
  readonly distance: number;
  /** What it has in common and what differs: `same model`, `TP 4 instead of 8`. */
  readonly words: readonly Message[];
}

/** Beyond this a run says nothing of the deployment: about another model of twice the size on another GPU and engine. */
export const nearDistance = 2;
export const mostRuns = 3;

/** The nearest measured runs, the nearest first, at most one a configuration; none where no run is near. */
export function nearestRuns(point: ServingPoint, runs: readonly MeasuredRun[]): readonly NearRun[] {
  const nearest: NearRun[] = [];
  for (const [setup, measured] of bySetup(runs)) {
    const [first] = measured;
    if (!first) continue;
    const fixed = setupDifferences(point, runPoint(first));
    const start = total(fixed);
    if (start > nearDistance) continue;
    const best = measured
      .map((run) => ({ run, load: loadDifferences(point, runPoint(run)) }))
      .reduce((least, one) => (total(one.load) < total(least.load) ? one : least));
    const distance = start + total(best.load);
    if (distance > nearDistance) continue;
    const same = isSameModel(point.model, setup.model) ? [message("same model")] : [];
    const told = [...fixed, ...best.load].flatMap(({ text }) => text ?? []);
    nearest.push({ run: best.run, distance, words: [...same, ...told] });
  }
  return nearest.sort((a, b) => a.distance - b.distance).slice(0, mostRuns);
}

function bySetup(runs: readonly MeasuredRun[]): ReadonlyMap<RunSetup, readonly MeasuredRun[]> {
  const groups = new Map<RunSetup, MeasuredRun[]>();
  for (const run of runs) {
    const group = groups.get(run.setup);
    if (group) group.push(run);
    else groups.set(run.setup, [run]);
  }
  return groups;
}

function total(all: readonly Difference[]): number {
  return all.reduce((sum, { distance }) => sum + distance, 0);
}
