import type { PhasedScheduling, SettledPool } from "../settled.ts";

/** A pool whose engine computes prompts whole and takes no request out: nothing of the file's own scheduler is left. */
export function phasedPool(pool: SettledPool, scheduling: PhasedScheduling): SettledPool {
  return {
    ...pool,
    settings: { ...pool.settings, chunkedPrefill: false, longPrefillTokenThreshold: 0, asyncScheduling: false, scheduling },
  };
}
