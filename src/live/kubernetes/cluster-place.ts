import { parsedJson } from "../../catalog/json-text.ts";
import { at, words } from "../bench/fields.ts";

/** A context of the person's kubeconfig, with the namespace that it asks where nobody says another. */
export interface KubeContext {
  readonly name: string;
  readonly cluster: string;
  readonly namespace: string;
}

/** Where pods would be looked for: shown before anything is asked. */
export interface ClusterPlace {
  readonly context: string;
  readonly namespace: string;
}

export interface KubeContexts {
  /** The current one first. */
  readonly all: readonly KubeContext[];
  /** Undefined where the configuration names none. */
  readonly current: KubeContext | undefined;
}

/** What `kubectl config view -o json` says; credentials are blanked out by kubectl itself, and none of them is looked at. */
export function readContexts(text: string): KubeContexts {
  const json = parsedJson(text);
  const listed = at(json, "contexts");
  const all = (Array.isArray(listed) ? listed : []).flatMap((one: unknown) => {
    const name = words(at(one, "name"));
    if (name === null) return [];
    const cluster = words(at(one, "context", "cluster")) ?? name;
    return [{ name, cluster, namespace: words(at(one, "context", "namespace")) ?? "default" }];
  });
  const current = words(at(json, "current-context"));
  const first = all.find(({ name }) => name === current);
  return { all: [...all].sort((a, b) => Number(b === first) - Number(a === first)), current: first };
}

/** A file's own namespace goes before the context's. */
export function placeIn(context: KubeContext, written: string | null): ClusterPlace {
  return { context: context.name, namespace: written ?? context.namespace };
}
