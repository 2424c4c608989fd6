import { Presets, SingleBar } from "cli-progress";
import type { RunControl } from "../simulation/report/report.ts";
import type { Terminal } from "./terminal.ts";

/** Milliseconds between two looks of the bar: a run calls far more often. */
const pace = 100;

/** Shows a run's progress on a terminal while `body` runs; elsewhere it only runs. */
export function withProgress<T>(name: string, { showsProgress }: Terminal, body: (control: RunControl) => T): T {
  if (!showsProgress) return body({});
  const options = { format: `${name} {bar} {value} of {total} requests`, stream: process.stderr, clearOnComplete: true, hideCursor: true };
  const bar = new SingleBar(options, Presets.shades_classic);
  let shown = performance.now();
  let started = false;
  const progress: NonNullable<RunControl["progress"]> = ({ finished, total }) => {
    const now = performance.now();
    if (now - shown < pace) return;
    shown = now;
    if (!started) bar.start(total, finished);
    started = true;
    bar.update(finished);
    // The run holds the thread, so the bar's own timer never fires.
    bar.render();
  };
  try {
    return body({ progress });
  } finally {
    if (started) bar.stop();
  }
}
