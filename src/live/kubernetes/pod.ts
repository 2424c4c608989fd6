import { parsedJson } from "../../catalog/json-text.ts";
import { at, words } from "../bench/fields.ts";
import { readContainer } from "./container.ts";
import { list, texts } from "./kube-fields.ts";
import type { PodContainer } from "./pod-container.ts";

/** A pod as the API server tells it, as far as attaching needs it. */
export interface Pod {
  readonly name: string;
  readonly uid: string;
  readonly namespace: string;
  /** `Pending`, `Running`, `Succeeded`, `Failed`, `Unknown`. */
  readonly phase: string;
  /** Empty until it has been given one. */
  readonly node: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly annotations: ReadonlyMap<string, string>;
  /** Name of what started it; null for a pod of its own. */
  readonly owner: string | null;
  readonly containers: readonly PodContainer[];
  /** Those that stay beside the others for as long as the pod lives: init containers with a restart policy of their own. */
  readonly sidecars: readonly PodContainer[];
  /** The scheduler's reason for giving it no node. */
  readonly unscheduled: string | null;
  /** Why the whole pod was ended: `Evicted: The node was low on resource: memory.` */
  readonly ended: string | null;
  readonly isReady: boolean;
  readonly isLeaving: boolean;
}

/** Pods as a list tells them, and the moment of the cluster that it tells of. */
export interface PodList {
  readonly pods: readonly Pod[];
  /** Null where the list does not say: then what happens from there on cannot be followed. */
  readonly version: string | null;
}

/** The pods of a PodList as JSON; null where the text is none. */
export function readPods(text: string): PodList | null {
  const json = parsedJson(text);
  const items = at(json, "items");
  if (!Array.isArray(items)) return null;
  return { pods: items.flatMap((item: unknown) => readPod(item) ?? []), version: words(at(json, "metadata", "resourceVersion")) };
}

/** One pod; undefined where that is none. */
export function readPod(item: unknown): Pod | undefined {
  const name = words(at(item, "metadata", "name"));
  if (name === null) return undefined;
  const condition = (type: string): unknown => list(at(item, "status", "conditions")).find((one) => at(one, "type") === type);
  const scheduled = condition("PodScheduled");
  const reason = words(at(item, "status", "reason"));
  const told = words(at(item, "status", "message"));
  return {
    name,
    uid: words(at(item, "metadata", "uid")) ?? name,
    namespace: words(at(item, "metadata", "namespace")) ?? "default",
    phase: words(at(item, "status", "phase")) ?? "Unknown",
    node: words(at(item, "spec", "nodeName")) ?? "",
    labels: texts(at(item, "metadata", "labels")),
    annotations: texts(at(item, "metadata", "annotations")),
    owner: words(at(item, "metadata", "ownerReferences", 0, "name")),
    containers: list(at(item, "spec", "containers")).map((one) => readContainer(one, at(item, "status", "containerStatuses"))),
    sidecars: list(at(item, "spec", "initContainers"))
      .filter((one) => at(one, "restartPolicy") === "Always")
      .map((one) => readContainer(one, at(item, "status", "initContainerStatuses"))),
    unscheduled: at(scheduled, "status") === "False" ? (words(at(scheduled, "message")) ?? words(at(scheduled, "reason"))) : null,
    ended: reason === null ? null : [reason, told].filter((word) => word !== null).join(": "),
    isReady: at(condition("Ready"), "status") === "True",
    isLeaving: at(item, "metadata", "deletionTimestamp") !== undefined,
  };
}
