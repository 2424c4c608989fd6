/**
 * Milliseconds until the next try after so many failures in a row: doubling from the interval up to 30 s (or the interval, where that is
 * longer), spread by ± 20 % so that many clients do not come back at once. `random` gives 0 … 1.
 */
export function backoffMs(failures: number, intervalMs: number, random: () => number): number {
  const ceiling = Math.max(30_000, intervalMs);
  const delay = Math.min(ceiling, Math.max(500, intervalMs) * 2 ** Math.min(20, Math.max(0, failures - 1)));
  return Math.round(delay * (0.8 + 0.4 * random()));
}
