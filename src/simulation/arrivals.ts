import { randomExponential, randomGamma } from "d3-random";
import type { Source } from "./random.ts";

export interface RateStage {
  readonly ratePerSecond: number;
  readonly durationSeconds: number;
}

export interface ArrivalProcess {
  readonly kind: "poisson" | "constant" | "gamma";
  /** Coefficient of variation of the gaps, for gamma. */
  readonly cv: number;
  /** One stage is a steady rate; the last one goes on for ever. */
  readonly stages: readonly RateStage[];
}

/** Below it arrivals are constant to the eye, and the gamma distribution's shape is beyond what it can be drawn with. */
const leastCv = 0.001;

/** Why a process cannot be drawn from, or undefined. */
export function arrivalProblem(process: ArrivalProcess): string | undefined {
  if (process.stages.length === 0) return "The arrival process has no stages.";
  for (const { ratePerSecond, durationSeconds } of process.stages) {
    if (!Number.isFinite(ratePerSecond) || ratePerSecond < 0) return `${ratePerSecond} is not a rate in requests per second.`;
    if (!(durationSeconds >= 0)) return `${durationSeconds} is not a duration in seconds.`;
  }
  if (!((process.stages.at(-1)?.ratePerSecond ?? 0) > 0)) return "The rate of arrivals must be above 0 requests per second.";
  if (process.kind === "gamma" && !(process.cv >= leastCv && process.cv <= 100))
    return `${process.cv} is not a coefficient of variation between ${leastCv} and 100.`;
  return undefined;
}

/** `count` arrival times in seconds. Gaps are drawn at unit rate and stretched by the stage they fall into, so that a stage's rate holds within it. */
export function arrivalTimes(process: ArrivalProcess, count: number, source: Source): Float64Array {
  const gap = unitGap(process, source);
  const times = new Float64Array(count);
  let now = 0;
  let stage = 0;
  let stageEnd = process.stages[0]?.durationSeconds ?? Number.POSITIVE_INFINITY;
  for (let i = 0; i < count; i++) {
    let work = gap();
    for (;;) {
      const last = stage >= process.stages.length - 1;
      const rate = process.stages[stage]?.ratePerSecond ?? 0;
      const end = now + work / rate;
      if (last || end <= stageEnd) {
        now = end;
        break;
      }
      work -= (stageEnd - now) * rate;
      now = stageEnd;
      stage++;
      stageEnd += process.stages[stage]?.durationSeconds ?? 0;
    }
    times[i] = now;
  }
  return times;
}

/** Gaps of mean 1. A gamma process of shape 1/cv² has gaps with that coefficient of variation. */
function unitGap(process: ArrivalProcess, source: Source): () => number {
  if (process.kind === "constant") return () => 1;
  if (process.kind === "poisson" || process.cv === 1) return randomExponential.source(source)(1);
  const shape = 1 / process.cv ** 2;
  return randomGamma.source(source)(shape, 1 / shape);
}
