import { listedDevices } from "../../devices.ts";
import type { Launches } from "../../launch.ts";
import { isReadable, type Mapped, spanOf } from "../../mapped.ts";
import type { Span } from "../../text.ts";
import { plainUnit, type Unit, type UnitHardware } from "../../units.ts";
import { expandKubernetes, type Variables } from "../../variables.ts";
import type { YamlValue } from "../../yaml-document.ts";
import type { ReaderContext } from "../context.ts";
import { chartEngine } from "../helm/chart-engine.ts";
import { containerEnvironment, type Environment } from "./environment.ts";
import { mountedDocument } from "./mounted-file.ts";
import { mountedScript } from "./mounted-script.ts";
import { namedConfig } from "./named-config.ts";
import { nodeHints } from "./node-hints.ts";
import { podFacts } from "./pod-facts.ts";
import { recognise } from "./recognise.ts";
import { gpuCount, podSharedMemory } from "./resources.ts";
import { sharedMemorySites } from "./shared-memory-sites.ts";
import { storeFiles } from "./store-files.ts";

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
  const environment = containerEnvironment(container, platform, context);
  const { launches, installedVersion, joinsRay, strayOptions } = containerLaunches(container, pod, environment.variables, context);
  if (launches.length === 0) return [];
  const unit = containerUnit(container, pod, environment, context);
  // Several engines share the container's GPUs in a way that only their own device lists tell.
  const hardware = launches.length === 1 ? unit.hardware : { ...unit.hardware, gpusPerNode: undefined, gpuRequest: undefined };
  // Another container of the pod numbers the cards that it was given from 0 as well.
  const place = `container at ${container.span?.start ?? 0}`;
  const mounted = (path: string) => mountedDocument(path, container, pod, context);
  return launches.map((launch, i) => ({
    ...unit,
    container: container.at("name").string,
    containerAnchor: anchorOf(container),
    engine: launch.engine,
    launcher: launch.launcher,
    launch,
    mapping: namedConfig(launch, container.document, context, mounted),
    storeFiles: storeFiles(launch, { document: container.document, environment: environment.variables, mounted }, context),
    hardware: { ...hardware, devices: listedDevices(place, [launch.assignments, environment.variables], context.lines) },
    installedVersion,
    joinsRay,
    strayOptions: i === 0 ? strayOptions : [],
  }));
}

/** What a container says of the one engine in it, however that is started. */
export function containerUnit(
  container: YamlValue,
  pod: YamlValue,
  environment: Environment,
  context: ReaderContext,
): Omit<PodUnit, "container" | "containerAnchor" | "engine"> {
  const gpus = gpuCount(container, context.lines);
  const hardware: UnitHardware = {
    gpusPerNode: gpus.count,
    gpuRequest: gpus.request,
    nodes: undefined,
    gpusPerInstance: undefined,
    resource: gpus.resource,
    sharedMemory: podSharedMemory(pod, container, context.lines),
    sharedMemorySites: sharedMemorySites(pod, container, context),
  };
  return {
    ...plainUnit,
    image: container.at("image").text(),
    environment: environment.variables,
    environmentComplete: environment.complete,
    complete: !container.document.structuralTemplate && container.document.errors.length === 0 && !isFilledIn(container),
    hardware,
    pod: podFacts(container, pod, context),
    gpuHints: [...nodeHints(pod), ...gpus.hints],
  };
}

/** A container's words after Kubernetes' own expansion, and the engines they start. */
function containerLaunches(container: YamlValue, pod: YamlValue, variables: Variables, context: ReaderContext): Launches {
  const written = container.at("command");
  const command = written.exists ? expandedWords(written, variables) : undefined;
  const args = expandedWords(container.at("args"), variables);
  const found = recognise(
    {
      command,
      args,
      image: container.at("image").text(),
      environment: variables,
      saysVllm: container.document.mentions(/vllm/),
      chart: chartEngine(container),
    },
    context.names,
  );
  if (found.launches.length > 0) return found;
  return mountedScript([...(command ?? []), ...args], container, pod, variables, context) ?? found;
}

/** A template stands for all words of `command` or `args`. */
function isFilledIn(container: YamlValue): boolean {
  return ["command", "args"].some((key) => {
    const value = container.at(key);
    return !value.isList && !isReadable(value.string);
  });
}

/** The words of `command` or `args`, a list or one of them alone, with `$(VAR)` expanded. */
export function expandedWords(value: YamlValue, variables: Variables): Mapped[] {
  return (value.isList ? value.items() : value.exists ? [value] : [])
    .map((item) => item.text())
    .filter((text) => text !== undefined)
    .map((text) => expandKubernetes(text, variables));
}

/** Accelerators of the first container that asks for any. */
export function podGpus(pod: YamlValue, context: ReaderContext) {
  for (const container of pod.at("containers").items()) {
    const gpus = gpuCount(container, context.lines);
    if (gpus.resource) return gpus;
  }
  return undefined;
}

/** The first key of a list's item: where its lens stands. */
export function anchorOf(value: YamlValue): Span | undefined {
  const key = value.entries()[0]?.key;
  return key && spanOf(key);
}
