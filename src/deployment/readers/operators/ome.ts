import type { FormatId } from "../../deployment.ts";
import type { Known } from "../../located.ts";
import { spanOf } from "../../mapped.ts";
import type { Span } from "../../text.ts";
import type { CompanionUnit, Unit } from "../../units.ts";
import type { YamlValue } from "../../yaml-document.ts";
import type { ReaderContext } from "../context.ts";
import { copies, copiesBetween } from "../pods/copies.ts";
import { rootAnchor, workloadName } from "../pods/workload.ts";
import type { Reader, Recognised } from "../reader.ts";
import { type ComponentUnit, componentUnits } from "./ome-component.ts";
import { serviceRuntime, serviceUnits } from "./ome-service.ts";

/** OME: runtimes hold the engines, services choose one and a model; models and benchmarks start none. */
export const omeReader: Reader = (root, extent, context) => {
  if (!root.at("apiVersion").string.startsWith("ome.io/")) return undefined;
  switch (root.at("kind").string) {
    case "ClusterServingRuntime":
    case "ServingRuntime":
      return runtime(root, extent, context);
    case "InferenceService":
      return service(root, extent, context);
    case "ClusterBaseModel":
    case "BaseModel":
    case "FineTunedWeight":
      return { format: "ome-basemodel", units: [] };
    case "BenchmarkJob":
      return {
        format: "ome-benchmarkjob",
        units: [],
        companions: [{ kind: "benchmark", name: workloadName(root), span: rootAnchor(root, extent) }],
      };
    default:
      return undefined;
  }
};

function runtime(root: YamlValue, extent: Span, context: ReaderContext): Recognised {
  const spec = root.at("spec");
  const isUsed = spec.at("disabled").boolean === true || isTakenIn(root, context);
  const engine = spec.at("engineConfig");
  const found = isUsed
    ? { engine: [], decoder: [] }
    : { engine: componentUnits(engine.exists ? engine : spec, context), decoder: componentUnits(spec.at("decoderConfig"), context) };
  return recognised("ome-runtime", placed(found, { root, extent, instances: () => undefined }), spec.at("routerConfig"));
}

function service(root: YamlValue, extent: Span, context: ReaderContext): Recognised {
  const spec = root.at("spec");
  const base = serviceRuntime(spec, context);
  const engine = spec.at("engine").exists ? spec.at("engine") : spec.at("predictor");
  const decoder = spec.at("decoder");
  const found = {
    engine: serviceUnits(engine, base?.at("engineConfig"), spec, context),
    decoder: decoder.exists ? serviceUnits(decoder, base?.at("decoderConfig"), spec, context) : [],
  };
  const instances = (component: "engine" | "decoder"): Known<number> => {
    const fields = component === "engine" ? engine : decoder;
    const fewest = fields.at("minReplicas");
    const most = fields.at("maxReplicas");
    return fewest.exists || most.exists ? copiesBetween(fewest, most, context) : copies(fewest, context);
  };
  return recognised("ome-isvc", placed(found, { root, extent, instances }), spec.at("router"));
}

interface Found {
  readonly engine: readonly ComponentUnit[];
  readonly decoder: readonly ComponentUnit[];
}

interface Place {
  readonly root: YamlValue;
  readonly extent: Span;
  readonly instances: (component: "engine" | "decoder") => Known<number>;
}

/** With a decoder beside it the engine prefills. */
function placed({ engine, decoder }: Found, { root, extent, instances }: Place): Omit<Unit, "format">[] {
  const name = workloadName(root);
  const place = { anchor: rootAnchor(root, extent), extent };
  if (decoder.length === 0) return engine.map((unit) => ({ ...unit, ...place, name, instances: instances("engine") }));
  return [
    ...engine.map(
      (unit): Omit<Unit, "format"> => ({
        ...unit,
        ...place,
        name: "engine",
        deployment: name,
        role: "prefill",
        instances: instances("engine"),
      }),
    ),
    ...decoder.map(
      (unit): Omit<Unit, "format"> => ({
        ...unit,
        ...place,
        name: "decoder",
        deployment: name,
        role: "decode",
        instances: instances("decoder"),
      }),
    ),
  ];
}

function recognised(format: FormatId, units: readonly Omit<Unit, "format">[], router: YamlValue): Recognised {
  const companions: CompanionUnit[] = router.key ? [{ kind: "router", name: "router", span: spanOf(router.key) }] : [];
  return { format, units: units.map((unit): Unit => ({ ...unit, format })), companions };
}

/** A service of the same text is read together with it. */
function isTakenIn(runtimeObject: YamlValue, context: ReaderContext): boolean {
  const name = runtimeObject.at("metadata", "name").string;
  return context.documents.some(
    ({ root }) =>
      root.at("kind").string === "InferenceService" &&
      root.at("apiVersion").string.startsWith("ome.io/") &&
      (root.at("spec", "runtime", "name").string === name || root.at("spec", "predictor", "model", "runtime").string === name),
  );
}
