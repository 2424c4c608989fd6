import { engineInImage } from "../../deployment/images.ts";
import type { Pod } from "./pod.ts";
import { computes, engineContainer } from "./serving-ports.ts";

/** Pods that are alike, for a person to choose among where the file does not tell which are meant. */
export interface PodGroup {
  readonly name: string;
  /** The label selector that finds them again. */
  readonly labels: string;
  readonly image: string;
  readonly count: number;
}

/** Labels that differ from pod to pod, or change with the next version. */
const passing = /hash|revision|pod-name|pod-index|worker-index|group-index|group-key|controller-uid|uid$|index$|identifier$/;

/** The pods of a namespace that hold an engine, or accelerators, put together by the labels they share. */
export function podGroups(pods: readonly Pod[]): readonly PodGroup[] {
  const groups = new Map<string, Pod[]>();
  for (const pod of pods.filter(mayServe)) {
    const labels = lastingLabels(pod);
    if (labels === "") continue;
    groups.set(labels, [...(groups.get(labels) ?? []), pod]);
  }
  return [...groups].map(([labels, members]) => ({
    name: nameOf(members),
    labels,
    image: members[0] ? (engineContainer(members[0])?.image ?? "") : "",
    count: members.length,
  }));
}

function mayServe(pod: Pod): boolean {
  const engine = pod.phase === "Succeeded" ? undefined : engineContainer(pod);
  return engine !== undefined && (engineInImage(engine.image) !== undefined || computes(engine));
}

function lastingLabels({ labels }: Pod): string {
  return [...labels]
    .filter(([name]) => !passing.test(name))
    .map(([name, value]) => `${name}=${value}`)
    .sort()
    .join(",");
}

/** The longest beginning of their names, without the dash behind it. */
function nameOf(pods: readonly Pod[]): string {
  const names = pods.map(({ owner, name }) => (pods.length === 1 ? name : (owner ?? name)));
  const [first = ""] = names;
  let length = first.length;
  for (const name of names) while (!name.startsWith(first.slice(0, length))) length--;
  return first.slice(0, length).replace(/-+$/, "") || first;
}
