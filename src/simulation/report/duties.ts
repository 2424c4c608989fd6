import { noBlocks, noBudget, noSequences, type Totals } from "../engine/scheduling.ts";
import type { ClusterPool } from "../placement/cluster.ts";
import type { ModeTime } from "./report.ts";
import type { RunResult } from "./run-result.ts";
import type { StepLog } from "./step-log.ts";

/** Pools that do the same for a request, and what became of their steps. */
export interface Duty {
  readonly role: ClusterPool["role"];
  readonly pools: readonly ClusterPool[];
  readonly logs: readonly StepLog[];
  readonly modes: readonly ModeTime[];
  readonly totals: Totals;
  readonly stepSeconds: number;
  /** Share of its engines' time in which a step ran. */
  readonly busy: number;
}

/** What a run did, by what its pools do; `modes` by pool. */
export function dutiesOf(run: RunResult, pools: readonly ClusterPool[], modes: readonly (readonly ModeTime[])[]): readonly Duty[] {
  const { totals, meter } = run.cluster;
  const seconds = (run.end - run.origin) / 1e9;
  return totals.map((counted, second): Duty => {
    const mine = [...pools.keys()].filter((i) => (pools[i]?.role === "decode") === (second === 1));
    const own = mine.flatMap((i) => pools[i] ?? []);
    const logs = mine.flatMap((i) => run.cluster.logs[i] ?? []);
    const stepSeconds = logs.reduce((sum, log) => sum + log.seconds, 0);
    const inFlight = own.reduce((sum, { replicas, engines, model }) => sum + replicas * engines * model.stages, 0);
    return {
      role: own[0]?.role ?? "mixed",
      pools: own,
      logs,
      modes: mine.flatMap((i) => modes[i] ?? []),
      totals: counted,
      stepSeconds,
      busy: totals.length > 1 ? Math.min(1, stepSeconds / Math.max(seconds * inFlight, 1e-9)) : meter.busyShare(run.end),
    };
  });
}

/** What keeps waiting requests out for the largest share of step time. */
export function longestWait({ logs, stepSeconds }: Duty): { readonly reason: number; readonly share: number } {
  const share = (reason: number): number => logs.reduce((sum, log) => sum + (log.blockedSeconds[reason] as number), 0) / stepSeconds;
  const waits = stepSeconds > 0 ? [noBlocks, noSequences, noBudget].map((reason) => ({ reason, share: share(reason) })) : [];
  return waits.reduce((most, one) => (one.share > most.share ? one : most), { reason: noBlocks, share: 0 });
}
