import type { Settled } from "../deployment/settled.ts";
import type { Report } from "../simulation/report/report.ts";
import type { Workload } from "../simulation/workload/workload.ts";
import { variantOf } from "./report-model.ts";
import type { StoredReport } from "./report-store.ts";
import type { Subject } from "./subject.ts";
import { chosenLoad, type Loads } from "./workload-choice.ts";

/** A run that is done, and what it was made of. */
export interface FinishedRun {
  readonly settled: Settled;
  readonly workload: Workload;
  readonly report: Report;
}

/** Plain numbers that a run is made of, as text: equal texts give equal runs. */
export function fingerprintOf({ analysis }: Subject): string {
  return JSON.stringify(analysis.settled ?? null);
}

/** What a report was made of, out of the file as it is now; undefined where that has changed since. */
export function runOfReport(
  { report, controls, fingerprint }: Pick<StoredReport, "report" | "controls" | "fingerprint">,
  subject: Subject,
  loads: Loads,
): FinishedRun | undefined {
  if (fingerprintOf(subject) !== fingerprint) return undefined;
  const { settled } = variantOf(subject.analysis, controls, loads);
  const workload = chosenLoad(loads, controls);
  return settled && workload && { settled, workload, report };
}
