import { message } from "../../deployment/message.ts";
import type { LiveEvent } from "../source.ts";
import type { Pod } from "./pod.ts";
import { engineContainer } from "./serving-ports.ts";

/** Labels that controllers give every version of a pod's template. */
const revisionLabels = [
  "pod-template-hash",
  "controller-revision-hash",
  "leaderworkerset.sigs.k8s.io/template-revision-hash",
  "nvidia.com/dynamo-worker-hash",
];

/** What happened between two looks at the pods of a deployment: engines started again, pods that came and went, another version of them. */
export function podChanges(before: readonly Pod[], after: readonly Pod[], time: number): readonly LiveEvent[] {
  const earlier = new Map(before.map((pod) => [pod.uid, pod]));
  const now = new Set(after.map(({ uid }) => uid));
  const came = after.filter(({ uid }) => !earlier.has(uid));
  const went = before.filter(({ uid }) => !now.has(uid));
  const restarts = after.flatMap((pod) => {
    const was = earlier.get(pod.uid);
    return was && restartsOf(pod) > restartsOf(was) ? [restart(pod, time)] : [];
  });
  return [...restarts, ...rollout(before, came, time), ...replaced(came, went, time), ...scaled(before, after, time)];
}

export function restartsOf({ containers }: Pod): number {
  return containers.reduce((sum, { status }) => sum + (status?.restarts ?? 0), 0);
}

function restart(pod: Pod, time: number): LiveEvent {
  const end = engineContainer(pod)?.status?.ended;
  const words = end
    ? message("{0} was started again after it ended: {1}", pod.name, end.reason)
    : message("{0} was started again", pod.name);
  return { time, kind: "restart", words, member: pod.name };
}

/** One event, however many pods of the new version there are. */
function rollout(before: readonly Pod[], came: readonly Pod[], time: number): readonly LiveEvent[] {
  const known = new Set(before.map(versionOf));
  const fresh = came.find((pod) => !known.has(versionOf(pod)));
  if (!fresh || before.length === 0) return [];
  return [{ time, kind: "deploy", words: message("A new version is rolled out: {0}", engineContainer(fresh)?.image ?? fresh.name) }];
}

function versionOf({ labels, containers }: Pod): string {
  const revision = revisionLabels.map((label) => labels.get(label) ?? "");
  return [...revision, ...containers.map(({ image }) => image)].join(" ");
}

/** Pods of the same version in the place of others: their engines began anew. */
function replaced(came: readonly Pod[], went: readonly Pod[], time: number): readonly LiveEvent[] {
  const left = [...went];
  return came.flatMap((pod): LiveEvent[] => {
    const i = left.findIndex((one) => versionOf(one) === versionOf(pod));
    const [old] = i < 0 ? [] : left.splice(i, 1);
    return old ? [{ time, kind: "restart", words: message("{0} came in the place of {1}", pod.name, old.name), member: pod.name }] : [];
  });
}

function scaled(before: readonly Pod[], after: readonly Pod[], time: number): readonly LiveEvent[] {
  if (before.length === after.length || before.length === 0) return [];
  return [{ time, kind: "scale", words: message("{0} pods became {1}", before.length, after.length) }];
}
