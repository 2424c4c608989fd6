import { duration, whole } from "../catalog/quantity.ts";
import { engineNames } from "../deployment/engine-names.ts";
import { gpusOf, type Settled, type SettledPool } from "../deployment/settled.ts";
import type { MemoryPlan } from "../memory/plan.ts";
import type { Operator } from "../timing/step-model.ts";
import { bottleneck } from "./bottleneck.ts";
import type { ClusterPool } from "./cluster.ts";
import { deploymentWords, modeWords, schedulerWords } from "./layout-words.ts";
import type { Load } from "./load.ts";
import { requestRecords } from "./records.ts";
import type { ModeTime, Report } from "./report.ts";
import type { RunResult } from "./run.ts";
import { saturation } from "./saturated.ts";
import { latencies, summarise } from "./summary.ts";
import type { WorkloadNumbers } from "./workload.ts";

export interface ReportInput {
  readonly settled: Settled;
  readonly plans: readonly MemoryPlan[];
  readonly pools: readonly ClusterPool[];
  readonly load: Load;
  readonly numbers: WorkloadNumbers;
  readonly workloadName: string;
  readonly run: RunResult;
  readonly warnings: readonly string[];
  readonly seed: number;
}

/** All that a page or a terminal shows of a run. */
export function reportOf(input: ReportInput): Report | undefined {
  const { settled, plans, pools, load, run, seed } = input;
  const memory = plans[0];
  const first = settled.pools[0];
  const firstModel = pools[0]?.model;
  if (!memory || !first || !firstModel) return undefined;
  const records = requestRecords(run, load.measured);
  const gpus = settled.pools.reduce((sum, pool) => sum + gpusOf(pool), 0);
  const modes = modeTimes(input);
  const fullSpans = run.cluster.meter.fullSpans(run.end);
  const seconds = (run.end - run.origin) / 1e9;
  const capacityTokens = pools.reduce(
    (sum, pool, i) => sum + pool.replicas * pool.engines * pool.lockStep * (plans[i]?.kvCacheTokens ?? 0),
    0,
  );
  const requestSeconds = load.offline ? 0 : firstModel.requestSeconds;
  const weakest = pools.reduce((worst, pool) => (pool.model.band > worst.model.band ? pool : worst)).model;
  return {
    id: settled.id,
    name: settled.name,
    summary: summarise({ run, pools, records, latencies: latencies(records, requestSeconds), slo: settled.slo, gpus, capacityTokens }),
    slo: settled.slo,
    workload: { ...input.numbers, name: input.workloadName },
    requests: records,
    series: run.cluster.meter.series(run.end),
    modes,
    bottleneck: bottleneck({ run, pools, modes, fullSpans, maxInFlight: load.maxInFlight }),
    causes: fullSpans.map(({ from, to }) => ({ from, to, resource: "kv-cache" as const, text: `KV cache full, ${duration(to - from)}` })),
    saturated: saturation(run, records, load.concurrency === null),
    stoppedAtSeconds: run.stopped === "no" ? null : seconds,
    memory,
    layout: deploymentWords(settled),
    gpus,
    gpuName: gpuNames(settled.pools),
    engine: `${engineNames[settled.engine]} ${first.version.text}`,
    scheduler: schedulerWords(first),
    assumed: settled.assumed,
    confidence: { timing: weakest.basis, timingBand: weakest.band, memory: memory.confidence },
    warnings: [...input.warnings, ...sampledSplit(run), ...(run.stopped === "too-long" ? [cutOff(seconds)] : [])],
    seed,
  };
}

function cutOff(seconds: number): string {
  return `The run was cut off at ${duration(seconds)}: it has too many steps.`;
}

/** Where not every step was priced by operator, how many were. */
function sampledSplit({ cluster }: RunResult): readonly string[] {
  const logs = cluster.logs.flatMap(({ tensor, sequence }) => [tensor, sequence]);
  const steps = logs.reduce((sum, log) => sum + log.steps, 0);
  const priced = logs.reduce((sum, log) => sum + log.pricedSteps, 0);
  return priced < steps ? [`The split of step time by operator rests on ${whole(priced)} of ${whole(steps)} steps, evenly spaced.`] : [];
}

/** Time by mode, tensor parallel first; a mode that never ran is left out. Pools with other layouts keep lines of their own. */
function modeTimes({ settled, pools, run }: ReportInput): ModeTime[] {
  const byLabel = new Map<string, ModeTime>();
  for (const mode of ["tensor", "sequence"] as const)
    pools.forEach((pool, i) => {
      const log = run.cluster.logs[i]?.[mode];
      const layout = settled.pools[i]?.layout;
      if (!log || !layout || log.steps === 0) return;
      const label = modeWords(layout, mode);
      const before = byLabel.get(label);
      const byOperator = log.byOperator(pool.model);
      byLabel.set(label, {
        mode,
        label,
        steps: log.steps + (before?.steps ?? 0),
        seconds: log.seconds + (before?.seconds ?? 0),
        byOperator: before ? added(before.byOperator, byOperator) : byOperator,
      });
    });
  return [...byLabel.values()];
}

function added(a: Readonly<Record<Operator, number>>, b: Readonly<Record<Operator, number>>): Record<Operator, number> {
  return {
    matrix: a.matrix + b.matrix,
    "prefill-attention": a["prefill-attention"] + b["prefill-attention"],
    "decode-attention": a["decode-attention"] + b["decode-attention"],
    collectives: a.collectives + b.collectives,
    host: a.host + b.host,
  };
}

function gpuNames(pools: readonly SettledPool[]): string {
  return [...new Set(pools.map((pool) => pool.gpu.id))].join(", ");
}
