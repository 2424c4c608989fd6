import { parentPort, workerData } from "node:worker_threads";
import { memoryPlan } from "../memory/memory-plan.ts";
import type { FromWorker, ToWorker } from "../protocol/worker.ts";
import { simulateBand } from "../simulation/report/bands.ts";
import type { Outcome } from "../simulation/report/report.ts";
import { timelineBuffers } from "../simulation/timeline/timeline.ts";
import { TimelineLog } from "../simulation/timeline/timeline-log.ts";

/** Runs numbered up to this one are to stop. A run never yields, so it cannot read messages: it looks here. */
const stopUpTo = workerData instanceof SharedArrayBuffer ? new Int32Array(workerData) : new Int32Array(1);
/** Progress is sent at most this often. */
const progressMilliseconds = 100;

function post(message: FromWorker, transfer: readonly ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, [...transfer]);
}

function run({ run, settled, workload, seed, steps, recordFrom, gapBounds }: Extract<ToWorker, { kind: "run" }>): void {
  const begin = process.cpuUsage();
  let last = performance.now();
  try {
    const log = recordFrom === null ? null : new TimelineLog(recordFrom);
    const plans = settled.pools.map((pool) => memoryPlan(settled.model, pool));
    const outcome = simulateBand(
      settled,
      plans,
      workload,
      { steps, seed },
      {
        signal: {
          get aborted() {
            return Atomics.load(stopUpTo, 0) >= run;
          },
        },
        progress(state) {
          const now = performance.now();
          if (now - last < progressMilliseconds) return;
          last = now;
          post({ kind: "progress", run, ...state });
        },
        ...(log ? { timeline: log } : {}),
        ...(gapBounds ? { gapBounds } : {}),
      },
    );
    const used = process.cpuUsage(begin);
    const timeline = outcome.report && log ? log.taken() : null;
    const moved = [...buffers(outcome), ...(timeline ? timelineBuffers(timeline) : [])];
    post({ kind: "done", run, outcome, timeline, cpuSeconds: (used.user + used.system) / 1e6 }, moved);
  } catch (error) {
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    post({ kind: "failed", run, message, stack: stack ?? "" });
  }
}

/** Series and records move to the host instead of being copied. */
function buffers({ report }: Outcome): readonly ArrayBuffer[] {
  if (!report) return [];
  const arrays = [...Object.values(report.requests), ...Object.values(report.series), ...Object.values(report.gaps ?? {})];
  return arrays.flatMap((array) => (ArrayBuffer.isView(array) && array.buffer instanceof ArrayBuffer ? [array.buffer] : []));
}

parentPort?.on("message", (message: ToWorker) => {
  switch (message.kind) {
    case "run":
      if (Atomics.load(stopUpTo, 0) < message.run) run(message);
      break;
    case "stop":
      Atomics.store(stopUpTo, 0, Math.max(Atomics.load(stopUpTo, 0), message.run));
      break;
    default:
      message satisfies never;
  }
});
