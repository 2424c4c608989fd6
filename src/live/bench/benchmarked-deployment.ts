import type { CalibrationSource, MeasuredTiming, TimingCorrection } from "../../deployment/calibration.ts";
import { conditionsOf } from "../../deployment/conditions.ts";
import type { Deployment } from "../../deployment/deployment.ts";
import { type Message, message } from "../../deployment/message.ts";
import type { Settled, SettledPool } from "../../deployment/settled.ts";
import type { Summary } from "../../simulation/report/report.ts";
import type { Workload } from "../../simulation/workload/workload.ts";
import { referenceSeconds } from "../../timing/calibrated.ts";
import { predictedSteps, stepModel } from "../../timing/step.ts";
import { compareLoad, type LoadRow, type Widths } from "./compare-load.ts";
import { type FittedTiming, fitTiming } from "./fit-timing.ts";
import type { MeasuredLoad } from "./measured-load.ts";

/** One load beside its simulation. */
export interface ComparedLoad {
  readonly load: MeasuredLoad;
  /** Empty where it cannot be simulated. */
  readonly rows: readonly LoadRow[];
  /** The same with the correction that was fitted; empty where there is none. */
  readonly corrected: readonly LoadRow[];
  readonly notes: readonly Message[];
}

export interface BenchmarkedDeployment {
  readonly loads: readonly ComparedLoad[];
  readonly measured: MeasuredSteps;
}

/** What would be kept as this deployment's calibration, or why nothing would. */
export type MeasuredSteps =
  | { readonly timing: MeasuredTiming; readonly problem?: undefined }
  | { readonly timing?: undefined; readonly problem: Message };

/** Runs a simulation; undefined where the load cannot be simulated. */
export type SimulateLoad = (settled: Settled, workload: Workload) => Promise<Summary | undefined>;

export interface BenchmarkContext {
  readonly deployment: Pick<Deployment, "model" | "pools">;
  readonly settled: Settled;
  readonly source: CalibrationSource;
  /** Today, where the results tell no date. */
  readonly date: string;
  /** The engine's version by its own word; null = the file's. */
  readonly version: string | null;
  readonly simulate: SimulateLoad;
}

/** Measured loads beside what a deployment is predicted to do under them, whatever an earlier run measured, and the correction that explains them. */
export async function benchmarkedDeployment(loads: readonly MeasuredLoad[], context: BenchmarkContext): Promise<BenchmarkedDeployment> {
  const { settled, simulate } = context;
  const predicted = withTiming(settled, undefined);
  const models = predicted.pools.map((pool) => predictedSteps(settled.model, pool));
  const widths = widest(models);
  const compared: ComparedLoad[] = [];
  for (const load of loads) {
    const summary = await simulate(predicted, load.workload);
    const rows = summary ? compareLoad(load, summary, widths) : [];
    compared.push({ load, rows, corrected: [], notes: [...load.notes, ...unknownPrefix(load, rows, predicted)] });
  }
  const [pool, ...others] = predicted.pools;
  const [model] = models;
  const foreign = foreignName(loads, context.deployment);
  if (!pool || !model) return { loads: compared, measured: { problem: message("The deployment has no pool") } };
  if (foreign !== undefined) return { loads: compared, measured: { problem: message("The benchmark is of another model: {0}", foreign) } };
  if (others.length > 0) {
    return { loads: compared, measured: { problem: message("Which of several pools a difference comes from is not told") } };
  }
  const corrected = (correction: TimingCorrection, half: number): Settled =>
    withTiming(predicted, timingOf(context, { loads, pool, correction, band: half, predictedSeconds: referenceSeconds(model) }));
  const predict = (workload: Workload, correction: TimingCorrection) => simulate(corrected(correction, model.band), workload);
  const fitted = await fitTiming(loads, predict, model);
  if (!fitted.correction) return { loads: compared, measured: fitted };
  return { loads: await again(compared, corrected(fitted.correction, fitted.band), simulate), measured: kept(corrected, fitted) };
}

