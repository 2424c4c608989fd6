import type { EngineId } from "../../deployment.ts";
import { spanOf } from "../../mapped.ts";
import type { Span } from "../../text.ts";
import type { CompanionUnit, Unit } from "../../units.ts";
import type { YamlValue } from "../../yaml-document.ts";
import type { ReaderContext } from "../context.ts";
import { containerRouting } from "../pods/companions.ts";
import { listedVariables } from "../pods/environment.ts";
import { rootAnchor, workloadName } from "../pods/workload.ts";
import type { Reader } from "../reader.ts";
import { componentUnits, type DynamoComponent, isRouter, podComponent, routedLocally, serviceComponent } from "./dynamo-component.ts";

const frameworks: ReadonlyMap<string, EngineId> = new Map([
  ["vllm", "vllm"],
  ["sglang", "sglang"],
  ["trtllm", "tensorrt-llm"],
]);
const none = new Map();

/** NVIDIA Dynamo: a graph's workers are pools of one deployment, its frontend and planner serve beside them. A request for a graph is none yet. */
export const dynamoReader: Reader = (root, extent, context) => {
  if (!/^nvidia\.com\/v\d/.test(root.at("apiVersion").string)) return undefined;
  const spec = root.at("spec");
  const name = workloadName(root);
  switch (root.at("kind").string) {
    case "DynamoGraphDeployment":
      return { format: "dynamo-dgd", ...graph(graphComponents(spec), name, spec, context) };
    case "DynamoComponentDeployment":
      return { format: "dynamo-dgd", ...graph([loneComponent(root, extent, name)], null, spec, context) };
    case "DynamoGraphDeploymentRequest":
      return { format: "dynamo-dgd", units: [] };
    default:
      return undefined;
  }
};

/** `services` by name in v1alpha1, a list of `components` in v1beta1. */
function graphComponents(spec: YamlValue): DynamoComponent[] {
  const services = spec.at("services").allEntries();
  const shared = listedVariables(spec.at("env"), listedVariables(spec.at("envs"), none));
  return [
    ...services.flatMap((fields) => (fields.key ? [serviceComponent(fields, fields.key.value, spanOf(fields.key), shared)] : [])),
    ...spec
      .at("components")
      .items()
      .map((fields) => podComponent(fields, fields.at("name").string, rootAnchor(fields, fields.span ?? { start: 0, end: 0 }), shared)),
  ];
}

function loneComponent(root: YamlValue, extent: Span, name: string): DynamoComponent {
  const fields = root.at("spec");
  const make = fields.at("podTemplate").exists ? podComponent : serviceComponent;
  return { ...make(fields, name, rootAnchor(root, extent), none), extent };
}

function graph(
  components: readonly DynamoComponent[],
  deployment: string | null,
  spec: YamlValue,
  context: ReaderContext,
): { readonly units: readonly Unit[]; readonly companions: readonly CompanionUnit[] } {
  const framework = frameworks.get(spec.at("backendFramework").string);
  // A worker of an aggregated graph may be called its decoder too.
  const isSplit = components.some(({ type }) => type === "prefill");
  const units: Unit[] = [];
  const companions: CompanionUnit[] = [];
  for (const component of components) {
    const { name, anchor, extent, type } = component;
    const found = componentUnits(component, framework, context);
    const role = type === "prefill" || (type === "decode" && isSplit) ? type : "mixed";
    units.push(...found.map((unit): Unit => ({ ...unit, format: "dynamo-dgd", name, deployment, anchor, extent, role })));
    if (found.length > 0 || !isRouter(component)) continue;
    const routing = containerRouting(component.container, component.variables);
    companions.push({ kind: "router", name, span: anchor, ...(routing ? { routing } : {}) });
  }
  const [localPrompts] = components.filter(isRouter).flatMap((component) => routedLocally(component, context) ?? []);
  return { units: localPrompts ? units.map((unit) => ({ ...unit, localPrompts })) : units, companions };
}
