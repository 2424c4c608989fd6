import { stringify } from "yaml";
import type { Catalog } from "../../catalog/catalog.ts";
import { parsedJson } from "../../catalog/json-text.ts";
import type { Deployment } from "../../deployment/deployment.ts";
import { read } from "../../deployment/read.ts";
import { noSurroundings } from "../../deployment/surroundings.ts";
import { at } from "../bench/fields.ts";
import { texts } from "./kube-fields.ts";
import type { Pod } from "./pod.ts";
import type { PodContainer } from "./pod-container.ts";
import { notRead } from "./secrets.ts";
import { engineContainer } from "./serving-ports.ts";

/** A pod that runs, and the labels of the node it runs on; none where they may not be read. */
export interface RunningPod {
  readonly pod: Pod;
  readonly nodeLabels: ReadonlyMap<string, string>;
}

/** The labels of a node as JSON. */
export function readNodeLabels(text: string): ReadonlyMap<string, string> {
  return texts(at(parsedJson(text), "metadata", "labels"));
}

/** A pod's resolved words, its image, and its node's labels in the place of a node selector, as YAML without secrets. */
export function podManifest({ pod, nodeLabels }: RunningPod): string {
  const engine = engineContainer(pod);
  const manifest = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: pod.name, namespace: pod.namespace, labels: Object.fromEntries(pod.labels) },
    spec: { nodeSelector: Object.fromEntries(nodeLabels), containers: engine ? [containerManifest(engine)] : [] },
  };
  return stringify(manifest, { lineWidth: 0 });
}

/** What a pod runs, read the way a file is. */
export function runningDeployment(running: RunningPod, catalog: Catalog): Deployment | undefined {
  const fileName = `${running.pod.name}.yaml`;
  return read(podManifest(running), { catalog, surroundings: noSurroundings, fileName }).deployments[0];
}

function containerManifest({ name, image, command, args, environment, limits }: PodContainer) {
  return {
    name,
    image,
    ...(command.length > 0 ? { command } : {}),
    ...(args.length > 0 ? { args } : {}),
    env: environment.map((one) => ({ name: one.name, value: one.value ?? notRead })),
    resources: { limits: Object.fromEntries(limits) },
  };
}
