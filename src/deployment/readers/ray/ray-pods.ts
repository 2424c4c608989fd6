import type { Known, Located } from "../../located.ts";
import { message } from "../../message.ts";
import type { YamlValue } from "../../yaml-document.ts";
import type { ReaderContext } from "../context.ts";
import { podGpus } from "../pods/pod.ts";
import { wholeNumber } from "../pods/resources.ts";

/** The pods of a Ray cluster: of `headGroupSpec` and `workerGroupSpecs`. */
export interface RayPods {
  readonly head: YamlValue;
  /** The first pod spec that asks for accelerators, workers before the head; the head's where none does. */
  readonly main: YamlValue;
  /** Accelerators of `main`'s pod. */
  readonly perPod: Known<number>;
  /** Accelerators of all pods together. */
  readonly gpus: Known<number>;
  /** Pods that have any. */
  readonly gpuPods: Known<number>;
}

interface Group {
  readonly pod: YamlValue;
  readonly pods: Known<number>;
  readonly gpus: Known<number>;
}

/** Pods and accelerators that a cluster's spec asks for; groups that scale by themselves leave the sums unknown. */
export function rayPods(cluster: YamlValue, context: ReaderContext): RayPods {
  const head = cluster.at("headGroupSpec", "template", "spec");
  const workers = cluster.at("workerGroupSpecs").items();
  const groups = [
    ...workers.map((group) => ({ pod: group.at("template", "spec"), pods: podsOf(group, context) })),
    { pod: head, pods: { value: 1, origin: "inferred" } as const },
  ].flatMap(({ pod, pods }): Group[] => {
    const found = podGpus(pod, context);
    return found ? [{ pod, pods, gpus: found.count }] : [];
  });
  const [main] = groups;
  return {
    head,
    main: main?.pod ?? head,
    perPod: main?.gpus,
    gpus: sum(groups, ({ pods, gpus }) => pods && gpus && pods.value * gpus.value),
    gpuPods: sum(groups, ({ pods }) => pods?.value),
  };
}

/** Pods of a worker group: replicas, each of one host unless told otherwise. */
function podsOf(group: YamlValue, { lines }: ReaderContext): Known<number> {
  const written = group.at("replicas").exists ? group.at("replicas") : group.at("minReplicas");
  const replicas = wholeNumber(written, lines);
  const hosts = group.at("numOfHosts");
  const count = hosts.exists ? wholeNumber(hosts, lines)?.value : 1;
  // From none on the autoscaler adds what is asked for.
  if (!replicas || count === undefined || (replicas.value === 0 && group.at("maxReplicas").string !== "0")) return undefined;
  return { ...replicas, value: replicas.value * count };
}

function sum(groups: readonly Group[], of: (group: Group) => number | undefined): Known<number> {
  const [first] = groups;
  if (!first) return undefined;
  let value = 0;
  for (const group of groups) {
    const one = of(group);
    if (one === undefined) return undefined;
    value += one;
  }
  const total: Located<number> = { value, origin: "inferred", why: message("all pods of the Ray cluster together") };
  return first.gpus?.range ? { ...total, range: first.gpus.range } : total;
}
