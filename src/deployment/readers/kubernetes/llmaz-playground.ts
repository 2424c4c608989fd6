import { wordTable } from "../../../catalog/word-table.ts";
import type { EngineId } from "../../deployment.ts";
import { isReadable, type Mapped } from "../../mapped.ts";
import { type GpuHint, plainUnit, type Unit, type UnitHardware, unknownHardware } from "../../units.ts";
import type { YamlValue } from "../../yaml-document.ts";
import type { ReaderContext } from "../context.ts";
import { extraArguments } from "../fields/extra-arguments.ts";
import { withFields } from "../fields/with-fields.ts";
import { copies } from "../pods/copies.ts";
import { listedVariables } from "../pods/environment.ts";
import { nodeHints } from "../pods/node-hints.ts";
import { acceleratorCount } from "../pods/resources.ts";
import { backendRuntime } from "./llmaz-runtime.ts";

/** The backends that llmaz brings (chart/templates/backends). */
const backends: Readonly<Record<string, EngineId>> = wordTable({
  vllm: "vllm",
  "vllm-cpu": "vllm",
  sglang: "sglang",
  "tensorrt-llm": "tensorrt-llm",
  tgi: "tgi",
  llamacpp: "llama.cpp",
  ollama: "ollama",
});

/** A playground: a claim on a model, whose flavors are the accelerators to choose from, and a backend whose presets start it. */
export function playgroundUnit(spec: YamlValue, context: ReaderContext): Omit<Unit, "name" | "anchor" | "extent"> {
  const config = spec.at("backendRuntimeConfig").exists ? spec.at("backendRuntimeConfig") : spec.at("backendConfig");
  const engine = backendEngine(config, context);
  const args = config.at("args");
  const claim = mainClaim(spec);
  const model = context.object(["OpenModel"], claim.name)?.at("spec");
  const flavors = claimedFlavors(model, claim.claim);
  return {
    ...plainUnit,
    format: "llmaz",
    engine,
    launch: extraArguments(args.isMap ? args.at("flags") : args, engine),
    mapping: withFields(undefined, { flags: [], model: model && source(model.at("source")) }),
    environment: listedVariables(config.at("envs"), new Map()),
    environmentComplete: true,
    // The backend's preset brings the other arguments.
    complete: false,
    instances: copies(spec.at("replicas"), context),
    hardware: flavors.length > 0 ? flavorHardware(flavors, context) : unknownHardware,
    gpuHints: flavors.length > 0 ? flavorHints(flavors) : [],
    installedVersion: config.at("version").text(),
    groupSize: "one-pod",
  };
}

function backendEngine(config: YamlValue, context: ReaderContext): EngineId {
  const name = config.at("backendName").string || config.at("name").string || "vllm";
  if (Object.hasOwn(backends, name)) return backends[name] ?? "other";
  const runtime = context.object(["BackendRuntime"], name);
  return (runtime && backendRuntime(runtime.at("spec"))?.engine) ?? "other";
}

/** The claim's model, the main one of several. */
function mainClaim(spec: YamlValue): { readonly name: string; readonly claim: YamlValue } {
  const one = spec.at("modelClaim");
  if (one.exists) return { name: one.at("modelName").string, claim: one };
  const claim = spec.at("modelClaims");
  const models = claim.at("models").items();
  const main = models.find((model) => model.at("role").string === "main") ?? models[0];
  return { name: main?.at("name").string ?? "", claim };
}

function source(written: YamlValue): Mapped | undefined {
  return written.at("modelHub", "modelID").text() ?? written.at("uri").text();
}

/** The flavors that a claim chooses, all of the model's where it chooses none; the first that the cluster has counts. */
function claimedFlavors(model: YamlValue | undefined, claim: YamlValue): readonly YamlValue[] {
  const all = model?.at("inferenceConfig", "flavors").items() ?? [];
  const chosen = [...claim.at("inferenceFlavors").items(), ...claim.at("inferenceFlavorClaims").items()].map((item) => item.string);
  return chosen.length === 0 ? all : all.filter((flavor) => chosen.includes(flavor.at("name").string));
}

/** The count where all flavors agree; sizes among a flavor's parameters may spread an engine over pods. */
function flavorHardware(flavors: readonly YamlValue[], { lines }: ReaderContext): UnitHardware {
  const counts = flavors.map((flavor) => acceleratorCount(flavor.at("limits"), flavor.at("requests"), lines));
  const [first] = counts;
  const isSame =
    counts.every(({ count }) => count?.value === first?.count?.value) && !flavors.some((flavor) => flavor.at("params", "PP").exists);
  return {
    ...unknownHardware,
    gpusPerNode: isSame ? first?.count : undefined,
    resource: first?.resource ?? null,
    // The controller mounts a memory volume.
    sharedMemory: { value: "memory", origin: "engine-default" },
  };
}

/** Flavors bear the accelerator's name; they are alternatives. */
function flavorHints(flavors: readonly YamlValue[]): GpuHint[] {
  const words = (path: readonly string[]): Mapped[] =>
    flavors.flatMap((flavor) => {
      const text = flavor.at(...path).text();
      return text && isReadable(text.value) ? [text] : [];
    });
  const hints: GpuHint[] = flavors.length === 1 && flavors[0] ? nodeHints(flavors[0]) : [];
  const machines = words(["params", "INSTANCE-TYPE"]);
  if (machines.length === flavors.length) hints.push({ words: machines, where: "instance type" });
  const names = words(["name"]);
  if (names.length > 0) hints.push({ words: names, where: "accelerator" });
  return hints;
}
