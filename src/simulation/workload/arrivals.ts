import { randomExponential, randomGamma } from "d3-random";
import type { Source } from "../random.ts";
import { unitScale, weibullShape } from "./weibull.ts";

export interface RateStage {
  readonly ratePerSecond: number;
  readonly durationSeconds: number;
}

export type GapKind = "poisson" | "constant" | "gamma" | "weibull";

export interface ArrivalProcess {
  readonly kind: GapKind;
  /** Coefficient of variation of the gaps, for gamma and Weibull. */
  readonly cv: number;
  /** One stage is a steady rate; the last one goes on for ever. */
  readonly stages: readonly RateStage[];
  /** The stages come again and again: bursts. */
  readonly repeats?: true;
}

/** Below it arrivals are constant to the eye, and the gamma distribution's shape is beyond what it can be drawn with. */
const leastCv = 0.001;

/** Why a process cannot be drawn from, or undefined. */
export function arrivalProblem(process: ArrivalProcess): string | undefined {
  const { stages, kind, cv, repeats } = process;
  if (stages.length === 0) return "The arrival process has no stages.";
  for (const { ratePerSecond, durationSeconds } of stages) {
    if (!Number.isFinite(ratePerSecond) || ratePerSecond < 0) return `${ratePerSecond} is not a rate in requests per second.`;
    if (!(durationSeconds >= 0)) return `${durationSeconds} is not a duration in seconds.`;
  }
  const goesOn = repeats ? stages.some(({ ratePerSecond, durationSeconds }) => ratePerSecond > 0 && durationSeconds > 0) : undefined;
  if (!(goesOn ?? (stages.at(-1)?.ratePerSecond ?? 0) > 0)) return "The rate of arrivals must be above 0 requests per second.";
  if ((kind === "gamma" || kind === "weibull") && !(cv >= leastCv && cv <= 100))
    return `${cv} is not a coefficient of variation between ${leastCv} and 100.`;
  return undefined;
}

/** Arrival times in seconds, one after the other. Gaps are drawn at unit rate and stretched by the stage they fall into, so that a stage's rate holds within it. */
export class ArrivalClock {
  private readonly gap: () => number;
  private now = 0;
  private stage = 0;
  private stageEnd: number;

  constructor(
    private readonly process: ArrivalProcess,
    source: Source,
  ) {
    this.gap = unitGaps(process.kind, process.cv, source);
    this.stageEnd = process.stages[0]?.durationSeconds ?? Number.POSITIVE_INFINITY;
  }

  next(): number {
    const { stages, repeats } = this.process;
    let work = this.gap();
    for (;;) {
      const last = !repeats && this.stage >= stages.length - 1;
      const rate = stages[this.stage]?.ratePerSecond ?? 0;
      const end = this.now + work / rate;
      if (last || end <= this.stageEnd) {
        this.now = end;
        return end;
      }
      work -= (this.stageEnd - this.now) * rate;
      this.now = this.stageEnd;
      this.stage = (this.stage + 1) % stages.length;
      this.stageEnd += stages[this.stage]?.durationSeconds ?? 0;
    }
  }
}

/** `count` arrival times of a process. */
export function arrivalTimes(process: ArrivalProcess, count: number, source: Source): Float64Array {
  const clock = new ArrivalClock(process, source);
  const times = new Float64Array(count);
  for (let i = 0; i < count; i++) times[i] = clock.next();
  return times;
}

/** Gaps of mean 1. A gamma process of shape 1/cv² has gaps with that coefficient of variation. */
function unitGaps(kind: GapKind, cv: number, source: Source): () => number {
  if (kind === "constant") return () => 1;
  if (kind === "poisson" || cv === 1) return randomExponential.source(source)(1);
  return kind === "weibull" ? unitWeibull(weibullShape(cv), source) : unitGamma(1 / cv ** 2, source);
}

export function unitGamma(shape: number, source: Source): () => number {
  return randomGamma.source(source)(shape, 1 / shape);
}

export function unitWeibull(shape: number, source: Source): () => number {
  const scale = unitScale(shape);
  return () => scale * (-Math.log(1 - source())) ** (1 / shape);
}
