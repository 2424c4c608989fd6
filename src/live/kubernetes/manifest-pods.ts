import type { Deployment, Pool } from "../../deployment/deployment.ts";
import { JoinedText } from "../../deployment/joined-text.ts";
import { isReadable } from "../../deployment/mapped.ts";
import type { YamlDocument, YamlValue } from "../../deployment/yaml-document.ts";
import type { Pod } from "./pod.ts";
import { areInCluster, documentOf } from "./pool-documents.ts";
import { namedPods } from "./workload-labels.ts";

/** Which pods of a namespace are meant. */
export interface PodQuery {
  /** A label selector, or a name alone. */
  readonly labels: string;
  readonly name: string | null;
  /** Only those whose label begins so, with an ending that a controller drew. */
  readonly prefix: { readonly label: string; readonly text: string } | null;
  /** What they do of the work, where the file says so. */
  readonly role: "prefill" | "decode" | null;
}

/** The pods of a deployment, as far as its file tells how to find them. */
export interface ManifestPods {
  /** Its workloads are a cluster's: objects of Kubernetes, or values that a chart makes them of. */
  readonly areInCluster: boolean;
  /** Where the file says it. */
  readonly namespace: string | null;
  /** None where it does not tell: a template, values of a chart, another file's workload. */
  readonly queries: readonly PodQuery[];
}

/** How the pods of a deployment are found: by what its workloads select, or by what their controllers call their pods. */
export function manifestPods(text: string, { pools, format }: Deployment): ManifestPods {
  const joined = new JoinedText(text);
  const documents = new Map<YamlDocument, Set<Pool["role"]>>();
  for (const pool of pools) {
    const document = documentOf(joined, pool);
    if (document) documents.set(document, (documents.get(document) ?? new Set()).add(pool.role));
  }
  const roots = [...documents.keys()].map(({ root }) => root);
  const found = [...documents].map(([{ root }, roles]) => queriesOf(root).map((query): PodQuery => ({ ...query, role: onlyRole(roles) })));
  const queries = found.some((one) => one.length === 0) ? [] : found.flat();
  const namespaces = new Set(roots.map(namespaceOf));
  const [namespace = null] = namespaces.size === 1 ? namespaces : [];
  return { areInCluster: areInCluster(roots, { format }), namespace, queries: unique(queries) };
}

/** Pods chosen by hand: a label selector of a person. */
export function selectedPods(labels: string): readonly PodQuery[] {
  return [{ labels, name: null, prefix: null, role: null }];
}

/** What KubeRay puts behind a name to make a cluster's: five letters, since 1.4 without a word before them. */
const drawnEnding = /^(raycluster-)?[a-z0-9]{5}$/;

/** Whether a pod that its labels brought is one of those meant. */
export function isMeant({ labels }: Pod, { prefix }: PodQuery): boolean {
  if (prefix === null) return true;
  const value = labels.get(prefix.label) ?? "";
  return value.startsWith(prefix.text) && drawnEnding.test(value.slice(prefix.text.length));
}

function onlyRole(roles: ReadonlySet<Pool["role"]>): PodQuery["role"] {
  const [role] = roles;
  return roles.size === 1 && role !== "mixed" && role !== undefined ? role : null;
}

function queriesOf(root: YamlValue): readonly Omit<PodQuery, "role">[] {
  const kind = root.at("kind").string;
  const api = root.at("apiVersion").string;
  const name = readableText(root.at("metadata", "name"));
  if (kind === "Pod" && api === "v1") return name === null ? [] : [{ labels: "", name, prefix: null }];
  const named = namedPods(kind, api);
  if (named) {
    if (name === null) return [];
    const prefix = named.prefix ? { label: named.prefix, text: `${name}-` } : null;
    return named.selectors.map((selector) => ({ labels: selector.replaceAll("NAME", name), name: null, prefix }));
  }
  const labels = selectorOf(root.at("spec", "selector"));
  return labels === undefined ? [] : [{ labels, name: null, prefix: null }];
}

/** A workload's own selector; undefined where a word of it cannot be read, for the others alone would find more than is meant. */
function selectorOf(selector: YamlValue): string | undefined {
  const labels = selector.at("matchLabels").entries();
  const rules = selector.at("matchExpressions").items();
  const parts = [...labels.map(equals), ...rules.map(rule)];
  if (parts.length === 0 || parts.includes(null)) return undefined;
  return parts.join(",");
}

function equals(label: YamlValue): string | null {
  const value = readableText(label);
  return value === null || !label.key || !isReadable(label.key.value) ? null : `${label.key.value}=${value}`;
}

function rule(written: YamlValue): string | null {
  const key = readableText(written.at("key"));
  const values = written
    .at("values")
    .items()
    .map((value) => readableText(value));
  if (key === null || values.includes(null)) return null;
  switch (written.at("operator").string) {
    case "In":
      return `${key} in (${values.join(",")})`;
    case "NotIn":
      return `${key} notin (${values.join(",")})`;
    case "Exists":
      return key;
    case "DoesNotExist":
      return `!${key}`;
    default:
      return null;
  }
}

/** Of an object, or of all that a kustomization takes in. */
export function namespaceOf(root: YamlValue): string | null {
  return readableText(root.at("kind").string === "Kustomization" ? root.at("namespace") : root.at("metadata", "namespace"));
}

export function readableText(value: YamlValue): string | null {
  const text = value.text()?.value.trim() ?? "";
  return text !== "" && isReadable(text) ? text : null;
}

function unique(queries: readonly PodQuery[]): readonly PodQuery[] {
  return queries.filter((one, i) => queries.findIndex((other) => JSON.stringify(other) === JSON.stringify(one)) === i);
}
