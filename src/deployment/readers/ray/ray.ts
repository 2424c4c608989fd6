import type { FormatId } from "../../deployment.ts";
import { findScriptLaunches } from "../../launch.ts";
import { message } from "../../message.ts";
import type { Span } from "../../text.ts";
import type { GpuHint, Unit, UnitHardware } from "../../units.ts";
import type { YamlValue } from "../../yaml-document.ts";
import type { ReaderContext } from "../context.ts";
import { containerEnvironment, writtenEnvironment } from "../pods/environment.ts";
import { anchorOf, containerUnit, podUnits } from "../pods/pod.ts";
import { gpuCount } from "../pods/resources.ts";
import { rootAnchor, workloadName } from "../pods/workload.ts";
import type { Reader } from "../reader.ts";
import { type RayPods, rayPods } from "./ray-pods.ts";
import { type ServedEngine, servedEngines } from "./serve-applications.ts";

interface Place {
  readonly format: FormatId;
  readonly name: string;
  readonly anchor: Span;
  readonly extent: Span;
}

/** KubeRay's resources: applications in a service's text, a job's entry point, or a command of the head's own. */
export const rayReader: Reader = (root, extent, context) => {
  if (!root.at("apiVersion").string.startsWith("ray.io/")) return undefined;
  const place = { name: workloadName(root), anchor: rootAnchor(root, extent), extent };
  const spec = root.at("spec");
  switch (root.at("kind").string) {
    case "RayService":
      return { format: "ray-service", units: serviceUnits(spec, { ...place, format: "ray-service" }, context) };
    case "RayJob":
      return { format: "ray-job", units: jobUnits(spec, { ...place, format: "ray-job" }, context) };
    case "RayCluster":
      return { format: "ray-cluster", units: headUnits(rayPods(spec, context), { ...place, format: "ray-cluster" }, context) };
    default:
      return undefined;
  }
};

function serviceUnits(spec: YamlValue, place: Place, context: ReaderContext): Unit[] {
  const pods = rayPods(spec.at("rayClusterConfig"), context);
  const text = spec.at("serveConfigV2");
  const served = text.document.embedded(text);
  const engines = served ? servedEngines(served.root.at("applications"), context) : [];
  if (engines.length === 0) return headUnits(pods, place, context);
  const base = mainContainer(pods, context);
  const alone = engines.length === 1;
  return engines.map((engine) => ({
    ...base,
    ...servedUnit(engine, alone ? place : blockPlace(engine, `${place.name}/${engine.name}`, place)),
    launcher: "ray-serve",
    environment: new Map([...base.environment, ...engine.environment]),
    complete: base.complete && served?.errors.length === 0,
    hardware: clusterHardware(base.hardware, pods, alone && engine.instances?.value === 1),
    gpuHints: [...acceleratorHints(engine), ...base.gpuHints],
    groupSize: "group",
  }));
}

/** An engine of Ray Serve before its machines are known. */
export function servedUnit(engine: ServedEngine, { name, format, anchor, extent }: Place) {
  return {
    format,
    name,
    deployment: engine.role === "mixed" ? null : engine.application,
    anchor,
    extent,
    engine: engine.engine,
    mapping: engine.mapping,
    role: engine.role,
    instances: engine.instances,
  };
}

/** One of several engines stands where its own block does; pools of one deployment under the first. */
export function blockPlace({ block }: ServedEngine, name: string, whole: Place): Place {
  const { span } = block;
  return { ...whole, name, anchor: anchorOf(block) ?? span ?? whole.anchor, extent: span ?? whole.extent };
}

export function acceleratorHints({ accelerator }: ServedEngine): GpuHint[] {
  return accelerator ? [{ words: [accelerator], where: "accelerator" }] : [];
}

/** A job's entry point is a shell command on the head, which has the whole cluster. */
function jobUnits(spec: YamlValue, place: Place, context: ReaderContext): Unit[] {
  const entrypoint = spec.at("entrypoint").text();
  const pods = rayPods(spec.at("rayClusterSpec"), context);
  const base = mainContainer(pods, context);
  const text = spec.at("runtimeEnvYAML");
  const own = writtenEnvironment(text.document.embedded(text)?.root.at("env_vars") ?? text.at("env_vars"));
  const environment = new Map([...base.environment, ...own]);
  const found = entrypoint && findScriptLaunches(entrypoint, environment);
  if (!found || found.launches.length === 0) return headUnits(pods, place, context);
  const alone = found.launches.length === 1;
  return found.launches.map((launch) => ({
    ...base,
    ...place,
    environment,
    engine: launch.engine,
    launcher: launch.launcher,
    launch,
    instances: { value: 1, origin: "inferred", why: message("a job runs once") },
    hardware: clusterHardware(base.hardware, pods, alone),
    installedVersion: found.installedVersion,
    strayOptions: found.strayOptions,
    groupSize: "group",
  }));
}

/** Engines that the head's command starts; KubeRay puts `ray start` in place of an image's own entry point. */
export function headUnits(pods: RayPods, place: Place, context: ReaderContext): Unit[] {
  const found = podUnits(pods.head, new Map(), context).filter(({ launch }) => launch?.token !== undefined);
  return found.map(({ container, containerAnchor: _anchor, ...unit }) => ({
    ...unit,
    ...place,
    name: found.length > 1 ? `${place.name}/${container}` : place.name,
    instances: { value: 1, origin: "inferred", why: message("a Ray cluster runs one") },
    hardware: clusterHardware(unit.hardware, pods, found.length === 1),
    gpuHints: [...unit.gpuHints, ...mainContainer(pods, context).gpuHints],
    joinsRay: false,
    groupSize: "group",
  }));
}

/** What the container says that has the accelerators. */
function mainContainer({ main }: RayPods, context: ReaderContext) {
  const containers = main.at("containers").items();
  const container = containers.find((one) => gpuCount(one, context.lines).resource !== null) ?? containers[0] ?? main;
  return containerUnit(container, main, containerEnvironment(container, new Map(), context), context);
}

/** An engine that is alone in its cluster has all of it; several replicas or engines share it, and none of them may ask for more. */
function clusterHardware(own: UnitHardware, { perPod, gpus, gpuPods }: RayPods, alone: boolean): UnitHardware {
  // KubeRay mounts memory at /dev/shm where a pod does not itself (common/pod.go).
  const sharedMemory = own.sharedMemory ?? { value: "memory", origin: "inferred" };
  return alone
    ? { ...own, sharedMemory, gpusPerNode: perPod, gpusPerInstance: gpus && { ...gpus, origin: "file" }, nodes: gpuPods }
    : { ...own, sharedMemory, gpusPerNode: perPod && { ...perPod, origin: "inferred" }, gpusPerInstance: gpus, nodes: undefined };
}
