import type { Launches } from "../launch.ts";
import { type Mapped, spanOf } from "../mapped.ts";
import type { Span } from "../text.ts";
import { plainUnit, type Unit, type UnitHardware } from "../units.ts";
import { expandKubernetes, type Variables } from "../variables.ts";
import type { YamlValue } from "../yaml-document.ts";
import type { ReaderContext } from "./context.ts";
import { containerEnvironment } from "./environment.ts";
import { mountedConfig } from "./mounted-config.ts";
import { nodeHints } from "./node-hints.ts";
import { recognise } from "./recognise.ts";
import { gpuCount, podSharedMemory } from "./resources.ts";
import { sharedMemorySites } from "./shared-memory-sites.ts";

/** What one engine of a pod says, before its workload adds names and counts. */
export type PodUnit = Omit<Unit, "format" | "name" | "anchor" | "extent" | "instances"> & {
  readonly container: string;
  readonly containerAnchor: Span | undefined;
};

/** The engines in a pod's containers. Init containers are downloaders or routers. */
export function podUnits(pod: YamlValue, platform: Variables, context: ReaderContext): PodUnit[] {
  return pod
    .at("containers")
    .items()
    .flatMap((container) => containerUnits(container, pod, platform, context));
}

/** The engines of one container; `pod` holds what it shares with others: node selector, volumes, host IPC. */
export function containerUnits(container: YamlValue, pod: YamlValue, platform: Variables, context: ReaderContext): PodUnit[] {
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
  return launches.launches.map((launch, i) => ({
    ...plainUnit,
    container: container.at("name").string,
    containerAnchor: anchorOf(container),
    engine: launch.engine,
    launcher: launch.launcher,
    launch,
    mapping: mountedConfig(launch, container, pod, context),
    image,
    environment: environment.variables,
    environmentComplete: environment.complete,
    complete: !container.document.structuralTemplate && container.document.errors.length === 0,
    hardware,
    gpuHints: [...nodeHints(pod), ...gpus.hints],
    installedVersion: launches.installedVersion,
    joinsRay: launches.joinsRay,
    strayOptions: i === 0 ? launches.strayOptions : [],
  }));
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
    {
      command: command.exists ? words(command) : undefined,
      args: words(container.at("args")),
      image,
      environment: environment.variables,
      saysVllm: container.document.mentions(/vllm/),
    },
    context.names,
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

function anchorOf(value: YamlValue): Span | undefined {
  const key = value.entries()[0]?.key;
  return key && spanOf(key);
}
