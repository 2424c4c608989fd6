import { isReadable, type Mapped } from "../../mapped.ts";
import type { GpuHint } from "../../units.ts";
import type { YamlValue } from "../../yaml-document.ts";

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
  "accelerator-type",
  "gpu-type",
  "k8s.amazonaws.com/accelerator",
  "aliyun.accelerator/nvidia_name",
  "alibabacloud.com/gpu-card-model-detail",
  "beta.amd.com/gpu.product-name",
  "doks.digitalocean.com/gpu-model",
]);

/** GPU types that a pod's node selector and required affinity name; a preference binds nothing and is left out. */
export function nodeHints(pod: YamlValue): GpuHint[] {
  const terms = pod.at("affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms");
  return [...selectorHints(pod.at("nodeSelector")), ...termHints(terms)];
}

function selectorHints(nodeSelector: YamlValue): GpuHint[] {
  return nodeSelector.entries().flatMap((entry) => {
    const word = entry.text();
    const names = entry.key !== undefined && gpuLabels.has(entry.key.value) && word !== undefined && isReadable(word.value);
    return names ? [{ words: [word], where: "node selector" }] : [];
  });
}

/** GPU types of a list of node selector terms. Terms are alternatives, as the values of one rule are. */
export function termHints(terms: YamlValue): GpuHint[] {
  const rules = terms.items().flatMap((term) => term.at("matchExpressions").items());
  return affinityHint(
    rules.flatMap((rule) => (rule.at("operator").string === "In" ? labelWords(rule.at("key").string, rule.at("values").items()) : [])),
  );
}

/** The values of a label that name GPUs; none where the label says something else. */
export function labelWords(label: string, values: readonly YamlValue[]): Mapped[] {
  return gpuLabels.has(label) ? values.flatMap((value) => value.text() ?? []).filter(({ value }) => isReadable(value)) : [];
}

/** Alternatives of one required affinity. */
export function affinityHint(words: readonly Mapped[]): GpuHint[] {
  return words.length > 0 ? [{ words, where: "node affinity" }] : [];
}
