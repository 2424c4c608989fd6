import type { Report } from "./report.ts";
import { latencies } from "./summary.ts";

/** Of a share of the requests: between which latencies it ends, whatever the seed. */
export interface LatencySpread {
  readonly percent: Float64Array;
  /** Seconds. */
  readonly low: Float64Array;
  readonly high: Float64Array;
}

/** How far the draw alone moves the distributions of a run. */
export interface Spread {
  readonly seeds: number;
  readonly ttft: LatencySpread;
  readonly tpot: LatencySpread;
  readonly e2e: LatencySpread;
}

/** Seeds of which a distribution's spread is made, the run's own among them. */
const spreadSeeds = 5;

/** Further seeds beside those that a band is made of. */
export function spreadRuns(
  known: readonly { readonly seed: number }[],
): readonly { readonly steps: "as-predicted"; readonly seed: number }[] {
  const used = new Set(known.map(({ seed }) => seed));
  const last = Math.max(...used);
  return Array.from({ length: Math.max(0, spreadSeeds - used.size) }, (_, i) => ({ steps: "as-predicted", seed: last + 1 + i }));
}

/** Shares of the requests at which distributions are laid beside each other, in percent. */
const shares = Float64Array.from({ length: 99 }, (_, i) => i + 1);

/** The spread of runs that differ in their seed alone; undefined of fewer than two, or where a queue never empties. */
export function spreadOf(reports: readonly Pick<Report, "requests" | "saturated" | "stoppedAtSeconds">[]): Spread | undefined {
  if (reports.length < 2 || reports.some(({ saturated, stoppedAtSeconds }) => saturated || stoppedAtSeconds !== null)) return undefined;
  const all = reports.map(({ requests }) => latencies(requests, () => 0));
  return {
    seeds: reports.length,
    ttft: latencySpread(all.map(({ ttft }) => ttft.values)),
    tpot: latencySpread(all.map(({ tpot }) => tpot.values)),
    e2e: latencySpread(all.map(({ e2e }) => e2e.values)),
  };
}

function latencySpread(samples: readonly Float64Array[]): LatencySpread {
  const sorted = samples.map((sample) => sample.filter((value) => !Number.isNaN(value)).sort());
  const at = (share: number): readonly number[] =>
    sorted.map((values) => values[Math.max(0, Math.ceil((share / 100) * values.length) - 1)] ?? Number.NaN);
  return {
    percent: shares,
    low: shares.map((share) => Math.min(...at(share))),
    high: shares.map((share) => Math.max(...at(share))),
  };
}
