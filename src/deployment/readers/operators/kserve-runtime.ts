import type { Unit } from "../../units.ts";
import type { YamlValue } from "../../yaml-document.ts";
import type { ReaderContext } from "../context.ts";
import { podUnits } from "../pods/pod.ts";
import { rootAnchor, workloadName } from "../pods/workload.ts";
import type { Reader } from "../reader.ts";
import { groupHardware, sizeVariables } from "./kserve-group.ts";

export const runtimeKinds: readonly string[] = ["ServingRuntime", "ClusterServingRuntime"];

/** A runtime of KServe that starts an engine of language models; an InferenceService of the same text takes it in. */
export const servingRuntimeReader: Reader = (root, extent, context) => {
  if (!isRuntime(root)) return undefined;
  const spec = root.at("spec");
  const workers = spec.at("workerSpec");
  const found = podUnits(spec, sizeVariables(workers), context);
  if (found.length === 0) return undefined;
  if (isTakenIn(root, context)) return { format: "kserve-runtime", units: [] };
  const place = { format: "kserve-runtime", name: workloadName(root), anchor: rootAnchor(root, extent), extent } as const;
  // A service puts its own arguments behind the runtime's, and asks for the GPUs.
  const units = found.map(
    (unit): Unit => ({
      ...unit,
      ...place,
      instances: undefined,
      complete: false,
      groupSize: "one-pod",
      ...(workers.exists ? groupHardware(unit.hardware, workers, context) : {}),
    }),
  );
  return { format: "kserve-runtime", units };
};

export function isRuntime(root: YamlValue): boolean {
  return runtimeKinds.includes(root.at("kind").string) && isKserve(root);
}

/** By the API group alone: others have kinds of the same names. */
export function isKserve(root: YamlValue): boolean {
  return /^serving\.(kserve\.io|kubeflow\.org)\//.test(root.at("apiVersion").string);
}

function isTakenIn(runtime: YamlValue, context: ReaderContext): boolean {
  const name = runtime.at("metadata", "name").string;
  return context.documents.some(
    ({ root }) =>
      root.at("kind").string === "InferenceService" && isKserve(root) && root.at("spec", "predictor", "model", "runtime").string === name,
  );
}
