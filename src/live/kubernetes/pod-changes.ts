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

/** One that goes is likely to be followed by another for so long after it went. */
const followedSeconds = 60;
/** One that went and was not followed so long after leaves its deployment smaller. */
const settledSeconds = 5;

/** A pod that is being removed, has failed, or is not there any more. */
interface Leaver {
  readonly pod: Pod;
  /** Unix seconds since when it does nothing any more; null while it is being removed. */
  readonly gone: number | null;
  readonly isFollowed: boolean;
}

/**
 * What happens to the pods of a deployment from look to look: engines started again, another version, pods in the place of others, another
 * number of them. A rolling deploy is one event, and no change of number while it goes on.
 */
export class PodChanges {
  private before: readonly Pod[] | undefined;
  private leavers: readonly Leaver[] = [];
  /** The number of pods that was told last. */
  private count = 0;

  /** The pods as they are now, those that are being removed among them. */
  take(pods: readonly Pod[], time: number): readonly LiveEvent[] {
    const { before } = this;
    const staying = pods.filter((pod) => !isGoing(pod));
    this.before = pods;
    this.leavers = this.leaving(before, pods, time);
    if (!before) {
      this.count = staying.length;
      return [];
    }
    const earlier = new Map(before.map((pod) => [pod.uid, pod]));
    const came = staying.filter(({ uid }) => !earlier.has(uid));
    const restarts = staying.flatMap((pod) => {
      const was = earlier.get(pod.uid);
      return was && restartsOf(pod) > restartsOf(was) ? [restart(pod, time)] : [];
    });
    return [...restarts, ...this.rollout(before, came, time), ...this.replaced(came, time), ...this.scaled(staying, time)];
  }

  /** Who goes or went; of those that had failed before the first look, others have taken the place by then. */
  private leaving(before: readonly Pod[] | undefined, pods: readonly Pod[], time: number): readonly Leaver[] {
    const there = new Map(pods.map((pod) => [pod.uid, pod]));
    const known = new Set(this.leavers.map(({ pod }) => pod.uid));
    const fresh = new Map(
      [...(before ?? []), ...pods].flatMap((pod) => {
        const now = there.get(pod.uid);
        const isLeaver = !known.has(pod.uid) && (now === undefined || isGoing(now));
        return isLeaver ? [[pod.uid, { pod, gone: null, isFollowed: !before && !pod.isLeaving } satisfies Leaver] as const] : [];
      }),
    );
    return [...this.leavers, ...fresh.values()]
      .map((one) => (there.get(one.pod.uid)?.isLeaving ? one : { ...one, gone: one.gone ?? time }))
      .filter(({ pod, gone }) => there.has(pod.uid) || (gone !== null && time - gone <= followedSeconds));
  }

  /** One event, however many pods of the new version there are. */
  private rollout(before: readonly Pod[], came: readonly Pod[], time: number): readonly LiveEvent[] {
    const known = new Set([...before, ...this.leavers.map(({ pod }) => pod)].map(versionOf));
    const fresh = came.find((pod) => !known.has(versionOf(pod)));
    if (!fresh || known.size === 0) return [];
    return [{ time, kind: "deploy", words: message("A new version is rolled out: {0}", engineContainer(fresh)?.image ?? fresh.name) }];
  }

  /** Pods of the same version in the place of others: their engines began anew. */
  private replaced(came: readonly Pod[], time: number): readonly LiveEvent[] {
    return came.flatMap((pod): LiveEvent[] => {
      const old = this.leavers.find(
        (one) => !one.isFollowed && versionOf(one.pod) === versionOf(pod) && (one.gone === null || time - one.gone <= followedSeconds),
      );
      if (!old) return [];
      this.leavers = this.leavers.map((one) => (one === old ? { ...one, isFollowed: true } : one));
      return [{ time, kind: "restart", words: message("{0} came in the place of {1}", pod.name, old.pod.name), member: pod.name }];
    });
  }

  /** Another number of them, once it is clear that nobody else is to come or go. */
  private scaled(staying: readonly Pod[], time: number): readonly LiveEvent[] {
    const { count } = this;
    const isUnsettled = this.leavers.some(({ gone, isFollowed }) => !isFollowed && (gone === null || time - gone < settledSeconds));
    if (staying.length === count || isUnsettled || new Set(staying.map(versionOf)).size > 1) return [];
    this.count = staying.length;
    return [{ time, kind: "scale", words: message("{0} pods became {1}", count, staying.length) }];
  }
}

function isGoing({ isLeaving, phase }: Pod): boolean {
  return isLeaving || phase === "Failed";
}

function restartsOf({ containers }: Pod): number {
  return containers.reduce((sum, { status }) => sum + (status?.restarts ?? 0), 0);
}

function restart(pod: Pod, time: number): LiveEvent {
  const end = engineContainer(pod)?.status?.ended;
  const words = end
    ? message("{0} was started again after it ended: {1}", pod.name, end.reason)
    : message("{0} was started again", pod.name);
  return { time, kind: "restart", words, member: pod.name };
}

function versionOf({ labels, containers }: Pod): string {
  const revision = revisionLabels.map((label) => labels.get(label) ?? "");
  return [...revision, ...containers.map(({ image }) => image)].join(" ");
}