/** Prompts that were quicker than predicted may have been in the cache: results do not tell what prompts share. */
function unknownPrefix({ workload }: MeasuredLoad, rows: readonly LoadRow[], { pools }: Settled): readonly Message[] {
  const tells = workload.kind === "open-loop" && workload.sharedPrefix !== undefined;
  const quicker = rows.some(({ verdict }) => verdict === "too-high");
  if (tells || !quicker || !pools.some((pool) => pool.settings.prefixCaching)) return [];
  return [message("Prefix caching is on, and what prompts share is not told: nothing is taken to be shared")];
}

type Fitted = Extract<FittedTiming, { readonly problem?: undefined }>;

function kept(corrected: (correction: TimingCorrection, band: number) => Settled, { correction, band }: Fitted): MeasuredSteps {
  const timing = corrected(correction, band).pools[0]?.observed.timing?.timing;
  return timing ? { timing } : { problem: message("The deployment has no pool") };
}

function widest(models: readonly Widths[]): Widths {
  return {
    band: Math.max(...models.map((model) => model.band)),
    firstTokenBand: Math.max(...models.map((model) => model.firstTokenBand)),
  };
}

/** Every load once more with the correction. */
async function again(compared: readonly ComparedLoad[], settled: Settled, simulate: SimulateLoad): Promise<readonly ComparedLoad[]> {
  const widths = widest(settled.pools.map((pool) => stepModel(settled.model, pool)));
  const all: ComparedLoad[] = [];
  for (const one of compared) {
    const summary = one.rows.length > 0 ? await simulate(settled, one.load.workload) : undefined;
    all.push(summary ? { ...one, corrected: compareLoad(one.load, summary, widths) } : one);
  }
  return all;
}

/** The deployment with a timing put over it, or without any. */
function withTiming(settled: Settled, timing: MeasuredTiming | undefined): Settled {
  const pools = settled.pools.map((pool): SettledPool => {
    const { timing: _, ...observed } = pool.observed;
    return { ...pool, observed: timing ? { ...observed, timing: { timing, refused: null } } : observed };
  });
  return { ...settled, pools };
}

interface TimingParts extends Pick<MeasuredTiming, "correction" | "band" | "predictedSeconds"> {
  readonly loads: readonly MeasuredLoad[];
  readonly pool: SettledPool;
}

function timingOf({ settled, source, date, version }: BenchmarkContext, { loads, pool, ...fitted }: TimingParts): MeasuredTiming {
  const conditions = conditionsOf(settled.model, pool);
  const dates = loads.flatMap((load) => load.date ?? []).sort();
  return {
    source,
    date: dates.at(-1) ?? date,
    conditions: { ...conditions, engineVersion: version ?? conditions.engineVersion },
    ...fitted,
    points: loads.map(({ from, tool, date: day, words, ttft, tpot, outputTokensPerSecond }) => ({
      from,
      tool,
      date: day,
      load: words,
      ttftSeconds: ttft && digits(ttft.seconds),
      tpotSeconds: tpot && digits(tpot.seconds),
      outputTokensPerSecond: outputTokensPerSecond && digits(outputTokensPerSecond),
    })),
  };
}

function digits(value: number): number {
  return Number(value.toPrecision(4));
}

/** A model's name in the results that is none of the file's: neither its own nor one it is served by. Paths and unnamed results tell nothing. */
function foreignName(loads: readonly MeasuredLoad[], { model, pools }: Pick<Deployment, "model" | "pools">): string | undefined {
  const served = pools.flatMap(({ engine }) => engine.flags.get("served-model-name")?.value?.value?.split(/[\s,]+/) ?? []);
  const own = new Set([model?.value.name ?? "", ...served].map(lastPart).filter((name) => name !== ""));
  if (own.size === 0) return undefined;
  const other = loads.find(({ models }) => models.length > 0 && !models.some((name) => own.has(lastPart(name)) || /^[./~]/.test(name)));
  return other?.models[0];
}

/** Re-uploaders keep the name. */
function lastPart(name: string): string {
  return name.toLowerCase().split("/").at(-1) ?? "";
}
