import type { DeploymentAnalysis } from "../language/results.ts";
import { type ComparedRow, compareLive } from "../live/compare.ts";
import { driftOf } from "../live/drift/drift-of.ts";
import { type DriftRow, driftRows } from "../live/drift.ts";
import { measuredWorkload, workloadOf } from "../live/measured-workload.ts";
import { predictionFrom } from "../live/prediction.ts";
import { identityOf } from "../live/running/identify.ts";
import type { RunningServer } from "../live/running-server.ts";
import type { LiveSeries } from "../live/series.ts";
import { simulate } from "../simulation/simulate.ts";
import { missingError } from "./cases.ts";
import { usage } from "./exit.ts";
import type { CommonOptions } from "./input/common-options.ts";
import { readSubjects } from "./input/subjects.ts";
import type { Session } from "./session.ts";

export interface Comparison {
  readonly rows: readonly ComparedRow[];
  readonly drift: readonly DriftRow[];
}

/** The deployment to compare with. Throws CliError where there is not exactly one, or something about it is not known. */
export async function comparedDeployment(path: string, options: CommonOptions, session: Session): Promise<DeploymentAnalysis> {
  const { subjects } = await readSubjects([path], options, session);
  const found = subjects.flatMap(({ analysis }) => analysis.deployments);
  const [only] = found;
  if (!only) throw usage(`${path} holds no deployment to compare with.`);
  if (found.length > 1)
    throw usage(
      `${path} holds ${found.length} deployments; choose one with --deployment: ${found.map(({ deployment }) => deployment.id).join(", ")}.`,
    );
  if (!only.settled) throw usage(`${only.deployment.name}: ${missingError(only.settlement.missing ?? []).message}`);
  return only;
}

/** Simulates the deployment under the load that was measured and sets both side by side; a sentence where no load was measured. */
export function comparison(analysis: DeploymentAnalysis, series: LiveSeries, running?: RunningServer): Comparison | string {
  const { settled, memory } = analysis;
  const window = series.window(Number.POSITIVE_INFINITY);
  const load = measuredWorkload(window);
  if (!settled || !window || load === "no-window") return "Not compared: at least two answers are needed.";
  if (load === "idle") return "Not compared: no request finished while watching.";
  if (load === "not-offered") return "Not compared: the server does not say how many requests and tokens it served.";
  const outcome = simulate(settled, memory, workloadOf(load), 1);
  if (outcome.error) return `Not compared: ${outcome.error.message}`;
  const rows = compareLive(predictionFrom(outcome.report, { basis: "measured workload", window, isMeasuredLoad: true }), window);
  return { rows, drift: driftRows(driftOf(running ?? identityOf(window.last), analysis)) };
}
