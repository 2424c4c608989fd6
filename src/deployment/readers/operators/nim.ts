import type { Known } from "../../located.ts";
import { concat, type Mapped, opaque, spanOf } from "../../mapped.ts";
import { message } from "../../message.ts";
import type { Span } from "../../text.ts";
import type { Unit, UnitHardware } from "../../units.ts";
import type { YamlValue } from "../../yaml-document.ts";
import type { ReaderContext } from "../context.ts";
import { fieldFlags } from "../fields/field-flags.ts";
import { withFields } from "../fields/with-fields.ts";
import { copies } from "../pods/copies.ts";
import { containerEnvironment } from "../pods/environment.ts";
import { containerUnit } from "../pods/pod.ts";
import { groupGpus } from "../pods/pod-group.ts";
import { wholeNumber } from "../pods/resources.ts";
import { rootAnchor, workloadName } from "../pods/workload.ts";
import type { Reader } from "../reader.ts";

const operatorGroup = "apps.nvidia.com/";
const nimImage = /(^|\/)nim\//;
/** Where a service writes the sizes, by release of the operator. */
const sizeFields = {
  tp: "tensor-parallel-size",
  tensor: "tensor-parallel-size",
  pp: "pipeline-parallel-size",
  pipeline: "pipeline-parallel-size",
};
/** NVIDIA's NIM operator: a service is one microservice whose image names its model; a pipeline holds several. Caches start no engine. */
export const nimReader: Reader = (root, extent, context) => {
  const kind = root.at("kind").string;
  if (!root.at("apiVersion").string.startsWith(operatorGroup) || !kind.startsWith("NIM")) return undefined;
  const name = workloadName(root);
  if (kind === "NIMService")
    return { format: "nim-operator", units: [operatorUnit(root.at("spec"), { name, anchor: rootAnchor(root, extent), extent }, context)] };
  const services = kind === "NIMPipeline" ? root.at("spec", "services").items() : [];
  const units = services
    .filter((service) => service.at("enabled").boolean !== false)
    .map((service) => {
      const own = service.span ?? extent;
      return operatorUnit(
        service.at("spec"),
        { name: service.at("name").string || name, anchor: rootAnchor(service, own), extent: own },
        context,
      );
    });
  return { format: "nim-operator", units };
};

/** Values of the chart nim-llm: the same microservice in a chart's own words. */
export const nimValuesReader: Reader = (root, extent, context) => {
  const isChart = root.at("model").isMap && nimImage.test(root.at("image", "repository").string) && !root.at("apiVersion").exists;
  if (!isChart) return undefined;
  const name = root.at("model", "name").string || root.at("image", "repository").string;
  const unit = serviceUnit(root, { name, anchor: rootAnchor(root, extent), extent }, context);
  const workers = root.at("multiNode", "enabled").boolean === true ? root.at("multiNode", "workers") : undefined;
  const group = workers ? asNodes(unit, wholeNumber(workers, context.lines)) : unit;
  return { format: "nim-operator", units: [{ ...group, instances: copies(root.at("replicaCount"), context) }] };
};

interface Place {
  readonly name: string;
  readonly anchor: Span;
  readonly extent: Span;
}

function operatorUnit(spec: YamlValue, place: Place, context: ReaderContext): Unit {
  const unit = serviceUnit(spec, place, context);
  const group = spec.at("multiNode");
  return group.exists ? asNodes(unit, nodesOf(group, context)) : unit;
}

function serviceUnit(spec: YamlValue, place: Place, context: ReaderContext): Unit {
  const environment = containerEnvironment(spec, new Map(), context);
  // The service's own spec has what a container has, and what a pod has.
  const unit = containerUnit(spec, spec, environment, context);
  const flags = fieldFlags(spec.at("multiNode", "parallelism"), sizeFields, "nim", context);
  const hasScaler = spec.at("scale", "enabled").boolean === true;
  return {
    ...unit,
    ...place,
    format: "nim-operator",
    engine: "nim",
    mapping: withFields(undefined, { flags, model: modelOf(spec, context) }),
    image: undefined,
    instances: hasScaler ? undefined : copies(spec.at("replicas"), context),
    hardware: { ...unit.hardware, sharedMemory: { value: "memory", origin: "engine-default" }, sharedMemorySites: [] },
    groupSize: "one-pod",
  };
}

function asNodes(unit: Unit, nodes: Known<number>): Unit {
  const { gpusPerNode } = unit.hardware;
  const hardware: UnitHardware = { ...unit.hardware, nodes, gpusPerInstance: groupGpus(gpusPerNode, gpusPerNode, nodes) };
  return { ...unit, hardware, groupSize: "group" };
}

/** One pod for each pipeline stage (nimservice_types.go: LWS size), or as many as an older `size` says. */
function nodesOf(group: YamlValue, { lines }: ReaderContext): Known<number> {
  const parallelism = group.at("parallelism");
  const written = [parallelism.at("pipeline"), parallelism.at("pp"), group.at("size")].find((value) => value.exists);
  if (written) return wholeNumber(written, lines);
  return { value: 1, origin: "engine-default", why: message("one node unless told otherwise") };
}

/** What the cache fetches from the hub, what the environment names, else the image that is made for one model. */
function modelOf(spec: YamlValue, context: ReaderContext): Mapped | undefined {
  const cache = context.object(["NIMCache"], spec.at("storage", "nimCache", "name").string);
  const hub = cache?.at("spec", "source", "hf");
  const fetched = hub && hubName(hub);
  if (fetched) return fetched;
  const named = spec
    .at("env")
    .items()
    .find((item) => item.at("name").string === "NIM_MODEL_NAME");
  return named?.at("value").text() ?? spec.at("image", "repository").text();
}

function hubName(hub: YamlValue): Mapped | undefined {
  const name = hub.at("modelName").text();
  const owner = hub.at("namespace").text();
  if (!name || !owner) return name;
  const span = spanOf(name);
  return concat([owner, opaque("/", span), name], span);
}
