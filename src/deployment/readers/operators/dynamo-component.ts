import type { EngineId } from "../../deployment.ts";
import { type LocalPrompts, routerLocalPrompts } from "../../local-prompts.ts";
import type { Known } from "../../located.ts";
import { spanOf } from "../../mapped.ts";
import { message } from "../../message.ts";
import type { Span } from "../../text.ts";
import type { Unit, UnitHardware } from "../../units.ts";
import type { Variables } from "../../variables.ts";
import type { YamlValue } from "../../yaml-document.ts";
import type { ReaderContext } from "../context.ts";
import { hiddenFlag } from "../fields/implied-flag.ts";
import { withFields } from "../fields/with-fields.ts";
import { copies } from "../pods/copies.ts";
import { containerEnvironment, listedVariables } from "../pods/environment.ts";
import { containerUnit, containerUnits, type PodUnit } from "../pods/pod.ts";
import { groupGpus } from "../pods/pod-group.ts";
import { requestedGpus } from "../pods/requested-gpus.ts";
import { acceleratorCount, quantityBytes, wholeNumber } from "../pods/resources.ts";

/** One component of a Dynamo graph, wherever its API version writes it. */
export interface DynamoComponent {
  readonly name: string;
  readonly anchor: Span;
  readonly extent: Span;
  /** `frontend`, `worker`, `prefill`, `decode`, `planner`, `epp`; "" where nothing says it. */
  readonly type: string;
  readonly fields: YamlValue;
  readonly container: YamlValue;
  /** Containers beside it: an engine whose worker only hands requests on. */
  readonly others: readonly YamlValue[];
  readonly pod: YamlValue;
  /** Of the graph and of the component, in front of the container's own. */
  readonly variables: Variables;
}

/** More of a script than it takes to start a front end. */
const mostWords = 4000;

/** A service of v1alpha1: the container stands under `extraPodSpec`, GPUs and variables beside it. */
export function serviceComponent(fields: YamlValue, name: string, anchor: Span, graph: Variables): DynamoComponent {
  const pod = fields.at("extraPodSpec");
  const kind = fields.at("subComponentType").string || fields.at("componentType").string;
  return {
    name,
    anchor,
    extent: wholeExtent(fields, anchor),
    type: kind,
    fields,
    container: pod.at("mainContainer"),
    others: pod.at("containers").items(),
    pod,
    variables: listedVariables(fields.at("envs"), graph),
  };
}

/** A component of v1beta1: a pod whose container `main` is the component's. */
export function podComponent(fields: YamlValue, name: string, anchor: Span, graph: Variables): DynamoComponent {
  const pod = fields.at("podTemplate", "spec");
  const containers = pod.at("containers").items();
  const main = containers.find((one) => one.at("name").string === "main") ?? containers[0] ?? pod.at("mainContainer");
  return {
    name,
    anchor,
    extent: wholeExtent(fields, anchor),
    type: fields.at("type").string,
    fields,
    container: main,
    others: containers.filter((one) => one !== main),
    pod,
    variables: graph,
  };
}

function wholeExtent(fields: YamlValue, anchor: Span): Span {
  return { start: Math.min(anchor.start, fields.span?.start ?? anchor.start), end: Math.max(anchor.end, fields.span?.end ?? 0) };
}

/** Components in front of the engines: an OpenAI server with its router, or a gateway's picker. */
export function isRouter({ type }: DynamoComponent): boolean {
  return type === "frontend" || type === "epp";
}

type ComponentUnit = Omit<Unit, "name" | "format" | "anchor" | "extent">;

/** The engines that a component starts: by its command, else, for a worker, the framework of its graph. */
export function componentUnits(component: DynamoComponent, framework: EngineId | undefined, context: ReaderContext): ComponentUnit[] {
  const { container, pod, variables, fields } = component;
  const isBeside = isRouter(component) || component.type === "planner";
  // A worker's image serves as the frontend's too: there only a command tells of an engine.
  const own = containerUnits(container, pod, variables, context).filter(({ launch }) => !isBeside || launch?.token !== undefined);
  const others = own.length > 0 || isBeside ? [] : component.others.flatMap((one) => commandUnits(one, pod, context));
  const found = [...own, ...others];
  const isWorker = ["worker", "prefill", "decode"].includes(component.type);
  const assumed =
    found.length === 0 && isWorker && framework !== undefined
      ? [
          {
            ...containerUnit(container, pod, containerEnvironment(container, variables, context), context),
            engine: framework,
            launcher: "dynamo",
            complete: false,
          },
        ]
      : [];
  return [...found, ...assumed].map((unit) => ({
    ...unit,
    mapping: withExecutor(unit, fields, context),
    environmentComplete: unit.environmentComplete && !fields.at("envFromSecret").exists,
    instances: copies(fields.at("replicas"), context),
    // Several engines of one container share its GPUs in a way that only their own device lists tell.
    ...(found.length > 1
      ? {}
      : componentHardware(unit.hardware, fields, others.length === 0 ? fieldGpus(fields, context) : undefined, context)),
  }));
}

