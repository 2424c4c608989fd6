import type { Catalog } from "../catalog/catalog.ts";
import type { DeploymentAnalysis } from "../language/results.ts";
import { type DriftRow, driftRows } from "../live/drift/drift.ts";
import { driftOf } from "../live/drift/drift-of.ts";
import { type ComparedRow, compareLive } from "../live/prediction/compare.ts";
import { asServed } from "../live/prediction/explain/as-served.ts";
import { explainGap } from "../live/prediction/explain/explain-gap.ts";
import type { Gap } from "../live/prediction/explain/gap.ts";
import { shiftSteps } from "../live/prediction/shift-share.ts";
import type { ShiftSteps } from "../live/prediction/shift-steps.ts";
import type { Standing } from "../live/prediction/standing.ts";
import { standingPlan } from "../live/prediction/standing-plan.ts";
import { watchedPart } from "../live/prediction/watched-part.ts";
import { identityOf } from "../live/running/identify.ts";
import type { RunningServer } from "../live/running/running-server.ts";
import type { LiveSeries } from "../live/series/series.ts";
import type { LiveWindow } from "../live/series/window.ts";
import { measuredWorkload } from "../live/workload/measured-workload.ts";
import { carriedOut } from "../planning/plan.ts";
import { builtInWorkload } from "../simulation/workload/built-in.ts";
import type { Workload } from "../simulation/workload/workload.ts";
import { missingError } from "./cases.ts";
import { usage } from "./exit.ts";
import type { CommonOptions } from "./input/common-options.ts";
import { readSubjects, type Subject } from "./input/subjects.ts";
import type { Session } from "./session.ts";
import { startingRate } from "./starting-rate.ts";

/** A deployment, and the load that is assumed for it. */
export interface ComparedDeployment extends DeploymentAnalysis {
  readonly assumed: Workload | null;
}

export interface Comparison {
  /** Of the window that the load was read from. */
  readonly rows: readonly ComparedRow[];
  /** Of the time after it, which the prediction knows nothing of; null where too little is left. */
  readonly after: readonly ComparedRow[] | null;
  readonly drift: readonly DriftRow[];
  readonly gap: Gap | null;
  readonly standing: Standing | null;
  readonly steps: ShiftSteps | null;
}

const seed = 1;
const fallbackWorkload = "chat";
/** Half of less tells no percentile: then all of it is what the load is read from. */
const leastSeconds = 40;

/** The deployment to compare with. Throws CliError where there is not exactly one, or something about it is not known. */
export async function comparedDeployment(path: string, options: CommonOptions, session: Session): Promise<ComparedDeployment> {
  const { subjects } = await readSubjects([path], options, session);
  const found = subjects.flatMap((subject) => subject.analysis.deployments.map((analysis) => ({ subject, analysis })));
  const [only] = found;
  if (!only) throw usage(`${path} holds no deployment to compare with.`);
  if (found.length > 1)
    throw usage(
      `${path} holds ${found.length} deployments; choose one with --deployment: ${found.map(({ analysis }) => analysis.deployment.id).join(", ")}.`,
    );
  const { analysis, subject } = only;
  if (!analysis.settled) throw usage(`${analysis.deployment.name}: ${missingError(analysis.settlement.missing ?? []).message}`);
  return { ...analysis, assumed: assumedFor(analysis, subject) };
}

/** The workload that the file names, at the rate at which it is simulated where nobody says another. */
function assumedFor({ settled, memory }: DeploymentAnalysis, { catalog, workloads }: Subject): Workload | null {
  const name = settled?.workload ?? fallbackWorkload;
  const own = workloads.get(name);
  if (own || !settled) return own ?? null;
  return builtIn(catalog, name, memory.every((plan) => plan.fits) ? startingRate(settled, memory, catalog) : 1);
}

function builtIn(catalog: Catalog, name: string, rate: number): Workload | null {
  const rows = catalog.workload(name);
  return rows ? builtInWorkload(rows, rows.cv === null ? null : rate) : null;
}

/** Simulates the deployment under the load that was measured and sets both side by side; a sentence where no load was measured. */
export function comparison(analysis: ComparedDeployment, series: LiveSeries, running?: RunningServer): Comparison | string {
  const { settled, memory: plans, assumed } = analysis;
  const whole = series.window(Number.POSITIVE_INFINITY);
  const { window, after } = halves(series, whole);
  const { points } = series;
  const load = measuredWorkload(window, points);
  if (!settled || !whole || !window || load === "no-window") return "Not compared: at least two answers are needed.";
  if (load === "idle") return "Not compared: no request finished while watching.";
  if (load === "not-offered") return "Not compared: the server does not say how many requests and tokens it served.";
  const server = running ?? null;
  const part = watchedPart(settled, assumed, whole.last.server.engines);
  const context = { settled: part.settled, plans, window, points, server };
  const explained = carriedOut(explainGap({ ...context, assumed: part.assumed, load, seed, basis: "measured workload" }));
  if (!explained) return "Not compared: the measured load cannot be simulated on this deployment.";
  const { prediction, rows, gap } = explained;
  const served = asServed(context).settled;
  return {
    rows,
    after: after ? compareLive(prediction, after) : null,
    drift: driftRows(driftOf(server ?? identityOf(whole.last), analysis)),
    gap,
    standing: carriedOut(standingPlan({ settled: served, load, window: after ?? window, points, seed })) ?? null,
    steps: shiftSteps(settled, whole, load),
  };
}

interface Halves {
  readonly window: LiveWindow | undefined;
  readonly after: LiveWindow | undefined;
}

function halves(series: LiveSeries, whole: LiveWindow | undefined): Halves {
  if (!whole || whole.to - whole.from < leastSeconds) return { window: whole, after: undefined };
  const half = (whole.to - whole.from) / 2;
  const window = series.window(half, whole.from + half);
  const after = series.window(half, whole.to);
  return window && after ? { window, after } : { window: whole, after: undefined };
}
