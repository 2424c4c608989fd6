import { randomSource } from "../random.ts";
import { ArrivalClock, type ArrivalProcess } from "./arrivals.ts";
import { meanLength } from "./lengths.ts";
import type { Workload, WorkloadClass } from "./workload.ts";

/** Whose request comes next, and when. */
export interface ArrivalOrder {
  /** Moves on to the next arrival, and returns its part of the workload. */
  next(): number;
  /** Seconds; 0 without an arrival process. */
  time: number;
}

type Drawn = Exclude<Workload, { kind: "requests" }>;

export function arrivalOrder(workload: Drawn, seed: number): ArrivalOrder {
  const classes = workload.classes ?? [];
  const process = workload.kind === "open-loop" ? arrivalProcess(workload) : undefined;
  if (classes.some(({ ratePerSecond }) => ratePerSecond !== undefined)) return new OwnClocks(classes, seed);
  const clock = process && new ArrivalClock(process, randomSource(seed, "arrivals"));
  return new Shares(classes, clock, seed);
}

/** The arrivals of a workload that has any, by its rate. */
export function arrivalProcess(
  workload: Pick<Extract<Workload, { kind: "open-loop" }>, "ratePerSecond" | "arrivals" | "cv" | "burst" | "stages">,
): ArrivalProcess {
  const { cv = 1, burst, stages, ratePerSecond } = workload;
  const kind = workload.arrivals ?? (cv === 1 ? "poisson" : "gamma");
  if (burst) {
    const between = Math.max(0, burst.everySeconds - burst.durationSeconds);
    const cycle = [
      { ratePerSecond, durationSeconds: between },
      { ratePerSecond: burst.ratePerSecond, durationSeconds: burst.durationSeconds },
    ];
    return { kind, cv, stages: cycle, repeats: true };
  }
  return { kind, cv, stages: stages?.length ? stages : steady(ratePerSecond) };
}

export function classProcess({ ratePerSecond = 0, arrivals, cv = 1 }: WorkloadClass): ArrivalProcess {
  return { kind: arrivals ?? (cv === 1 ? "poisson" : "gamma"), cv, stages: steady(ratePerSecond) };
}

export function steady(ratePerSecond: number): ArrivalProcess["stages"] {
  return [{ ratePerSecond, durationSeconds: 0 }];
}

/** One process of arrivals, each of which belongs to a class by chance. */
class Shares implements ArrivalOrder {
  time = 0;
  private readonly upTo: readonly number[];
  private readonly source: () => number;

  constructor(
    classes: readonly WorkloadClass[],
    private readonly clock: ArrivalClock | undefined,
    seed: number,
  ) {
    // Shares are those of requests: a conversation brings several.
    const shares = classes.map(({ share = 1, sharedPrefix }) => share / Math.max(1, meanLength(sharedPrefix?.turns ?? 1)));
    const total = shares.reduce((sum, share) => sum + share, 0);
    let sum = 0;
    this.upTo = shares.map((share) => {
      sum += share / total;
      return sum;
    });
    this.source = randomSource(seed, "classes");
  }

  next(): number {
    if (this.clock) this.time = this.clock.next();
    if (this.upTo.length < 2) return 0;
    const drawn = this.source();
    const part = this.upTo.findIndex((end) => drawn < end);
    return part < 0 ? this.upTo.length - 1 : part;
  }
}

/** A process of each class, the earliest arrival of all first. */
class OwnClocks implements ArrivalOrder {
  time = 0;
  private readonly clocks: readonly ArrivalClock[];
  private readonly due: Float64Array;

  constructor(classes: readonly WorkloadClass[], seed: number) {
    this.clocks = classes.map((one, part) => new ArrivalClock(classProcess(one), randomSource(seed, "arrivals", part)));
    this.due = Float64Array.from(this.clocks, (clock) => clock.next());
  }

  next(): number {
    let first = 0;
    for (let part = 1; part < this.due.length; part++) if ((this.due[part] as number) < (this.due[first] as number)) first = part;
    this.time = this.due[first] as number;
    this.due[first] = (this.clocks[first] as ArrivalClock).next();
    return first;
  }
}
