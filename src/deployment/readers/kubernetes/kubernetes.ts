import { wordTable } from "../../../catalog/word-table.ts";
import type { FormatId } from "../../deployment.ts";
import type { Known } from "../../located.ts";
import { spanOf } from "../../mapped.ts";
import type { YamlValue } from "../../yaml-document.ts";
import type { ReaderContext } from "../context.ts";
import { namedUnits } from "../fields/named-units.ts";
import { podCompanions } from "../pods/companions.ts";
import { copies } from "../pods/copies.ts";
import { podUnits } from "../pods/pod.ts";
import { strayPod } from "../pods/stray-pod.ts";
import { roleOf } from "../pods/workload.ts";
import type { Reader } from "../reader.ts";

interface Workload {
  readonly api: RegExp;
  readonly format: FormatId;
  readonly pod: readonly string[];
  /** The key that counts copies; null = one, "unknown" = as many as a controller decides. */
  readonly copies: "replicas" | "parallelism" | "unknown" | null;
}

const apps = /^(apps|extensions)\/v1\w*$/;
const template = ["spec", "template", "spec"];

/** Workloads that hold one pod. */
const workloads: Readonly<Record<string, Workload>> = wordTable({
  Deployment: { api: apps, format: "k8s-deployment", pod: template, copies: "replicas" },
  ReplicaSet: { api: apps, format: "k8s-deployment", pod: template, copies: "replicas" },
  DaemonSet: { api: apps, format: "k8s-deployment", pod: template, copies: "unknown" },
  StatefulSet: { api: apps, format: "k8s-statefulset", pod: template, copies: "replicas" },
  Pod: { api: /^v1$/, format: "k8s-pod", pod: ["spec"], copies: null },
  Job: { api: /^batch\/v1\w*$/, format: "k8s-job", pod: template, copies: "parallelism" },
  CronJob: { api: /^batch\/v1\w*$/, format: "k8s-job", pod: ["spec", "jobTemplate", ...template], copies: null },
  Rollout: { api: /^argoproj\.io\/v1/, format: "k8s-deployment", pod: template, copies: "replicas" },
  CloneSet: { api: /^apps\.kruise\.io\/v1/, format: "k8s-deployment", pod: template, copies: "replicas" },
  DeploymentConfig: { api: /^(apps\.openshift\.io\/)?v1$/, format: "k8s-deployment", pod: template, copies: "replicas" },
  Service: { api: /^serving\.knative\.dev\/v1/, format: "k8s-knative", pod: template, copies: "unknown" },
});

/** A workload of Kubernetes itself, of Knative or of what replaces its Deployment, or a patch of one. One that starts no engine is somebody else's. */
export const kubernetesReader: Reader = (root, extent, context) => {
  const kind = root.at("kind").string;
  const workload = Object.hasOwn(workloads, kind) ? workloads[kind] : undefined;
  if (!workload?.api.test(root.at("apiVersion").string)) return undefined;
  const pod = strayPod(root, workload.pod);
  const engines = podUnits(pod, new Map(), context);
  const companions = podCompanions(pod, engines);
  const isPatch = isKustomizePatch(root, pod);
  if (engines.length === 0)
    return companions.length > 0 || isPatch ? { format: isPatch ? "kustomize-patch" : null, units: [], companions } : undefined;
  const format = isPatch ? "kustomize-patch" : workload.format;
  const instances = instancesOf(root, workload, context);
  const units = namedUnits(engines, root, extent).map((unit) => ({
    ...unit,
    format,
    role: roleOf(root),
    instances,
    groupSize: kind === "StatefulSet" ? ("replicas-are-nodes" as const) : ("one-pod" as const),
  }));
  return { format, units, companions };
};

/** A patch has neither what chooses its pods nor an image to run in them. */
function isKustomizePatch(root: YamlValue, pod: YamlValue): boolean {
  return (
    !root.at("spec", "selector").exists &&
    !pod
      .at("containers")
      .items()
      .some((container) => container.at("image").exists)
  );
}

function instancesOf(root: YamlValue, { copies: key }: Workload, context: ReaderContext): Known<number> {
  if (key === "unknown") return undefined;
  if (key === null) {
    const kind = root.at("kind").text();
    return kind && { value: 1, origin: "file", range: context.lines.range(spanOf(kind)) };
  }
  const written = root.at("spec", key);
  // A patch leaves the count to what it patches.
  const isLeftOut = !written.exists && key === "replicas" && !root.at("spec", "selector").exists;
  return isLeftOut ? undefined : copies(written, context);
}
