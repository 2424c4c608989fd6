import type { EngineId } from "../../deployment.ts";
import { engineInImage } from "../../images.ts";
import { spanOf } from "../../mapped.ts";
import type { Span } from "../../text.ts";
import type { CompanionUnit, Unit } from "../../units.ts";
import type { YamlValue } from "../../yaml-document.ts";
import { merged } from "../../yaml-merge.ts";
import type { ReaderContext } from "../context.ts";
import { rootAnchor, workloadName } from "../pods/workload.ts";
import type { Reader } from "../reader.ts";
import { pickerRules, pickerText } from "../routers/picker-config.ts";
import type { ServiceFields } from "./kserve-preset.ts";
import { runtimeKinds } from "./kserve-runtime.ts";
import { workloadUnits } from "./kserve-workload.ts";

/** KServe's LLMInferenceService: the top level is its pool, or its decode pool where a `prefill` stands beside it. */
export const llmServiceReader: Reader = (root, extent, context) => {
  if (root.at("kind").string !== "LLMInferenceService" || !root.at("apiVersion").string.startsWith("serving.kserve.io/")) return undefined;
  const { spec, complete } = withBases(root.at("spec"), context);
  const service = serviceFields(spec, { usesTemplates: true, complete }, context);
  const units = serviceUnits(service, root, extent, context).map((unit): Unit => ({ ...unit, format: "kserve-llmisvc" }));
  return { format: "kserve-llmisvc", units, companions: scheduler(spec) };
};

/** What such a service is laid over: an engine where it has a command or a model of its own and no service of this text takes it in. */
export const llmServiceConfigReader: Reader = (root, extent, context) => {
  if (root.at("kind").string !== "LLMInferenceServiceConfig" || !root.at("apiVersion").string.startsWith("serving.kserve.io/"))
    return undefined;
  const spec = root.at("spec");
  const service = serviceFields(spec, { usesTemplates: spec.at("model", "uri").exists, complete: true }, context);
  const units = isTakenIn(root, context) ? [] : serviceUnits(service, root, extent, context);
  return { format: "kserve-llmisvc-config", units: units.map((unit): Unit => ({ ...unit, format: "kserve-llmisvc-config" })) };
};

/** Runtimes that only pin the image of one of KServe's templates (config/runtimes; config_merge.go selects the template by name). */
const ownRuntimes: ReadonlyMap<string, EngineId> = new Map([
  ["", "vllm"],
  ["kserve-llm-omni", "vllm"],
  ["kserve-llm-sglang", "sglang"],
]);

function serviceFields(spec: YamlValue, how: Pick<ServiceFields, "usesTemplates" | "complete">, context: ReaderContext): ServiceFields {
  const name = spec.at("runtime").string;
  const own = ownRuntimes.get(name);
  const engine = own ?? runtimeEngine(name, context);
  return { spec, engine, usesTemplates: how.usesTemplates, complete: how.complete && own !== undefined };
}

/** Of somebody's own runtime: by its image where the text has it, else by what it is called. */
function runtimeEngine(name: string, context: ReaderContext): EngineId {
  const image = context.object(runtimeKinds, name)?.at("spec", "containers").items()[0]?.at("image").string;
  const engine = image === undefined ? undefined : engineInImage(image);
  return engine ?? (/(^|[-_.])sglang/i.test(name) ? "sglang" : "vllm");
}

/** The service over its bases, of which later ones win; a base that nobody sees may say anything. */
function withBases(own: YamlValue, context: ReaderContext): { readonly spec: YamlValue; readonly complete: boolean } {
  const bases = own
    .at("baseRefs")
    .items()
    .map((reference) => context.object(["LLMInferenceServiceConfig"], reference.at("name").string)?.at("spec"));
  const seen = bases.filter((base) => base !== undefined);
  return { spec: [...seen, own].reduce((base, over) => merged(base, over)), complete: seen.length === bases.length };
}

function isTakenIn(config: YamlValue, context: ReaderContext): boolean {
  const name = config.at("metadata", "name").string;
  return context.documents.some(
    ({ root }) =>
      root.at("kind").string === "LLMInferenceService" &&
      root
        .at("spec", "baseRefs")
        .items()
        .some((reference) => reference.at("name").string === name),
  );
}

function serviceUnits(service: ServiceFields, root: YamlValue, extent: Span, context: ReaderContext): Omit<Unit, "format">[] {
  const { spec } = service;
  const name = workloadName(root);
  const prefill = spec.at("prefill");
  const place = { deployment: name, anchor: rootAnchor(root, extent), extent };
  const own = workloadUnits(spec, service, context);
  if (!prefill.exists || prefill.isNull) return own.map((unit) => ({ ...unit, ...place, name, deployment: null, role: "mixed" }));
  const aside = workloadUnits(prefill, service, context);
  return [
    ...own.map((unit) => ({ ...unit, ...place, name: "decode", role: "decode" }) as const),
    ...aside.map(
      (unit) =>
        ({
          ...unit,
          ...place,
          name: "prefill",
          role: "prefill",
          extent: prefill.span ?? extent,
          anchor: keySpan(prefill) ?? place.anchor,
        }) as const,
    ),
  ];
}

function scheduler(spec: YamlValue): CompanionUnit[] {
  const at = keySpan(spec.at("router", "scheduler"));
  if (!at) return [];
  const inline = spec.at("router", "scheduler", "config", "inline");
  const rules = inline.isMap ? pickerRules(inline) : pickerText(inline.string);
  return [{ kind: "router", name: "scheduler", span: at, ...(rules ? { routing: { ...rules, span: at } } : {}) }];
}

function keySpan({ key }: YamlValue): Span | undefined {
  return key && spanOf(key);
}
