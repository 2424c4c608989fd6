import type { ClusterPlace } from "./cluster-place.ts";
import type { PodQuery } from "./manifest-pods.ts";
import type { PodAddress } from "./serving-ports.ts";

/** Addresses of the API server as sources write them: whoever stands behind the port knows which cluster is meant. */
const cluster = "kubernetes://cluster";
/** Pods of one answer: a list is cut rather than endless. */
const mostPods = 500;

/** The pods of a namespace that a query means. */
export function podsAddress({ namespace }: Pick<ClusterPlace, "namespace">, { labels, name }: Pick<PodQuery, "labels" | "name">): string {
  return address(["namespaces", namespace, "pods"], { ...chosenBy({ labels, name }), limit: mostPods });
}

function chosenBy({ labels, name }: Pick<PodQuery, "labels" | "name">): Readonly<Record<string, string>> {
  const fields = name === null ? {} : { fieldSelector: `metadata.name=${name}` };
  return { ...(labels === "" ? {} : { labelSelector: labels }), ...fields };
}

/** What happens to the same pods from a moment of the cluster on, line by line, until the API server ends it. */
export function podsWatchAddress(
  place: Pick<ClusterPlace, "namespace">,
  { labels, name }: Pick<PodQuery, "labels" | "name">,
  from: { readonly version: string; readonly seconds: number },
): string {
  return address(["namespaces", place.namespace, "pods"], {
    ...chosenBy({ labels, name }),
    watch: 1,
    allowWatchBookmarks: "true",
    resourceVersion: from.version,
    timeoutSeconds: from.seconds,
  });
}

/** A page of a pod, by way of the API server. */
export function podAddress({ namespace }: Pick<ClusterPlace, "namespace">, pod: string, { scheme, port, path }: PodAddress): string {
  const name = scheme === "https" ? `https:${pod}:${port}` : `${pod}:${port}`;
  return `${address(["namespaces", namespace, "pods"], {})}/${name}/proxy${path}`;
}

export interface LogPart {
  readonly container: string;
  /** Of the container that ran before this one. */
  readonly previous: boolean;
  readonly mostBytes: number;
}

/** A container's log from its beginning. */
export function logAddress(
  { namespace }: Pick<ClusterPlace, "namespace">,
  pod: string,
  { container, previous, mostBytes }: LogPart,
): string {
  return address(["namespaces", namespace, "pods", pod, "log"], {
    container,
    limitBytes: mostBytes,
    ...(previous ? { previous: "true" } : {}),
  });
}

export function nodeAddress(node: string): string {
  return address(["nodes", node], {});
}

export function namespaceAddress(namespace: string): string {
  return address(["namespaces", namespace], {});
}

/** A page of a pod behind the API server, in its parts. */
export interface ProxiedPage extends PodAddress {
  readonly pod: string;
}

const proxied = /^\/api\/v1\/namespaces\/[^/]+\/pods\/(?:(https):)?([^/:]+):(\d+)\/proxy(\/[^?]*)/;

/** The path that the API server is asked, and the pod's page behind it, where it is one; undefined for an address of another kind. */
export function apiPath(text: string): { readonly path: string; readonly page: ProxiedPage | undefined } | undefined {
  if (!text.startsWith(`${cluster}/api/v1/`)) return undefined;
  const path = text.slice(cluster.length);
  const [, secure, pod, port, page] = proxied.exec(path) ?? [];
  if (pod === undefined || port === undefined || page === undefined) return { path, page: undefined };
  return { path, page: { pod, port: Number(port), path: page, scheme: secure === undefined ? "http" : "https" } };
}

/** A file's words stay one step of the path, whatever they hold. */
function address(steps: readonly string[], query: Readonly<Record<string, string | number>>): string {
  const written = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return `${cluster}/api/v1/${steps.map(encodeURIComponent).join("/")}${written.length > 0 ? `?${written.join("&")}` : ""}`;
}
