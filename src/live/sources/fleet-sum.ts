import { countedOnce } from "../page/counted-once.ts";
import { modelsOf } from "../page/mixed.ts";
import { together } from "../page/together.ts";
import type { EngineMeasures, Measures, RoleMeasures, ServerKind, Snapshot } from "../snapshot.ts";
import type { MemberRole } from "../source.ts";
import type { Share } from "./fleet-member.ts";

type Kept = Pick<Share, "name" | "role"> & { readonly snapshot: Snapshot };

/**
 * Members as one: requests and what came in summed, each request once, cache usage averaged over engines, histograms merged at the bounds they share. Engines
 * carry their member's name; roles stay apart where there are several.
 */
export function fleetSum(members: readonly Kept[], time: number): Snapshot {
  const snapshots = members.map(({ snapshot }) => snapshot);
  const named = snapshots.flatMap(({ server }) => server.models ?? (server.model === null ? [] : [server.model]));
  const kind = commonest(snapshots.map(({ server }) => server.kind));
  const roles = [...new Set(members.map(({ role }) => role))].sort().map((role) => roleOf(role, members));
  return {
    time,
    server: {
      kind,
      ...modelsOf(named),
      engines: snapshots.reduce((sum, { server }) => sum + server.engines, 0),
    },
    ...countedOnce(new Map(roles.map((one) => [one.role, one])), measuresOf(snapshots), kind),
    startedAt: undefined,
    cacheConfig: snapshots.find(({ cacheConfig }) => cacheConfig)?.cacheConfig,
    perEngine: members.flatMap(enginesOf),
    ...toldBy(snapshots),
    ...(roles.some(({ role }) => role !== "both") ? { perRole: roles } : {}),
    wireNames: Object.assign({}, ...snapshots.map(({ wireNames }) => wireNames)),
  };
}

/** What servers tell of themselves is taken from the first that tells: a fleet is of one kind, or nobody can speak for it. */
function toldBy(snapshots: readonly Snapshot[]): Pick<Snapshot, "told" | "infos"> {
  const told = snapshots.find((snapshot) => snapshot.told)?.told;
  const infos = snapshots.find((snapshot) => snapshot.infos)?.infos;
  return { ...(told ? { told } : {}), ...(infos ? { infos } : {}) };
}

/** Gauges over engines, so that a server of eight weighs eight times; the rest over servers, whose pages know more than their engines. */
function measuresOf(snapshots: readonly Snapshot[]): Measures {
  const whole = together(snapshots);
  const { gauges } = together(snapshots.flatMap((one): readonly Measures[] => (one.perEngine?.length ? one.perEngine : [one])));
  // What a page of several engines says of the server as a whole (its GPUs, its process) no engine says.
  return { ...whole, gauges: { ...whole.gauges, ...gauges } };
}

function enginesOf({ name, snapshot }: Kept): readonly EngineMeasures[] {
  const { gauges, counters, histograms } = snapshot;
  const engines = snapshot.perEngine ?? [{ engine: "", gauges, counters, histograms }];
  return engines.map((engine) => ({ ...engine, member: name, engine: engine.engine === "" ? name : `${name}/${engine.engine}` }));
}

function roleOf(role: MemberRole, members: readonly Kept[]): RoleMeasures {
  const own = members.filter((member) => member.role === role).map(({ snapshot }) => snapshot);
  const cacheConfig = own.find((snapshot) => snapshot.cacheConfig)?.cacheConfig;
  const told = own.find((snapshot) => snapshot.told)?.told;
  return { role, members: own.length, ...measuresOf(own), ...(cacheConfig ? { cacheConfig } : {}), ...(told ? { told } : {}) };
}

function commonest(kinds: readonly ServerKind[]): ServerKind {
  const counts = new Map<ServerKind, number>();
  for (const kind of kinds) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts].reduce((best, one) => (one[1] > best[1] ? one : best), ["unknown", 0] as const)[0];
}
