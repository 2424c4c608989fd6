import { findLaunches, type Launches } from "../launch.ts";
import { type Mapped, spanOf } from "../mapped.ts";
import type { Span } from "../text.ts";
import { plainUnit, type Unit, type UnitHardware } from "../units.ts";
import { expandKubernetes, type Variables } from "../variables.ts";
import type { YamlValue } from "../yaml-document.ts";
import type { ReaderContext } from "./context.ts";
import { containerEnvironment } from "./environment.ts";
import { nodeHints } from "./node-hints.ts";
import { recognise } from "./recognise.ts";
import { gpuCount, podSharedMemory } from "./resources.ts";
import { sharedMemorySites } from "./shared-memory-sites.ts";

/** What one engine of a pod says, before its workload adds names and counts. */
export type PodUnit = Omit<Unit, "format" | "name" | "anchor" | "extent" | "instances" | "groupSize" | "role"> & {
  readonly container: string;
  readonly containerAnchor: Span | undefined;
};

/** The engines in a pod's containers. Init containers are downloaders or routers. */
export function podUnits(pod: YamlValue, platform: Variables, context: ReaderContext): PodUnit[] {
  const containers = pod.at("containers").items();
  const hints = nodeHints(pod);
  const units: PodUnit[] = [];
  for (const container of containers) {
    const { launches, environment, image } = containerLaunches(container, platform, context);
    const gpus = gpuCount(container, context.lines);
    const alone = launches.launches.length === 1;
    const hardware: UnitHardware = {
      // Several engines share the container's GPUs in a way that only their own device lists tell.
      gpusPerNode: alone ? gpus.count : undefined,
      gpuRequest: alone ? gpus.request : undefined,
      nodes: undefined,
      gpusPerInstance: undefined,
      resource: gpus.resource,
      sharedMemory: podSharedMemory(pod, container, context.lines),
      sharedMemorySites: sharedMemorySites(pod, container, context),
    };
    for (const [i, launch] of launches.launches.entries()) {
      units.push({
        ...plainUnit,
        container: container.at("name").string,
        containerAnchor: anchorOf(container),
        engine: launch.engine,
        launcher: launch.launcher,
        launch,
        image,
        environment: environment.variables,
        environmentComplete: environment.complete,
        complete: !pod.document.structuralTemplate && pod.document.errors.length === 0,
        hardware,
        gpuHints: [...hints, ...gpus.hints],
        installedVersion: launches.installedVersion,
        joinsRay: launches.joinsRay,
        strayOptions: i === 0 ? launches.strayOptions : [],
      });
    }
  }
  return units;
}

/** A container's words after Kubernetes' own expansion, and the engines they start. */
function containerLaunches(container: YamlValue, platform: Variables, context: ReaderContext) {
  const environment = containerEnvironment(container, platform);
  const words = (value: YamlValue): Mapped[] =>
    (value.isList ? value.items() : value.exists ? [value] : [])
      .map((item) => item.text())
      .filter((text) => text !== undefined)
      .map((text) => expandKubernetes(text, environment.variables));
  const command = container.at("command");
  const image = container.at("image").text();
  const launches: Launches = recognise(
    command.exists ? words(command) : undefined,
    words(container.at("args")),
    image,
    environment.variables,
    context.names("vllm"),
    container.document.mentions(/vllm/),
  );
  return { launches, environment, image };
}

/** Accelerators of the first container that asks for any. */
export function podGpus(pod: YamlValue, context: ReaderContext) {
  for (const container of pod.at("containers").items()) {
    const gpus = gpuCount(container, context.lines);
    if (gpus.resource) return gpus;
  }
  return undefined;
}

/** Does the pod only join a cluster that another pod leads? */
export function startsEngine(pod: YamlValue): boolean {
  return pod
    .at("containers")
    .items()
    .some((container) => {
      const words = [...container.at("command").items(), ...container.at("args").items()]
        .map((item) => item.text())
        .filter((text) => text !== undefined);
      return findLaunches(words, new Map()).launches.length > 0;
    });
}

function anchorOf(value: YamlValue): Span | undefined {
  const key = value.entries()[0]?.key;
  return key && spanOf(key);
}
