import type { EngineId, Flag } from "../../deployment.ts";
import { isReadable, type Mapped, slice, spanOf } from "../../mapped.ts";
import { message } from "../../message.ts";
import type { Span } from "../../text.ts";
import { type GpuHint, plainUnit, type Unit, type UnitHardware, unknownHardware } from "../../units.ts";
import type { YamlValue } from "../../yaml-document.ts";
import type { ReaderContext } from "../context.ts";
import { extraArguments } from "../fields/extra-arguments.ts";
import { impliedFlag } from "../fields/implied-flag.ts";
import { withFields } from "../fields/with-fields.ts";
import { copies, copiesBetween } from "../pods/copies.ts";
import { writtenEnvironment } from "../pods/environment.ts";
import { rootAnchor, workloadName } from "../pods/workload.ts";
import type { Reader } from "../reader.ts";

const engines: ReadonlyMap<string, EngineId> = new Map([
  ["VLLM", "vllm"],
  ["OLlama", "ollama"],
  ["SGLang", "sglang"],
  ["LlamaCpp", "llama.cpp"],
]);
/** Profiles are named after the accelerator that one of them is; others count what only the cluster's configuration says. */
const acceleratorProfile = /(^|[-_])(gpu|tpu|gaudi|hpu|neuron|npu)([-_]|$)/i;
/** `8x-h100`: one of these is already several. */
const multipleProfile = /(^|[-_])\d+x[-_a-z]/i;

/** KubeAI: a Model starts one server of its engine, whose model and GPUs are fields. */
export const kubeaiReader: Reader = (root, extent, context) => {
  if (root.at("kind").string !== "Model" || !root.at("apiVersion").string.startsWith("kubeai.org/")) return undefined;
  const unit = modelUnit(root.at("spec"), context);
  return { format: "kubeai-model", units: [{ ...unit, name: workloadName(root), anchor: rootAnchor(root, extent), extent }] };
};

/** The values of KubeAI's chart of models: those that are enabled. */
export const kubeaiCatalogReader: Reader = (root, extent, context) => {
  const models = root.at("catalog").entries();
  if (models.length === 0 || !models.every((model) => model.isMap && isCatalogModel(model))) return undefined;
  const all = root.at("all", "enabled").boolean === true;
  const units = models
    .filter((model) => all || model.at("enabled").boolean === true)
    .map((model): Unit => {
      const anchor = model.key ? spanOf(model.key) : rootAnchor(model, extent);
      return { ...modelUnit(model, context), name: model.key?.value ?? "", anchor, extent: wholeEntry(model, anchor) };
    });
  return { format: "kubeai-model", units };
};

function isCatalogModel(model: YamlValue): boolean {
  return ["url", "engine", "features", "resourceProfile"].some((key) => model.at(key).exists) || model.entries().length === 1;
}

function wholeEntry(entry: YamlValue, key: Span): Span {
  return { start: key.start, end: Math.max(key.end, entry.span?.end ?? 0) };
}

function modelUnit(spec: YamlValue, context: ReaderContext): Omit<Unit, "name" | "anchor" | "extent"> {
  const engine = engines.get(spec.at("engine").string) ?? "other";
  const profile = spec.at("resourceProfile").text();
  const patches = spec.at("jsonPatches").items();
  const patchesSizes = patches.some((patch) => /^\/spec\/containers\/\d+(\/resources|$)/.test(patch.at("path").string));
  return {
    ...plainUnit,
    format: "kubeai-model",
    engine,
    launch: extraArguments(spec.at("args"), engine),
    mapping: withFields(undefined, { flags: adapterFlags(spec.at("adapters"), context), model: spec.at("url").text() }),
    image: spec.at("image").text(),
    environment: writtenEnvironment(spec.at("env")),
    environmentComplete: !spec.at("envFrom").exists,
    complete: patches.length === 0 && !spec.document.structuralTemplate && spec.document.errors.length === 0,
    instances: spec.at("replicas").exists
      ? copies(spec.at("replicas"), context)
      : copiesBetween(spec.at("minReplicas"), spec.at("maxReplicas"), context),
    hardware: hardwareOf(patchesSizes ? undefined : profile, context),
    gpuHints: hintsOf(profile),
    groupSize: "one-pod",
  };
}

/** Adapters make KubeAI start vLLM with `--enable-lora` (internal/modelcontroller/engine_vllm.go). */
function adapterFlags(adapters: YamlValue, context: ReaderContext): Flag[] {
  if (adapters.items().length === 0 || !adapters.key) return [];
  return [impliedFlag("enable-lora", null, adapters.key, message("the model has adapters"), context)];
}

/** `nvidia-gpu-h100:8`: the profile eight times. */
function profileParts(profile: Mapped): { readonly name: Mapped; readonly count: Mapped } {
  const colon = profile.value.lastIndexOf(":");
  const end = colon < 0 ? profile.value.length : colon;
  return { name: slice(profile, 0, end), count: slice(profile, end + 1) };
}

function hardwareOf(profile: Mapped | undefined, { lines }: ReaderContext): UnitHardware {
  const shared: UnitHardware = { ...unknownHardware, sharedMemory: { value: "memory", origin: "engine-default" } };
  if (!profile) return shared;
  const { name, count } = profileParts(profile);
  if (!acceleratorProfile.test(name.value) || multipleProfile.test(name.value) || !/^\d{1,4}$/.test(count.value)) return shared;
  return { ...shared, gpusPerNode: { value: Number(count.value), origin: "file", range: lines.range(spanOf(count)) } };
}

function hintsOf(profile: Mapped | undefined): GpuHint[] {
  const name = profile && isReadable(profile.value) ? profileParts(profile).name : undefined;
  return name && acceleratorProfile.test(name.value) ? [{ words: [name], where: "accelerator" }] : [];
}
