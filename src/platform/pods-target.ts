import { parsedJson } from "../catalog/json-text.ts";
import { at, words } from "../live/bench/fields.ts";
import type { ClusterPlace } from "../live/kubernetes/cluster-place.ts";
import { list } from "../live/kubernetes/kube-fields.ts";
import type { PodQuery } from "../live/kubernetes/manifest-pods.ts";
import { KubernetesPods, type PodsOptions } from "../live/sources/kubernetes.ts";
import type { FetchText } from "./http.ts";
import { Kubectl } from "./kubectl.ts";
import { KubectlFetch } from "./kubectl-fetch.ts";

/** The pods of one deployment in one place. */
export interface PodsTarget {
  readonly name: string;
  readonly place: ClusterPlace;
  readonly queries: readonly PodQuery[];
}

const scheme = "kubernetes:";

/** A name for what is attached, out of which it can be attached again: `kubernetes://serving/llama?context=…`. */
export function podsUrl({ name, place, queries }: PodsTarget): string {
  const url = new URL(`${scheme}//${encodeURIComponent(place.namespace)}/${encodeURIComponent(name)}`);
  url.searchParams.set("context", place.context);
  url.searchParams.set("pods", JSON.stringify(queries));
  return url.href;
}

/** For people: whose pods, and where. */
export function podsName({ name, place }: Pick<PodsTarget, "name" | "place">): string {
  return `${name} (${place.context}, ${place.namespace})`;
}

/** What such a name means; undefined for any other. */
export function podsTarget(input: string): PodsTarget | undefined {
  if (!input.startsWith(scheme) || !URL.canParse(input)) return undefined;
  const { hostname, pathname, searchParams } = new URL(input);
  const context = searchParams.get("context");
  const queries = list(parsedJson(searchParams.get("pods") ?? "")).map(readQuery);
  if (context === null || queries.length === 0) return undefined;
  return {
    name: decodeURIComponent(pathname.slice(1)),
    place: { context, namespace: decodeURIComponent(hostname) },
    queries,
  };
}

function readQuery(query: unknown): PodQuery {
  const label = words(at(query, "prefix", "label"));
  const text = words(at(query, "prefix", "text"));
  const role = at(query, "role");
  return {
    labels: words(at(query, "labels")) ?? "",
    name: words(at(query, "name")),
    prefix: label === null || text === null ? null : { label, text },
    role: role === "prefill" || role === "decode" ? role : null,
  };
}

/** Pods that are attached, with the way to them. */
export interface AttachedPods {
  readonly source: KubernetesPods;
  readonly fetchText: FetchText;
  /** A look starts a program for every pod: it is not taken more often. */
  readonly leastIntervalMs: number;
  /** Ends the watch and the ports that were forwarded. */
  stop(): void;
}

const leastIntervalMs = 5000;

export function attachedPods(
  { name, place, queries }: PodsTarget,
  tool: string,
  { isOneLook = false }: { readonly isOneLook?: boolean } = {},
): AttachedPods {
  const fetch = new KubectlFetch(new Kubectl(tool), place);
  // A look alone waits for its slowest pod, and follows nothing.
  const how: PodsOptions = isOneLook ? { patienceSeconds: 10 } : { follow: (address, onLine) => fetch.follow(address, onLine) };
  const source = new KubernetesPods(podsName({ name, place }), place, queries, { ...how, onPods: (names) => fetch.keep(names) });
  const stop = (): void => {
    source.stop();
    fetch.stop();
  };
  return { source, fetchText: fetch.fetchText, leastIntervalMs, stop };
}
