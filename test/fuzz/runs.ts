import type { Parameters } from "fast-check";

/** How many times the usual number of runs: `FUZZ=100 npx vitest run test/fuzz` searches for long, from another seed each time. */
const times = Number(process.env.FUZZ ?? 1);

/** The same runs each time, unless a long search is asked for. */
export function runs<T>(numRuns: number, seed: number): Parameters<T> {
  return times === 1 ? { numRuns, seed } : { numRuns: numRuns * times };
}

/** Patience with a busy machine, longer for a long search. */
export const timeLimitMs = 120_000 * Math.max(1, times);

/** Processor time that an act takes, in milliseconds: what else runs on the machine does not count. */
export function cpuMs(act: () => unknown): number {
  const before = process.cpuUsage();
  act();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
