import type { Family, Sample } from "./snapshot.ts";

/** Labels that tell engines of one page apart: vLLM's DP rank, SGLang's, Ray's replica. */
export const engineLabels = ["engine", "dp_rank", "ReplicaId", "replica"] as const;
/** Ranks that repeat what their engine says: the lowest of each speaks. */
export const rankLabels = ["tp_rank", "pp_rank", "moe_ep_rank"] as const;

/** Samples of a family by engine, after routers, repeated processes and ranks are taken out. */
export function byEngine(family: Family): ReadonlyMap<string, readonly Sample[]> {
  const groups = new Map<string, Sample[]>();
  for (const sample of oneProcess(lowestRanks(withoutRouter(family.samples)))) {
    const engine = engineOf(sample);
    const group = groups.get(engine);
    if (group) group.push(sample);
    else groups.set(engine, [sample]);
  }
  return groups;
}

/** A router's view of its servers uses the engines' names with a `server` label: counting both would count twice. */
function withoutRouter(samples: readonly Sample[]): readonly Sample[] {
  const engines = samples.filter((sample) => sample.labels.server === undefined);
  return engines.length > 0 ? engines : samples;
}

function lowestRanks(samples: readonly Sample[]): readonly Sample[] {
  let kept = samples;
  for (const label of rankLabels) {
    if (!kept.some((sample) => sample.labels[label] !== undefined)) continue;
    const lowest = new Map<string, number>();
    for (const sample of kept) {
      const key = engineOf(sample);
      lowest.set(key, Math.min(lowest.get(key) ?? Number.POSITIVE_INFINITY, rankOf(sample, label)));
    }
    kept = kept.filter((sample) => rankOf(sample, label) === lowest.get(engineOf(sample)));
  }
  return kept;
}

function rankOf(sample: Sample, label: string): number {
  return Number(sample.labels[label] ?? 0) || 0;
}

/**
 * With several API servers vLLM around 0.11 printed one copy of each engine's series per `pid`. The copies are not shares: the process
 * that says the most is taken, series by series (a histogram as a whole, by its count).
 */
function oneProcess(samples: readonly Sample[]): readonly Sample[] {
  if (!samples.some((sample) => sample.labels.pid !== undefined)) return samples;
  const weights = new Map<string, Map<string, number>>();
  for (const sample of samples) {
    const series = seriesOf(sample);
    const processes = weights.get(series) ?? new Map<string, number>();
    weights.set(series, processes);
    const pid = sample.labels.pid ?? "";
    // Sums of seconds are no measure of how much a process saw; counts and buckets are.
    const weight = sample.name.endsWith("_sum") ? 0 : sample.value;
    processes.set(pid, Math.max(processes.get(pid) ?? Number.NEGATIVE_INFINITY, weight));
  }
  const chosen = new Map<string, string>();
  for (const [series, processes] of weights) {
    let best: readonly [string, number] | undefined;
    for (const entry of processes) if (!best || entry[1] > best[1]) best = entry;
    if (best) chosen.set(series, best[0]);
  }
  return samples.filter((sample) => chosen.get(seriesOf(sample)) === (sample.labels.pid ?? ""));
}

/** One series without its process; all lines of a histogram share it. */
function seriesOf({ labels }: Sample): string {
  const pairs: string[] = [];
  for (const label in labels) if (label !== "pid" && label !== "le") pairs.push(`${label}\u0001${labels[label]}`);
  return pairs.sort().join("\u0002");
}

function engineOf({ labels }: Sample): string {
  let engine: string | undefined;
  for (const label of engineLabels) {
    const value = labels[label];
    if (value !== undefined) engine = engine === undefined ? value : `${engine}/${value}`;
  }
  return engine ?? labels.server ?? "";
}
