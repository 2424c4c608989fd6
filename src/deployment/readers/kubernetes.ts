import type { FormatId } from "../deployment.ts";
import type { Located } from "../located.ts";
import { spanOf } from "../mapped.ts";
import { message } from "../message.ts";
import type { Span } from "../text.ts";
import type { Unit } from "../units.ts";
import type { YamlValue } from "../yaml-document.ts";
import type { ReaderContext } from "./context.ts";
import { podUnits } from "./pod.ts";
import type { Reader } from "./reader.ts";
import { wholeNumber } from "./resources.ts";
import { roleOf, rootAnchor, workloadName } from "./workload.ts";

/** Workloads that hold a pod: where its spec stands, and which key counts copies. */
const workloads: Readonly<Record<string, { readonly format: FormatId; readonly pod: readonly string[]; readonly copies: string | null }>> =
  {
    Deployment: { format: "k8s-deployment", pod: ["spec", "template", "spec"], copies: "replicas" },
    ReplicaSet: { format: "k8s-deployment", pod: ["spec", "template", "spec"], copies: "replicas" },
    DaemonSet: { format: "k8s-deployment", pod: ["spec", "template", "spec"], copies: null },
    StatefulSet: { format: "k8s-statefulset", pod: ["spec", "template", "spec"], copies: "replicas" },
    Pod: { format: "k8s-pod", pod: ["spec"], copies: null },
    CronJob: { format: "k8s-job", pod: ["spec", "jobTemplate", "spec", "template", "spec"], copies: null },
    Job: { format: "k8s-job", pod: ["spec", "template", "spec"], copies: "parallelism" },
  };

/** A workload of Kubernetes itself. One that starts no engine is somebody else's. */
export const kubernetesReader: Reader = (root, extent, context) => {
  const kind = root.at("kind").string;
  const workload = Object.hasOwn(workloads, kind) ? workloads[kind] : undefined;
  if (!workload || !/^(v1|apps\/v1\w*|batch\/v1\w*|extensions\/v1\w*)$/.test(root.at("apiVersion").string)) return undefined;
  const found = podUnits(root.at(...workload.pod), new Map(), context);
  if (found.length === 0) return undefined;
  const name = workloadName(root);
  const units = found.map(
    ({ container, containerAnchor, ...unit }, i): Unit => ({
      ...unit,
      format: workload.format,
      name: found.length > 1 && container !== "" ? `${name}/${container}` : name,
      anchor: (i > 0 ? containerAnchor : undefined) ?? rootAnchor(root, extent),
      extent,
      role: roleOf(root),
      instances: copies(root, kind, workload.copies, context),
      groupSize: kind === "StatefulSet" ? "replicas-are-nodes" : "one-pod",
    }),
  );
  return { format: workload.format, units };
};

function copies(root: YamlValue, kind: string, key: string | null, context: ReaderContext): Located<number> | undefined {
  if (key === null) return kind === "DaemonSet" ? undefined : { value: 1, origin: "file", range: context.lines.range(kindSpan(root)) };
  const written = root.at("spec", key);
  if (written.exists && !written.isNull) return wholeNumber(written, context.lines);
  // A patch leaves the count to what it patches.
  if (kind !== "Job" && !root.at("spec", "selector").exists) return undefined;
  return { value: 1, origin: "engine-default", why: message("Kubernetes starts one unless told otherwise") };
}

function kindSpan(root: YamlValue): Span {
  const kind = root.at("kind").text();
  return kind ? spanOf(kind) : { start: 0, end: 0 };
}
