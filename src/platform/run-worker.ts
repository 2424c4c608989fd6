import { Worker } from "node:worker_threads";
import type { Settled } from "../deployment/settled.ts";
import type { FromWorker, ToWorker } from "../protocol/worker.ts";
import type { BandRun } from "../simulation/report/bands.ts";
import type { Outcome, RunControl } from "../simulation/report/report.ts";
import type { Timeline } from "../simulation/timeline/timeline.ts";
import type { Workload } from "../simulation/workload/workload.ts";

export interface RunRequest {
  readonly settled: Settled;
  readonly workload: Workload;
  readonly seed: number;
  /** How long steps take; as predicted where absent. */
  readonly steps?: BandRun["steps"];
  /** Writes down what happens from this second on; not at all where absent. */
  readonly recordFrom?: number;
  /** Buckets in which gaps between tokens are to be counted; see RunControl. */
  readonly gapBounds?: readonly number[];
  readonly progress?: NonNullable<RunControl["progress"]>;
}

/** How a run ended. A stopped run is `done` with a report of the time so far. */
export type RunEnd =
  | { readonly kind: "done"; readonly outcome: Outcome; readonly timeline: Timeline | null; readonly cpuSeconds: number }
  /** A newer run took its place, or the runner was disposed. */
  | { readonly kind: "replaced" }
  | { readonly kind: "failed"; readonly message: string; readonly stack: string };

interface Current {
  readonly run: number;
  readonly request: RunRequest;
  readonly end: (end: RunEnd) => void;
}

/**
 * Simulations off the main thread: one worker, started at the first run; one run at a time, a new one replaces the one before. A worker
 * that dies fails its run, and the next run starts another.
 */
export class Runner {
  private worker: Worker | undefined;
  private current: Current | undefined;
  private runs = 0;
  private disposed = false;
  private readonly stopUpTo = new Int32Array(new SharedArrayBuffer(4));

  /** `entry` is the bundled worker, a path or file URL. */
  constructor(private readonly entry: string | URL) {}

  get isRunning(): boolean {
    return this.current !== undefined;
  }

  run(request: RunRequest): Promise<RunEnd> {
    this.replace();
    if (this.disposed) return Promise.resolve({ kind: "replaced" });
    const run = ++this.runs;
    return new Promise((end) => {
      this.current = { run, request, end };
      const { settled, workload, seed, steps = "as-predicted", recordFrom = null, gapBounds = null } = request;
      try {
        this.send({ kind: "run", run, settled, workload, seed, steps, recordFrom, gapBounds });
      } catch (error) {
        this.fail(error);
      }
    });
  }

  /** Ends the current run early; its report covers the time so far. */
  stop(): void {
    if (this.current) Atomics.store(this.stopUpTo, 0, this.current.run);
  }

  async dispose(): Promise<void> {
    this.disposed = true;
    this.replace();
    const { worker } = this;
    this.worker = undefined;
    await worker?.terminate();
  }

  private replace(): void {
    const before = this.current;
    if (!before) return;
    Atomics.store(this.stopUpTo, 0, before.run);
    this.current = undefined;
    this.worker?.unref();
    before.end({ kind: "replaced" });
  }

  private send(message: ToWorker): void {
    this.worker ??= this.start();
    // A run keeps the process alive, a waiting worker does not.
    this.worker.ref();
    this.worker.postMessage(message);
  }

  private start(): Worker {
    const worker = new Worker(this.entry, { workerData: this.stopUpTo.buffer });
    worker.on("message", (message: FromWorker) => this.receive(message));
    worker.on("error", (error) => {
      if (this.worker === worker) this.fail(error);
    });
    worker.on("exit", (code) => {
      if (this.worker === worker) this.fail(new Error(`The simulation's thread ended with code ${code}.`));
    });
    return worker;
  }

  private receive(message: FromWorker): void {
    const { current } = this;
    if (!current || message.run !== current.run) return;
    if (message.kind === "progress") {
      const { simulatedSeconds, finished, total } = message;
      current.request.progress?.({ simulatedSeconds, finished, total });
      return;
    }
    this.current = undefined;
    this.worker?.unref();
    if (message.kind === "done")
      current.end({ kind: "done", outcome: message.outcome, timeline: message.timeline, cpuSeconds: message.cpuSeconds });
    else current.end({ kind: "failed", message: message.message, stack: message.stack });
  }

  /** The worker is of no use any more. */
  private fail(error: unknown): void {
    const { worker, current } = this;
    this.worker = undefined;
    this.current = undefined;
    void worker?.terminate();
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    current?.end({ kind: "failed", message, stack: stack ?? "" });
  }
}
