import type { Workload } from "../../simulation/workload/workload.ts";
import type { ComparedLoad } from "./benchmarked-deployment.ts";
import { type LoadMetric, mainRows } from "./compare-load.ts";

/** One figure over the loads, from the least to the greatest, as bars of eight heights on one scale. */
export interface LoadCurve {
  readonly metric: LoadMetric;
  readonly measured: string;
  readonly predicted: string;
}

const bars = "▁▂▃▄▅▆▇█";
/** Two loads are told by their rows alone. */
const fewest = 3;
const metrics: readonly LoadMetric[] = ["ttft", "tpot", "throughput"];

/** How measured and predicted go with the load, in order of magnitude; empty with fewer than three loads. */
export function loadCurves(loads: readonly ComparedLoad[]): readonly LoadCurve[] {
  const inOrder = loads.filter(({ rows }) => rows.length > 0).sort((a, b) => offered(a.load.workload) - offered(b.load.workload));
  if (inOrder.length < fewest) return [];
  return metrics.flatMap((metric) => {
    const rows = inOrder.flatMap((one) => mainRows(one.rows).filter((row) => row.metric === metric));
    const measured = rows.map((row) => row.measured);
    const predicted = rows.map((row) => row.predicted);
    const told = [...measured, ...predicted].filter((value) => value !== null);
    const known = told.filter((value) => value > 0 && Number.isFinite(value));
    if (measured.every((value) => value === null)) return [];
    const scale = { low: Math.log(Math.min(...known)), high: Math.log(Math.max(...known)) };
    return [{ metric, measured: barsOf(measured, scale), predicted: barsOf(predicted, scale) }];
  });
}

/** What a load offers: requests a second, or how many are kept in flight: of one benchmark all loads are of one kind. */
export function offered(workload: Workload): number {
  if (workload.kind === "open-loop") return workload.ratePerSecond;
  return workload.kind === "closed-loop" ? workload.concurrency : 0;
}

/** What a load does not tell stays blank. */
function barsOf(values: readonly (number | null)[], { low, high }: { readonly low: number; readonly high: number }): string {
  return values
    .map((value) => {
      if (value === null || !(value > 0)) return " ";
      const share = high > low ? (Math.log(value) - low) / (high - low) : 0;
      return bars[Math.min(bars.length - 1, Math.round(share * (bars.length - 1)))];
    })
    .join("");
}
