import type { RunningServer } from "../running/running-server.ts";
import { type Drift, type DriftSite, type DriftSubject, isDifference } from "./drift.ts";
import { flagDrift } from "./flag-drift.ts";
import { identityDrift } from "./identity-drift.ts";
import { memoryDrift } from "./memory-drift.ts";
import { settingDrift } from "./setting-drift.ts";

/**
 * Every setting that both file and server tell, with the place in the file. A server belongs to one pool: the one of its role, else the one
 * it differs least from. What cannot be compared for sure has no row.
 */
export function driftOf(server: RunningServer, subject: DriftSubject): readonly Drift[] {
  const { deployment, settled, memory } = subject;
  const role = server.settings.role?.value;
  const all = deployment.pools.map(
    (pool, index): DriftSite => ({ deployment, index, pool, settled, settledPool: settled?.pools[index], plan: memory[index] }),
  );
  const own = all.filter(({ pool }) => pool.role === role);
  const compared = (own.length > 0 ? own : all).map((site) => poolDrift(server, site));
  const differing = (rows: readonly Drift[]): number => rows.filter(isDifference).length;
  return (
    compared.reduce<readonly Drift[] | undefined>((best, rows) => (!best || differing(rows) < differing(best) ? rows : best), undefined) ??
    []
  );
}

function poolDrift(server: RunningServer, site: DriftSite): readonly Drift[] {
  const identity = identityDrift(server, site);
  // Another engine has other settings: nothing else can be compared.
  if (identity.some(({ setting, verdict }) => setting === "engine" && verdict === "different")) return identity;
  return [...identity, ...settingDrift(server, site), ...flagDrift(server, site), ...memoryDrift(server, site)];
}
