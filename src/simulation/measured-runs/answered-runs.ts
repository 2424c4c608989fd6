import type { Catalog } from "../../catalog/catalog.ts";
import type { Settled } from "../../deployment/settled.ts";
import type { Report } from "../report/report.ts";
import { type NearRun, nearestRuns } from "./nearest-runs.ts";
import { predictRun, type RunPrediction } from "./replay.ts";
import { reportPoint } from "./serving-point.ts";

/** A near run with what this build says of it. */
export interface AnsweredRun extends NearRun {
  readonly predicted: RunPrediction;
}

/** Measured runs near the deployment under the load that was simulated. */
export function runsNear(settled: Settled, report: Report, catalog: Catalog): readonly NearRun[] {
  const point = reportPoint(settled, report);
  return point ? nearestRuns(point, catalog.runs()) : [];
}

/** The same, each simulated too: some hundred milliseconds. */
export function answeredRuns(settled: Settled, report: Report, catalog: Catalog): readonly AnsweredRun[] {
  return runsNear(settled, report, catalog).map((near) => ({ ...near, predicted: predictRun(near.run, catalog) }));
}
