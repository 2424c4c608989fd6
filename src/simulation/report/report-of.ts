import { duration, whole } from "../../catalog/quantity.ts";
import { engineNames } from "../../deployment/engine-names.ts";
import { plain } from "../../deployment/message.ts";
import { routingWords } from "../../deployment/routing-words.ts";
import { gpusOf, type Settled, type SettledPool } from "../../deployment/settled.ts";
import type { MemoryPlan } from "../../memory/plan.ts";
import { type Operator, outsideSeconds } from "../../timing/step-model.ts";
import { timingState, timingWords } from "../../timing/timing-state.ts";
import type { ClusterPool } from "../placement/cluster.ts";
import { servedBy } from "../placement/first-token.ts";
import type { Routing } from "../placement/router.ts";
import type { Load } from "../workload/load.ts";
import type { WorkloadNumbers } from "../workload/workload.ts";
import { bottleneck } from "./bottleneck.ts";
import { judgedClasses } from "./class-summary.ts";
import { deploymentWords, modeWords, schedulerWords } from "./layout-words.ts";
import { requestRecords } from "./records.ts";
import type { ModeTime, Report } from "./report.ts";
import type { RunResult } from "./run-result.ts";
import { saturation } from "./saturated.ts";
import { stepAnatomies } from "./step-anatomy.ts";
import { latencies, summarise } from "./summary.ts";

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
  readonly routing: Routing;
}

/** All that a page or a terminal shows of a run. */
export function reportOf(input: ReportInput): Report | undefined {
  const { settled, plans, pools, load, run, seed } = input;
  // Figures of the cache are those of the pools where requests stay.
  const stays = staysIn(pools);
  const entry = pools.find(({ role }) => role !== "decode");
  const memory = plans[stays.indexOf(true)];
  const first = settled.pools[0];
  if (!memory || !first || !entry) return undefined;
  const records = requestRecords(run, load);
  const gpus = settled.pools.reduce((sum, pool) => sum + gpusOf(pool), 0);
  const modes = pools.map((pool, i) => poolModes(input, pool, i));
  const fullSpans = run.cluster.meter.fullSpans(run.end);
  const seconds = (run.end - run.origin) / 1e9;
  const capacityTokens = pools.reduce(
    (sum, pool, i) => sum + (stays[i] ? pool.replicas * pool.engines * pool.lockStep * (plans[i]?.kvCacheTokens ?? 0) : 0),
    0,
  );
  const outside = (promptTokens: number): number => (load.offline ? 0 : outsideSeconds(entry.model, promptTokens));
  const served = servedBy(settled, run.figures);
  const weakest = pools.reduce((worst, pool) => (pool.model.band > worst.model.band ? pool : worst)).model;
  return {
    id: settled.id,
    name: settled.name,
    summary: summarise({
      run,
      pools,
      latencies: latencies(records, outside),
      settled,
      movesCaches: pools.some(({ role }) => role === "decode"),
      slo: settled.slo,
      classes: judgedClasses(load.classes, records, outside, settled.slo, Math.max(seconds, 1e-9)),
      gpus,
      capacityTokens,
    }),
    slo: settled.slo,
    workload: { ...input.numbers, name: input.workloadName },
    requests: records,
    series: run.cluster.meter.series(run.end),
    ...(run.gapCounts ? { gaps: run.gapCounts.taken() } : {}),
    modes: merged(modes.flat()),
    anatomy: stepAnatomies(settled.pools, pools, run.cluster.logs),
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
    ...(served ? { served } : {}),
    ...(settled.system ? {} : routedWords(pools, input.routing)),
    assumed: settled.assumed,
    confidence: {
      timing: weakest.basis,
      timingBand: weakest.band,
      firstTokenBand: Math.max(...pools.map(({ model }) => model.firstTokenBand)),
      memory: memory.confidence,
      ...calibrationOf(settled),
    },
    warnings: [
      ...input.warnings,
      ...refusals(run, load.measured),
      ...sampledSplit(run),
      ...(run.stopped === "too-long" ? [cutOff(seconds)] : []),
    ],
    seed,
  };
}

function routedWords(pools: readonly ClusterPool[], { replicas, decode = replicas }: Routing): Pick<Report, "routing"> {
  const over = (isDecode: boolean): number =>
    pools.reduce((sum, pool) => sum + ((pool.role === "decode") === isDecode ? pool.replicas : 0), 0);
  const words = [
    ...(over(false) > 1 ? [plain(routingWords(replicas))] : []),
    ...(over(true) > 1 && decode !== replicas ? [`answers ${plain(routingWords(decode))}`] : []),
  ];
  return words.length > 0 ? { routing: `requests go ${words.join(", ")}` } : {};
}

function cutOff(seconds: number): string {
  return `The run was cut off at ${duration(seconds)}: it has too many steps.`;
}

function refusals({ refused }: RunResult, measured: number): readonly string[] {
  return refused > 0 ? [`${whole(refused)} of ${whole(measured)} requests were turned away when they arrived.`] : [];
}

/** Where not every step was priced by operator, how many were. */
function sampledSplit({ cluster }: RunResult): readonly string[] {
  const logs = cluster.logs.flatMap(({ tensor, sequence }) => [tensor, sequence]);
  const steps = logs.reduce((sum, log) => sum + log.steps, 0);
  const priced = logs.reduce((sum, log) => sum + log.pricedSteps, 0);
  return priced < steps ? [`The split of step time by operator rests on ${whole(priced)} of ${whole(steps)} steps, evenly spaced.`] : [];
}

/** Pools whose requests stay to their end: a prefill pool's do not. */
function staysIn(pools: readonly ClusterPool[]): readonly boolean[] {
  return pools.map(({ role }) => role !== "prefill");
}

/** Time of one pool by mode; a mode that never ran is left out. */
function poolModes({ settled, run }: ReportInput, { model, role }: ClusterPool, index: number): readonly ModeTime[] {
  const log = run.cluster.logs[index];
  const layout = settled.pools[index]?.layout;
  if (!log || !layout) return [];
  const duty = role === "mixed" ? "" : `${role} `;
  return (["tensor", "sequence"] as const).flatMap((mode): ModeTime[] => {
    const { steps, seconds } = log[mode];
    return steps === 0
      ? []
      : [{ mode, label: `${duty}${modeWords(layout, mode)}`, steps, seconds, byOperator: log[mode].byOperator(model) }];
  });
}

/** Tensor parallel first. Pools of one layout share a line. */
function merged(times: readonly ModeTime[]): ModeTime[] {
  const byLabel = new Map<string, ModeTime>();
  for (const mode of ["tensor", "sequence"] as const)
    for (const time of times.filter((one) => one.mode === mode)) {
      const before = byLabel.get(time.label);
      byLabel.set(
        time.label,
        before
          ? {
              ...time,
              steps: before.steps + time.steps,
              seconds: before.seconds + time.seconds,
              byOperator: added(before.byOperator, time.byOperator),
            }
          : time,
      );
    }
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

function calibrationOf({ model, pools }: Settled): Pick<Report["confidence"], "calibration"> {
  const [state] = pools.flatMap((pool) => timingState(model, pool) ?? []);
  return state ? { calibration: { words: timingWords(state), refused: state.refused } } : {};
}

function gpuNames(pools: readonly SettledPool[]): string {
  return [...new Set(pools.map((pool) => pool.gpu.id))].join(", ");
}
