import type { MetricsPage, Snapshot } from "../snapshot.ts";
import { keysOf } from "../words.ts";
import { modelsOf } from "./mixed.ts";
import { withOwnLabels } from "./own-labels.ts";
import { readingOf } from "./page-reading.ts";

/**
 * One scrape in canonical words: requests and counters summed over engines, ratios averaged, histograms merged bucket by bucket. `time` in
 * unix seconds. What the page does not offer, or gives as NaN, is absent.
 */
export function snapshotOf(asWritten: MetricsPage, time: number): Snapshot {
  const page = withOwnLabels(asWritten);
  const reading = readingOf(page);
  const [kind, ...beside] = reading.kinds;
  const { perEngine, role, infos, wireNames, models } = reading;
  return {
    time,
    server: {
      kind: kind ?? "unknown",
      ...modelsOf(models),
      engines: Math.max(1, perEngine.length),
      ...(beside.length > 0 ? { beside } : {}),
    },
    ...(role ? { role } : {}),
    ...reading.whole,
    startedAt: startedAt(page, new Set(Object.values(wireNames))),
    cacheConfig: infos.cache_config_info,
    ...(keysOf(infos).length > 0 ? { infos } : {}),
    perEngine,
    wireNames,
  };
}

/** When the process began: what it says itself, else the oldest birth of the series that were read. */
function startedAt(page: MetricsPage, names: ReadonlySet<string>): number | undefined {
  const processes = page.families.get("process_start_time_seconds")?.samples.map(({ value }) => value) ?? [];
  const latest = Math.max(...processes.filter(Number.isFinite));
  if (Number.isFinite(latest)) return latest;
  let oldest = Number.POSITIVE_INFINITY;
  for (const name of names) {
    for (const { value } of page.families.get(`${name.replace(/_total$/, "")}_created`)?.samples ?? [])
      if (value > 0) oldest = Math.min(oldest, value);
  }
  return Number.isFinite(oldest) ? oldest : undefined;
}
