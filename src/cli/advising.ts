import type { Catalog } from "../catalog/catalog.ts";
import { settle } from "../deployment/settle.ts";
import type { Settled } from "../deployment/settled.ts";
import { type AdvisedChange, advisedChanges } from "../language/advised-changes.ts";
import type { DeploymentAnalysis } from "../language/results.ts";
import { fittedLengths } from "../memory/memory-plan.ts";
import { type Advice, advice } from "../planning/advice/advice.ts";
import { figuresOf } from "../planning/figures.ts";
import { carriedOut } from "../planning/plan.ts";
import { rateCurve, type Turn } from "../planning/rate-curve.ts";
import { mostRequests } from "../planning/rate-sweep.ts";
import type { Report } from "../simulation/report/report.ts";
import { askedRate } from "../simulation/workload/at-rate.ts";
import type { Workload } from "../simulation/workload/workload.ts";
import type { Subject } from "./input/subjects.ts";

/** What would help a run, each change tried on the text and simulated, and how far the best one carries. */
export interface VerifiedAdvice extends Advice<AdvisedChange> {
  /** Up to which rate it holds without and with the best change; null where none helps, and where nothing arrives at a rate. */
  readonly reach: { readonly before: Turn; readonly after: Turn } | null;
}

/** Simulations that a reach may take on each side. */
const reachPoints = 10;

export function adviceFor(subject: Subject, one: DeploymentAnalysis, settled: Settled, report: Report, workload: Workload): VerifiedAdvice {
  const { input, analysis, again, catalog } = subject;
  const settledOf = (deployment: DeploymentAnalysis["deployment"]): Settled | undefined => withLimits(deployment, settled, catalog);
  const options = { text: input.text, analysis, again, settledOf };
  const changes = [...advisedChanges(one, report, options)].filter((change) => change !== undefined);
  const made = carriedOut(advice({ settled, workload, seed: report.seed, before: figuresOf(report) }, changes));
  const [best] = made.helping;
  const before = best && reachOf(settled, workload, report.seed);
  const after = best && reachOf(best.settled, workload, report.seed);
  return { ...made, reach: before && after ? { before, after } : null };
}

/** The limits of the command line stand above the file's. */
function withLimits(deployment: DeploymentAnalysis["deployment"], { slo }: Settled, catalog: Catalog): Settled | undefined {
  const { settled } = fittedLengths(settle(deployment, catalog));
  return settled && { ...settled, slo };
}

/** Up to which rate the limits hold; without limits, up to which the queue empties. */
function reachOf(settled: Settled, workload: Workload, seed: number): Turn | undefined {
  const now = askedRate(workload);
  const most = now === null ? undefined : mostRequests(settled, workload, seed);
  if (most === undefined) return undefined;
  const { limits, saturation, problem } = carriedOut(rateCurve({ settled, workload, seed }, { most, now, points: reachPoints }));
  return problem === null ? (limits ?? saturation) : undefined;
}
