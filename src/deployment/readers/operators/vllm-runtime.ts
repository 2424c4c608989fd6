import type { Flag } from "../../deployment.ts";
import { spanOf } from "../../mapped.ts";
import { type MappingFlags, plainUnit, type Unit, unknownHardware } from "../../units.ts";
import type { YamlValue } from "../../yaml-document.ts";
import type { ReaderContext } from "../context.ts";
import { extraArguments } from "../fields/extra-arguments.ts";
import { fieldFlags } from "../fields/field-flags.ts";
import { chartImage } from "../helm/chart-image.ts";
import { copies } from "../pods/copies.ts";
import { containerEnvironment } from "../pods/environment.ts";
import { termHints } from "../pods/node-hints.ts";
import { requestedGpus } from "../pods/requested-gpus.ts";
import { rootAnchor, workloadName } from "../pods/workload.ts";
import type { Reader, Recognised } from "../reader.ts";
import { stackRouting } from "../routers/router-flags.ts";

/** Fields that the operator passes on where they are neither empty nor 0 nor false (vllmruntime_controller.go). */
const modelFields = {
  enableLoRA: "enable-lora",
  enableTool: "enable-auto-tool-choice",
  toolCallParser: "tool-call-parser",
  maxModelLen: "max-model-len",
  dtype: "dtype",
  maxNumSeqs: "max-num-seqs",
} as const;
const engineFields = {
  tensorParallelSize: "tensor-parallel-size",
  gpuMemoryUtilization: "gpu-memory-utilization",
  maxLoras: "max-loras",
} as const;
/** Passed on in either form. */
const engineSwitches = { enableChunkedPrefill: "enable-chunked-prefill", enablePrefixCaching: "enable-prefix-caching" } as const;

/** The custom resources of the production stack's operator; of these only a VLLMRuntime starts engines. */
export const vllmRuntimeReader: Reader = (root, extent, context) => {
  if (!/^(production-stack|serving)\.vllm\.ai\/v\w+$/.test(root.at("apiVersion").string)) return undefined;
  const kind = root.at("kind").string;
  const name = workloadName(root);
  const place = { name, anchor: rootAnchor(root, extent), extent };
  const recognised = (units: readonly Unit[], companions: Recognised["companions"] = []): Recognised => ({
    format: "vllm-operator-crd",
    units,
    companions,
  });
  if (kind === "VLLMRouter") {
    const routing = stackRouting(root.at("spec", "routingLogic").text());
    return recognised([], [{ kind: "router", name, span: place.anchor, ...(routing ? { routing } : {}) }]);
  }
  if (kind === "CacheServer") return recognised([], [{ kind: "cache", name, span: place.anchor }]);
  if (kind !== "VLLMRuntime") return recognised([]);
  const topology = root.at("spec", "topology");
  const roles = (["prefill", "decode"] as const).filter((role) => topology.at(role).isMap);
  if (roles.length === 0) return recognised([{ ...runtimeUnit(root.at("spec"), context), ...place }]);
  return recognised(
    roles.map((role) => {
      const spec = topology.at(role);
      const own = { name: role, anchor: spec.key ? spanOf(spec.key) : place.anchor, extent: spec.span ?? extent };
      return { ...runtimeUnit(spec, context), ...own, role, deployment: name };
    }),
  );
};

/** One engine deployment; before v1alpha1 settled, its settings stood in the spec itself. */
function runtimeUnit(spec: YamlValue, context: ReaderContext): Omit<Unit, "name" | "anchor" | "extent"> {
  const config = spec.at("vllmConfig").isMap ? spec.at("vllmConfig") : spec;
  const deployment = spec.at("deploymentConfig").isMap ? spec.at("deploymentConfig") : spec;
  const { variables, complete } = containerEnvironment(config, new Map());
  const gpus = requestedGpus(deployment.at("resources", "gpu"), deployment.at("resources", "gpuType"), context.lines);
  return {
    ...plainUnit,
    format: "vllm-operator-crd",
    engine: "vllm",
    launch: extraArguments(config.at("extraArgs"), "vllm"),
    mapping: flags(spec.at("model"), config, context),
    // Repository and tag stand in one name.
    image: chartImage(deployment.at("image")),
    environment: variables,
    environmentComplete: complete,
    complete: !spec.document.structuralTemplate && spec.document.errors.length === 0,
    instances: copies(deployment.at("replicas"), context),
    hardware: { ...unknownHardware, gpusPerNode: gpus.count, resource: gpus.resource },
    gpuHints: [...termHints(deployment.at("nodeSelectorTerms")), ...gpus.hints],
    groupSize: "one-pod",
  };
}

function flags(model: YamlValue, config: YamlValue, context: ReaderContext): MappingFlags {
  const isSaid = ({ negated, value }: Flag): boolean => !negated && value?.value !== "" && value?.value !== "0";
  return {
    flags: [
      ...fieldFlags(model, modelFields, "vllm", context).filter(isSaid),
      ...fieldFlags(config, engineSwitches, "vllm", context),
      ...fieldFlags(config, engineFields, "vllm", context).filter(isSaid),
    ],
    site: undefined,
    model: model.at("modelURL").text(),
    complete: true,
    readBy: "platform",
  };
}
