import type { Parameters } from "fast-check";

/** How many times the usual number of runs: `FUZZ=100 npx vitest run test/fuzz` searches for long, from another seed each time. */
const times = Number(process.env.FUZZ ?? 1);

/** The same runs each time, unless a long search is asked for. */
export function runs<T>(numRuns: number, seed: number): Parameters<T> {
  return times === 1 ? { numRuns, seed } : { numRuns: numRuns * times };
}

/** Milliseconds that a long search may take. */
export const timeLimitMs = 20_000 * Math.max(1, times);
