import type { Message } from "../deployment/message.ts";
import { apiPath, logAddress, namespaceAddress, nodeAddress, podsAddress } from "../live/kubernetes/api-address.ts";
import type { ClusterPlace } from "../live/kubernetes/cluster-place.ts";
import { type FoundPods, meantPods, noneRuns } from "../live/kubernetes/find-pods.ts";
import type { PodQuery } from "../live/kubernetes/manifest-pods.ts";
import { type Pod, readPods } from "../live/kubernetes/pod.ts";
import { refusedStart, startLogPart } from "../live/kubernetes/pod-start.ts";
import { podTrouble } from "../live/kubernetes/pod-trouble.ts";
import { type RunningPod, readNodeLabels } from "../live/kubernetes/running-pod.ts";
import { isKubectlError, type Kubectl, KubectlError } from "./kubectl.ts";

/** One cluster's pods, each question on a person's click. Rejects with KubectlError alone. */
export class ClusterPods {
  constructor(
    private readonly kubectl: Kubectl,
    readonly place: ClusterPlace,
    private readonly signal?: AbortSignal,
  ) {}

  /** The pods that the queries mean. */
  async list(queries: readonly PodQuery[]): Promise<readonly Pod[]> {
    const found: FoundPods[] = [];
    for (const query of queries) {
      const list = readPods(await this.get(podsAddress(this.place, query)));
      if (!list) throw new KubectlError({ kind: "other", said: "the answer is no list of pods" }, this.kubectl.tool);
      found.push({ query, pods: list.pods });
    }
    return meantPods(found);
  }

  /** Why none of the pods can be asked, in sentences; empty where one can. */
  async whyNone(pods: readonly Pod[]): Promise<readonly Message[]> {
    const why = noneRuns(pods, this.place);
    if (!why) return [];
    if (pods.length === 0) return [(await this.missingNamespace()) ?? why];
    const crashing = pods.find((pod) => podTrouble(pod)?.kind === "crashing");
    const refusal = crashing && (await this.refusal(crashing));
    return refusal ? [why, refusal] : [why];
  }

  /** A pod with its node's labels; without them where they may not be read. */
  async running(pod: Pod): Promise<RunningPod> {
    const labels = pod.node === "" ? undefined : await this.allowed(() => this.get(nodeAddress(pod.node)));
    return { pod, nodeLabels: labels === undefined ? new Map() : readNodeLabels(labels) };
  }

  /** The log that tells of the start of a pod's engine; undefined where there is none, or none that may be read. */
  async startLog(pod: Pod): Promise<string | undefined> {
    const part = startLogPart(pod);
    return part && this.allowed(() => this.get(logAddress(this.place, pod.name, part)));
  }

  private async refusal(pod: Pod): Promise<Message | undefined> {
    const log = await this.startLog(pod);
    return log === undefined ? undefined : refusedStart(log);
  }

  /** A list of a namespace that is not there is empty, and no error. */
  private async missingNamespace(): Promise<Message | undefined> {
    try {
      await this.get(namespaceAddress(this.place.namespace));
      return undefined;
    } catch (error) {
      if (!isKubectlError(error)) throw error;
      return error.failure.kind === "no-namespace" ? error.words : undefined;
    }
  }

  /** What is read where it may be; undefined where the cluster does not give it. */
  private async allowed(read: () => Promise<string>): Promise<string | undefined> {
    try {
      return await read();
    } catch (error) {
      if (isKubectlError(error) && error.failure.kind !== "cancelled") return undefined;
      throw error;
    }
  }

  private get(address: string): Promise<string> {
    return this.kubectl.get(this.place, apiPath(address)?.path ?? "/", { signal: this.signal });
  }
}
