import type { Core } from "./fleet.ts";

/** Requests on a core, running or not. */
export function requestsOn({ scheduler }: Core): number {
  return scheduler.waitingCount + scheduler.core.running.count;
}

/** The core with the least of something, the first of equal ones. There is one at least. */
export function leastOf(cores: readonly Core[], load: (core: Core) => number): Core {
  let best = cores[0] as Core;
  let least = load(best);
  for (let i = 1; i < cores.length; i++) {
    const core = cores[i] as Core;
    const own = load(core);
    if (own >= least) continue;
    best = core;
    least = own;
  }
  return best;
}
