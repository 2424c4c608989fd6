import { isReadable, type Mapped } from "../mapped.ts";
import type { GpuHint } from "../units.ts";
import type { YamlValue } from "../yaml-document.ts";

/** Node labels whose value names a GPU or a machine that has one. */
const gpuLabels = new Set([
  "nvidia.com/gpu.product",
  "cloud.google.com/gke-accelerator",
  "cloud.google.com/gke-tpu-accelerator",
  "gpu.nvidia.com/model",
  "gpu.nvidia.com/class",
  "karpenter.k8s.aws/instance-gpu-name",
  "eks.amazonaws.com/instance-gpu-name",
  "amd.com/gpu.product-name",
  "node.kubernetes.io/instance-type",
  "beta.kubernetes.io/instance-type",
  "karpenter.k8s.aws/instance-family",
  "machine.cluster.vke.volcengine.com/gpu-name",
  "node.coreweave.cloud/type",
  "accelerator",
]);

/** GPU types that a pod's node selector and required affinity name; a preference binds nothing and is left out. */
export function nodeHints(pod: YamlValue): GpuHint[] {
  const hints: GpuHint[] = [];
  for (const entry of pod.at("nodeSelector").entries()) {
    const word = entry.text();
    if (entry.key && gpuLabels.has(entry.key.value) && word && isReadable(word.value))
      hints.push({ words: [word], where: "node selector" });
  }
  const terms = pod.at("affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms").items();
  const words: Mapped[] = [];
  for (const term of terms) {
    for (const rule of term.at("matchExpressions").items()) {
      if (!gpuLabels.has(rule.at("key").string) || rule.at("operator").string !== "In") continue;
      for (const value of rule.at("values").items()) {
        const word = value.text();
        if (word && isReadable(word.value)) words.push(word);
      }
    }
  }
  // Terms are alternatives, as the values of one rule are.
  if (words.length > 0) hints.push({ words, where: "node affinity" });
  return hints;
}