function commandUnits(container: YamlValue, pod: YamlValue, context: ReaderContext): PodUnit[] {
  return containerUnits(container, pod, new Map(), context).filter(({ launch }) => launch?.token !== undefined);
}

type Gpus = Pick<UnitHardware, "gpusPerNode" | "gpuRequest" | "resource">;

/** What the component's fields say of GPUs (the main container's), shared memory and nodes, over what its container does. */
function componentHardware(
  hardware: UnitHardware,
  fields: YamlValue,
  gpus: Gpus | undefined,
  context: ReaderContext,
): Pick<Unit, "hardware" | "groupSize"> {
  const own = gpus ?? hardware;
  const nodes = nodeCount(fields, context);
  return {
    groupSize: nodes ? "group" : "one-pod",
    hardware: {
      ...hardware,
      gpusPerNode: own.gpusPerNode,
      gpuRequest: own.gpuRequest,
      resource: own.resource,
      ...(nodes ? { nodes: nodes.known, gpusPerInstance: groupGpus(own.gpusPerNode, own.gpusPerNode, nodes.known) } : {}),
      sharedMemory: hardware.sharedMemory ?? sharedMemory(fields, context),
      sharedMemorySites: [],
    },
  };
}

/** v1alpha1's `resources`: `gpu` with its kind beside it, or an extended resource under `custom`. */
function fieldGpus(fields: YamlValue, { lines }: ReaderContext): Gpus | undefined {
  const limits = fields.at("resources", "limits");
  const requests = fields.at("resources", "requests");
  const hasLimit = limits.at("gpu").exists;
  const main = hasLimit ? limits : requests;
  const plain = requestedGpus(main.at("gpu"), main.at("gpuType"), lines);
  if (plain.resource !== null) {
    const request = hasLimit ? wholeNumber(requests.at("gpu"), lines) : undefined;
    return { gpusPerNode: plain.count, gpuRequest: request, resource: plain.resource };
  }
  const custom = acceleratorCount(limits.at("custom"), requests.at("custom"), lines);
  return custom.resource === null ? undefined : { gpusPerNode: custom.count, gpuRequest: custom.request, resource: custom.resource };
}

/** Over several nodes the operator chooses how vLLM's ranks find each other (internal/dynamo/backend_vllm.go). */
function withExecutor({ engine, mapping }: Pick<Unit, "engine" | "mapping">, fields: YamlValue, context: ReaderContext): Unit["mapping"] {
  const { span } = fields.at("multinode");
  if (engine !== "vllm" || !span) return mapping;
  return withFields(mapping, { flags: [hiddenFlag("distributed-executor-backend", span, context)], model: undefined });
}

function nodeCount(fields: YamlValue, { lines }: ReaderContext): { readonly known: Known<number> } | undefined {
  const multinode = fields.at("multinode");
  if (!multinode.exists || multinode.isNull) return undefined;
  const written = multinode.at("nodeCount");
  if (written.exists) return { known: wholeNumber(written, lines) };
  return { known: { value: 2, origin: "engine-default", why: message("two nodes unless told otherwise") } };
}

/** The operator mounts 8 GiB at /dev/shm unless told otherwise (api/v1beta1: sharedMemorySize, v1alpha1: sharedMemory). */
function sharedMemory(fields: YamlValue, { lines }: ReaderContext): UnitHardware["sharedMemory"] {
  const size = fields.at("sharedMemorySize").exists ? fields.at("sharedMemorySize") : fields.at("sharedMemory", "size");
  if (fields.at("sharedMemory", "disabled").boolean === true || size.string === "0") return undefined;
  const text = size.text();
  const bytes = text && quantityBytes(text.value);
  if (text && bytes !== undefined) return { value: bytes, origin: "file", range: lines.range(spanOf(text)) };
  return { value: text ? "memory" : 8 * 2 ** 30, origin: "engine-default", why: message("what Dynamo's operator mounts") };
}

/** Prompts that the front end sends to decode workers alone. */
export function routedLocally({ container, variables, anchor }: DynamoComponent, context: ReaderContext): Known<LocalPrompts> {
  const { variables: environment } = containerEnvironment(container, variables, context);
  const texts = new Map([...environment].flatMap(([name, value]) => (value ? [[name, value.value] as const] : [])));
  const words = [container.at("command"), container.at("args")].flatMap((part) =>
    part.isList ? part.items().map((item) => item.string) : [part.string],
  );
  const value = routerLocalPrompts(words.join(" ").slice(0, mostWords), texts);
  return value && { value, origin: "file", range: context.lines.range(anchor) };
}
