import { availableParallelism } from "node:os";
import type { Plan } from "../planning/plan.ts";
import type { Outcome } from "../simulation/report/report.ts";
import { type RunEnd, Runner, type RunRequest } from "./run-worker.ts";

const mostWorkers = 4;

/** One core stays with the program that asks; beyond four, memory goes before time is won. */
export function usefulWorkers(cores = availableParallelism()): number {
  return Math.max(1, Math.min(mostWorkers, cores - 1));
}

interface Waiting {
  readonly request: RunRequest;
  readonly signal: AbortSignal;
  readonly end: (end: RunEnd) => void;
}

/**
 * Simulations side by side: several workers over one queue, first come first served. A run whose signal is aborted leaves the queue, or is
 * stopped where it is, and ends as replaced.
 */
export class RunPool {
  private readonly idle: Runner[] = [];
  private readonly all: Runner[] = [];
  private waiting: Waiting[] = [];
  private disposed = false;

  /** `entry` is the bundled worker; `size` workers at most, each started when it is first needed. */
  constructor(
    private readonly entry: string | URL,
    private readonly size = usefulWorkers(),
  ) {}

  run(request: RunRequest, signal: AbortSignal): Promise<RunEnd> {
    if (this.disposed || signal.aborted) return Promise.resolve({ kind: "replaced" });
    return new Promise((end) => {
      this.waiting.push({ request, signal, end });
      this.next();
    });
  }

  async dispose(): Promise<void> {
    this.disposed = true;
    const left = this.waiting;
    this.waiting = [];
    for (const { end } of left) end({ kind: "replaced" });
    await Promise.all(this.all.map((runner) => runner.dispose()));
  }

  private next(): void {
    while (this.waiting.length > 0) {
      const runner = this.idle.pop() ?? this.further();
      const one = runner && this.waiting.shift();
      if (!runner || !one) return;
      void this.serve(runner, one);
    }
  }

  private further(): Runner | undefined {
    if (this.all.length >= this.size) return undefined;
    const runner = new Runner(this.entry);
    this.all.push(runner);
    return runner;
  }

  private async serve(runner: Runner, { request, signal, end }: Waiting): Promise<void> {
    const stop = (): void => {
      runner.stop();
      // Nobody waits for what a stopped run still writes together.
      end({ kind: "replaced" });
    };
    signal.addEventListener("abort", stop);
    const made: RunEnd = signal.aborted ? { kind: "replaced" } : await runner.run(request);
    signal.removeEventListener("abort", stop);
    this.idle.push(runner);
    end(signal.aborted ? { kind: "replaced" } : made);
    this.next();
  }
}

/** A run that a pool, or anything that answers like one, may be asked for. */
export type Runs = Pick<RunPool, "run">;

/**
 * Follows a plan to its end in a pool, the runs of each round side by side; `progress` hears how many are done. undefined where the signal
 * was aborted.
 */
export async function carriedOutBy<T>(
  plan: Plan<T>,
  pool: Runs,
  signal: AbortSignal,
  progress: (done: number) => void,
): Promise<T | undefined> {
  let done = 0;
  let step = plan.next([]);
  while (!step.done) {
    const ends = await Promise.all(
      step.value.map(async (planned) => {
        const end = await pool.run(planned, signal);
        if (end.kind !== "replaced") progress(++done);
        return end;
      }),
    );
    if (signal.aborted || ends.some(({ kind }) => kind === "replaced")) return undefined;
    step = plan.next(ends.map(outcomeOf));
  }
  return step.value;
}

function outcomeOf(end: RunEnd): Outcome {
  switch (end.kind) {
    case "done":
      return end.outcome;
    case "failed":
      return { error: { code: "unsupported", message: end.message } };
    case "replaced":
      return { error: { code: "unsupported", message: "The run was stopped." } };
    default:
      return end satisfies never;
  }
}
