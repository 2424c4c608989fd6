import type { Settled } from "../deployment/settled.ts";
import type { MemoryPlan } from "../memory/plan.ts";
import { type Bands, bandRuns, bandsOf, simulateBand } from "../simulation/report/bands.ts";
import type { Report } from "../simulation/report/report.ts";
import type { Workload } from "../simulation/workload/workload.ts";

/** The bands of a report: the same workload with steps at both ends of their error, and with further seeds. */
export function bandsFor(report: Report, settled: Settled, plans: readonly MemoryPlan[], workload: Workload): Bands | null {
  if (report.saturated || report.stoppedAtSeconds !== null) return null;
  const runs = bandRuns(report.seed).map((run) => ({ run, report: simulateBand(settled, plans, workload, run).report }));
  return bandsOf(report, runs) ?? null;
}
