import { parsedJson } from "../../catalog/json-text.ts";
import { at, words } from "../bench/fields.ts";
import { type Pod, type PodList, readPod } from "./pod.ts";

/** What a line of a watch made of the pods: `anew` = what follows cannot be known, so they have to be listed again. */
export type Followed = "changed" | "same" | "anew";

/** More pods than one deployment has; a cluster that tells of more is not followed any further. */
const mostPods = 2000;

/** The pods of one query as a list told them and a watch goes on to tell. */
export class FollowedPods {
  private readonly byUid: Map<string, Pod>;
  /** The moment of the cluster up to which they are known. */
  version: string | null;

  constructor({ pods, version }: PodList) {
    this.byUid = new Map(pods.map((pod) => [pod.uid, pod]));
    this.version = version;
  }

  get pods(): readonly Pod[] {
    return [...this.byUid.values()];
  }

  /** Takes in one event (`{"type":"MODIFIED","object":{…}}`). */
  take(line: string): Followed {
    const event = parsedJson(line);
    const object = at(event, "object");
    const version = words(at(object, "metadata", "resourceVersion"));
    switch (at(event, "type")) {
      case "BOOKMARK":
        this.version = version ?? this.version;
        return "same";
      case "ADDED":
      case "MODIFIED":
        return this.changed(version, readPod(object), (pod) => this.byUid.set(pod.uid, pod));
      case "DELETED":
        return this.changed(version, readPod(object), (pod) => this.byUid.delete(pod.uid));
      default:
        // ERROR: the moment is too long ago (410), or the server gives up; anything else is no watch.
        return "anew";
    }
  }

  private changed(version: string | null, pod: Pod | undefined, change: (pod: Pod) => unknown): Followed {
    if (!pod || this.byUid.size > mostPods) return "anew";
    this.version = version ?? this.version;
    change(pod);
    return "changed";
  }
}
