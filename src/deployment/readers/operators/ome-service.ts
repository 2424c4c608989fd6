import type { Mapped } from "../../mapped.ts";
import type { FetchedModel, GpuHint } from "../../units.ts";
import type { YamlValue } from "../../yaml-document.ts";
import { merged } from "../../yaml-merge.ts";
import type { ReaderContext } from "../context.ts";
import { withFields } from "../fields/with-fields.ts";
import { containerEnvironment } from "../pods/environment.ts";
import { containerUnit } from "../pods/pod.ts";
import { type ComponentUnit, componentUnits, runnerOf } from "./ome-component.ts";

/** A service's model by name, and where that comes from if its object can be seen. */
export interface ServiceModel {
  readonly name: Mapped | undefined;
  readonly fetched: FetchedModel | undefined;
}

/** `model.name` of a service, or of its older `predictor`, with the storage of the base model of that name. */
export function serviceModel(spec: YamlValue, context: ReaderContext): ServiceModel {
  const name = spec.at("model").exists ? spec.at("model", "name").text() : spec.at("predictor", "model", "baseModel").text();
  const object = name && context.object(["ClusterBaseModel", "BaseModel"], name.value);
  const from = object?.at("spec", "storage", "storageUri").text();
  return { name, fetched: name && from ? { from, as: name.value } : undefined };
}

/** The runtime that a service names; undefined where the operator chooses one, or nobody sees it. */
export function serviceRuntime(spec: YamlValue, context: ReaderContext): YamlValue | undefined {
  const name = spec.at("runtime", "name").string || spec.at("predictor", "model", "runtime").string;
  const runtime = context.object(["ClusterServingRuntime", "ServingRuntime"], name);
  return runtime?.at("apiVersion").string.startsWith("ome.io/") ? runtime.at("spec") : undefined;
}

/** One component of a service over its runtime's; without a runtime that starts an engine it is one that nobody knows. */
export function serviceUnits(component: YamlValue, base: YamlValue | undefined, spec: YamlValue, context: ReaderContext): ComponentUnit[] {
  const whole = base ? merged(base, component) : component;
  const { name, fetched } = serviceModel(spec, context);
  const found = componentUnits(whole, context);
  const known = found.length > 0 ? found : [unknownEngine(whole, context)];
  return known.map((unit) => ({
    ...unit,
    fetched,
    mapping: withFields(unit.mapping, { flags: [], model: name }),
    gpuHints: [...unit.gpuHints, ...acceleratorHints(spec, component)],
  }));
}

function unknownEngine(component: YamlValue, context: ReaderContext): ComponentUnit {
  const pod = component.at("leader").exists ? component.at("leader") : component;
  const runner = runnerOf(pod);
  const unit = containerUnit(runner, pod, containerEnvironment(runner, new Map(), context), context);
  return { ...unit, engine: "other", complete: false, groupSize: "unknown" };
}

/** The class of accelerator that a service, or one of its components, is bound to. */
function acceleratorHints(spec: YamlValue, component: YamlValue): GpuHint[] {
  const own = component.at("acceleratorOverride", "acceleratorClass");
  const word = (own.exists ? own : spec.at("acceleratorSelector", "acceleratorClass")).text();
  return word ? [{ words: [word], where: "accelerator" }] : [];
}
