import { engineLabelsOf, rankLabels } from "../../page/engine-series.ts";
import { roleOf } from "../../page/role.ts";
import type { Role, ServerKind } from "../../snapshot.ts";
import type { Matcher } from "./matchers.ts";

type Labels = Readonly<Record<string, string>>;

/** Which labels of a selection tell what: read from its series, so that every relabelling is taken as it is. */
export interface FleetShape {
  /** Tell servers apart: the pod, else the scraped address; empty where one server is all there is to see. */
  readonly memberLabels: readonly string[];
  /** Tell the engines of one server apart. */
  readonly engineLabels: readonly string[];
  /** Labels of the scraped target that every series of it has: `up` and the start time are joined by them. */
  readonly targetLabels: readonly string[];
  /** Beside those of the selection: leaves out what would count twice. */
  readonly matchers: readonly Matcher[];
  /** Several API servers of one vLLM publish the same series once a process. */
  readonly copiesByProcess: boolean;
  /** Names of servers with their number of engines. */
  readonly members: ReadonlyMap<string, number>;
  /** What servers do of the work, where their labels tell. */
  readonly roles: ReadonlyMap<string, Role>;
}

/** OpenTelemetry and older scrape configurations name the pod otherwise; a server's own label is `exported_` where the target has it too. */
const podLabels = ["pod", "k8s_pod_name", "kubernetes_pod_name", "pod_name", "exported_pod"];
const places = ["namespace", "cluster"] as const;
const container = "container";
const addressLabels = ["instance", "exported_instance"];
const joining = ["job", "instance", "namespace", "pod", "cluster"];

/** Reads the shape of a selection of servers of one kind from the label sets of a word that each of them publishes. */
export function shapeOf(told: readonly Labels[], kind: ServerKind): FleetShape {
  const replicas = replicaMatchers(told);
  const sets = replicas.reduce<readonly Labels[]>(
    (kept, { label, value }) => kept.filter((set) => (set[label] ?? "") === value).map((set) => without(set, label)),
    told,
  );
  const all = (label: string): boolean => sets.length > 0 && sets.every((set) => set[label] !== undefined);
  const engineLabels = engineLabelsOf(kind);
  const own = engineSets(sets);
  const memberLabels = memberLabelsOf(sets, all);
  const engines = engineLabels.flatMap((names) => {
    // The target's own label of that name is not the server's.
    const found = names.flatMap((label) => [`exported_${label}`, label]).find((label) => own.some((set) => set[label] !== undefined));
    return found === undefined ? [] : [found];
  });
  const isRouter = engines.length === 0 && own.some((set) => set.server !== undefined);
  const shape = { memberLabels, engineLabels: isRouter ? ["server"] : engines };
  const roles = new Map<string, Role>();
  const names = new Map<string, Set<string>>();
  for (const set of own) {
    const member = memberOf(set, shape);
    names.set(member, (names.get(member) ?? new Set()).add(engineOf(set, shape)));
    const role = roleOf({ name: "", labels: set, value: 0 });
    if (role) roles.set(member, role);
  }
  return {
    ...shape,
    targetLabels: joining.filter(all),
    matchers: [...routerMatcher(sets, own), ...rankMatchers(own), ...jobMatcher(own), ...replicas],
    copiesByProcess: own.some((set) => set.pid !== undefined),
    roles,
    members: new Map([...names].sort(([a], [b]) => (a < b ? -1 : 1)).map(([member, list]) => [member, list.size])),
  };
}

/** Engines of all servers. */
export function engineCount({ members }: Pick<FleetShape, "members">): number {
  return [...members.values()].reduce((a, b) => a + b, 0);
}

/** A series' server, in words. */
export function memberOf(labels: Labels, { memberLabels }: Pick<FleetShape, "memberLabels">): string {
  return valuesOf(labels, memberLabels).join(" ");
}

/** A series' engine within its server; "" where the server labels none. */
export function engineOf(labels: Labels, { engineLabels }: Pick<FleetShape, "engineLabels">): string {
  return valuesOf(labels, engineLabels).join("/");
}

function valuesOf(labels: Labels, names: readonly string[]): readonly string[] {
  return names.map((label) => labels[label] ?? "").filter((value) => value !== "");
}

