import type { FormatId } from "../../deployment.ts";
import type { Known } from "../../located.ts";
import type { Mapped } from "../../mapped.ts";
import { message } from "../../message.ts";
import { plainUnit, type Unit } from "../../units.ts";
import type { YamlValue } from "../../yaml-document.ts";
import type { ReaderContext } from "../context.ts";
import { copies } from "../pods/copies.ts";
import { containerEnvironment } from "../pods/environment.ts";
import { containerUnit, podUnits } from "../pods/pod.ts";
import { rootAnchor, workloadName } from "../pods/workload.ts";
import type { Reader } from "../reader.ts";
import { machineHardware, machineHints } from "./kaito-machine.ts";
import { presetMapping } from "./kaito-preset.ts";

type EngineUnit = Omit<Unit, "name" | "anchor" | "extent" | "instances">;

/** KAITO: a preset is vLLM with a model that the operator knows, on machines whose type is written. Tuning and retrieval serve no model. */
export const kaitoReader: Reader = (root, extent, context) => {
  if (!root.at("apiVersion").string.startsWith("kaito.sh/")) return undefined;
  const place = { name: workloadName(root), anchor: rootAnchor(root, extent), extent };
  const runtime = root.at("metadata", "annotations", "kaito.sh/runtime").string;
  const spec = root.at("spec");
  switch (root.at("kind").string) {
    case "Workspace": {
      const instances: Known<number> = { value: 1, origin: "inferred", why: message("a workspace is one instance") };
      // Its fields stand at the top; some write them under `spec`, as other kinds have them.
      const found = inferenceUnits(root.at("inference").exists ? root : spec, runtime, "kaito-workspace", context);
      return { format: "kaito-workspace", units: found.map((unit) => ({ ...unit, ...place, instances })) };
    }
    case "InferenceSet": {
      const instances = copies(spec.at("replicas"), context);
      const found = inferenceUnits(spec.at("template"), runtime, "kaito-inferenceset", context);
      return { format: "kaito-inferenceset", units: found.map((unit) => ({ ...unit, ...place, instances })) };
    }
    case "MultiRoleInference": {
      const found = spec
        .at("roles")
        .items()
        .flatMap((role) => roleUnits(role, spec, context));
      return { format: "kaito-multirole", units: found.map((unit) => ({ ...unit, deployment: place.name })) };
    }
    case "RAGEngine":
      return { format: "kaito-ragengine", units: [] };
    default:
      return undefined;
  }
};

/** What `resource` and `inference` of a workspace start: a preset's engine, or the containers of an own template. */
function inferenceUnits(owner: YamlValue, runtime: string, format: FormatId, context: ReaderContext): EngineUnit[] {
  const inference = owner.at("inference");
  const resource = owner.at("resource");
  const preset = inference.at("preset");
  if (preset.exists) {
    const unit = presetUnit({ model: preset.at("name").text(), config: inference.at("config"), resource }, format, context);
    return [runtime === "transformers" ? { ...unit, engine: "other" } : unit];
  }
  const pod = inference.at("template", "spec");
  return templateUnits(pod, context).map((unit) => ({
    ...unit,
    format,
    hardware: unit.hardware.gpusPerNode ? unit.hardware : { ...unit.hardware, ...machineHardware(resource, context) },
    gpuHints: [...unit.gpuHints, ...machineHints(resource)],
    groupSize: "one-pod",
  }));
}

/** A template starts an engine even where its command is one that nobody knows. */
function templateUnits(pod: YamlValue, context: ReaderContext) {
  const found = podUnits(pod, new Map(), context);
  const [first] = pod.at("containers").items();
  if (found.length > 0 || !first) return found;
  return [
    { ...containerUnit(first, pod, containerEnvironment(first, new Map(), context), context), engine: "other" as const, complete: false },
  ];
}

interface Preset {
  readonly model: Mapped | undefined;
  readonly config: YamlValue;
  readonly resource: YamlValue;
}

function presetUnit({ model, config, resource }: Preset, format: FormatId, context: ReaderContext): EngineUnit {
  return {
    ...plainUnit,
    format,
    engine: "vllm",
    mapping: presetMapping(model, config, context),
    hardware: machineHardware(resource, context),
    gpuHints: machineHints(resource),
    groupSize: "one-pod",
  };
}

/** One role of a service whose prefill and decode are apart; the machine's type stands in the role itself. */
function roleUnits(role: YamlValue, spec: YamlValue, context: ReaderContext): Unit[] {
  const type = role.at("type").string || role.at("name").string;
  if (type !== "prefill" && type !== "decode") return [];
  const name = spec.at("model", "name");
  const model = (name.exists ? name : spec.at("inference", "preset", "name")).text();
  const config = role.at("runtimeConfig").exists ? role.at("runtimeConfig") : role.at("config");
  const extent = role.span ?? { start: 0, end: 0 };
  return [
    {
      ...presetUnit({ model, config, resource: role }, "kaito-multirole", context),
      name: type,
      anchor: rootAnchor(role, extent),
      extent,
      role: type,
      instances: copies(role.at("replicas"), context),
    },
  ];
}
