import { type Message, message } from "../../deployment/message.ts";
import type { MemberRole } from "../source.ts";
import type { ClusterPlace } from "./cluster-place.ts";
import { isMeant, type PodQuery } from "./manifest-pods.ts";
import type { Pod } from "./pod.ts";
import { podRole } from "./pod-role.ts";
import { podTrouble } from "./pod-trouble.ts";
import { computes, isLeader } from "./serving-ports.ts";

/** The pods that the cluster told of one query. */
export interface FoundPods {
  readonly query: PodQuery;
  readonly pods: readonly Pod[];
}

/** A pod of a deployment, and what it does there. */
export interface MeantPod extends Pod {
  readonly role: MemberRole;
}

/** The pods of a deployment in the order of their names, without those that have ended in peace. */
export function meantPods(found: readonly FoundPods[]): readonly MeantPod[] {
  const meant = new Map<string, MeantPod>();
  for (const { query, pods } of found) {
    for (const pod of pods) {
      if (isMeant(pod, query) && pod.phase !== "Succeeded") meant.set(pod.uid, { ...pod, role: podRole(pod, query.role) });
    }
  }
  return engines([...meant.values()].sort((a, b) => (a.name < b.name ? -1 : 1)));
}

/** Where some of the pods have accelerators, those without are routers, schedulers and heads beside them, but for a group's leader. */
function engines(pods: readonly MeantPod[]): readonly MeantPod[] {
  const isEngine = (pod: Pod): boolean => pod.containers.some(computes);
  return pods.some(isEngine) ? pods.filter((pod) => isEngine(pod) || isLeader(pod)) : pods;
}

/** Pods whose engines can be asked. */
export function runningPods<P extends Pod>(pods: readonly P[]): readonly P[] {
  return pods.filter((pod) => pod.phase === "Running" && podTrouble(pod) === undefined);
}

/** Why none of these pods can be asked, the worst first; undefined where one can. */
export function noneRuns(pods: readonly Pod[], { context, namespace }: ClusterPlace): Message | undefined {
  if (runningPods(pods).length > 0) return undefined;
  const troubles = pods.flatMap((pod) => podTrouble(pod) ?? []);
  const worst = troubles.find(({ kind }) => kind !== "starting" && kind !== "leaving") ?? troubles[0];
  return worst?.words ?? message("No pod of this deployment is in namespace {0} of context {1}.", namespace, context);
}