function memberLabelsOf(sets: readonly Labels[], all: (label: string) => boolean): readonly string[] {
  const pod = podLabels.find(all);
  const address = addressLabels.find(all);
  if (pod === undefined) return address === undefined ? [] : [address];
  // A pod that was started again elsewhere has another address, and the port that it had.
  const port = (set: Labels): string => (address === undefined ? "" : (set[address] ?? "").replace(/^.*:/, ""));
  const servers = new Set(sets.map((set) => [...valuesOf(set, [...places, pod, container]), port(set)].join("\n"))).size;
  const tells = (labels: readonly string[]): boolean =>
    labels.every(all) && new Set(sets.map((set) => labels.map((label) => set[label] ?? "").join("\n"))).size >= servers;
  const [namespace, cluster] = places;
  const named = [[pod], [namespace, pod], [cluster, pod], [cluster, namespace, pod]];
  const within = [[], [container], ...(address === undefined ? [] : [[address]])];
  return (
    within.flatMap((more) => named.map((labels) => [...labels, ...more])).find(tells) ?? [pod, ...(address === undefined ? [] : [address])]
  );
}

/** A router's view of its servers uses the engines' names with a `server` label: counting both would count twice. */
function engineSets(sets: readonly Labels[]): readonly Labels[] {
  const engines = sets.filter((set) => set.server === undefined);
  return engines.length > 0 ? engines : sets;
}

function routerMatcher(sets: readonly Labels[], own: readonly Labels[]): readonly Matcher[] {
  return own.length < sets.length ? [{ label: "server", compares: "=", value: "" }] : [];
}

/** Two jobs that scrape the same addresses tell everything twice: of those, one that scrapes all is enough. */
function jobMatcher(sets: readonly Labels[]): readonly Matcher[] {
  const addresses = new Set<string>();
  const byJob = new Map<string, Set<string>>();
  for (const { job, instance, pod } of sets) {
    if (job === undefined || instance === undefined) return [];
    const address = `${instance}\n${pod ?? ""}`;
    addresses.add(address);
    byJob.set(job, (byJob.get(job) ?? new Set()).add(address));
  }
  const scraped = [...byJob.values()].reduce((sum, own) => sum + own.size, 0);
  const whole = [...byJob].filter(([, own]) => own.size === addresses.size).map(([job]) => job);
  const [first] = whole.sort();
  return scraped > addresses.size && first !== undefined ? [{ label: "job", compares: "=", value: first }] : [];
}

/** Labels by which Prometheus that scrape the same for safety mark what they tell (Thanos' `--query.replica-label`, Mimir's `__replica__`). */
const replicaLabel = /(?:^|_)replica_*$/;

/** Of several that tell the same, where nobody puts them together, the one that tells most speaks. */
function replicaMatchers(sets: readonly Labels[]): readonly Matcher[] {
  // Ray Serve's replicas are engines.
  const own = sets.some(({ __name__: name = "" }) => name.startsWith("ray_")) ? "replica" : "";
  const labels = new Set(sets.flatMap((set) => Object.keys(set).filter((label) => replicaLabel.test(label) && label !== own)));
  return [...labels].flatMap((label): Matcher[] => {
    const told = new Map<string, number>();
    for (const { [label]: replica = "" } of sets) told.set(replica, (told.get(replica) ?? 0) + 1);
    const apart = new Set(sets.map((set) => JSON.stringify(Object.entries(without(set, label)).sort(([a], [b]) => (a < b ? -1 : 1)))));
    const [most] = [...told].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
    return most && apart.size < sets.length ? [{ label, compares: "=", value: most[0] }] : [];
  });
}

function without(labels: Labels, label: string): Labels {
  return Object.fromEntries(Object.entries(labels).filter(([name]) => name !== label));
}

/** Ranks repeat what their engine says: the lowest speaks. */
function rankMatchers(sets: readonly Labels[]): readonly Matcher[] {
  return rankLabels.flatMap((label): Matcher[] => {
    const ranks = sets.map((set) => set[label]).filter((rank) => rank !== undefined && /^\d{1,6}$/.test(rank));
    if (ranks.length === 0) return [];
    return [{ label, compares: "=~", value: `|${Math.min(...ranks.map(Number))}` }];
  });
}
