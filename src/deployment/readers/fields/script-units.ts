import type { Launch, Launches } from "../../launch.ts";
import type { Known, Located } from "../../located.ts";
import { message } from "../../message.ts";
import { scriptHardware } from "../../script-hardware.ts";
import { plainUnit, type Unit, unknownHardware } from "../../units.ts";
import type { YamlDocument } from "../../yaml-document.ts";
import type { ReaderContext } from "../context.ts";
import { namedConfig } from "../pods/named-config.ts";
import { storeFiles } from "../pods/store-files.ts";

/** What a platform says around a script that it runs on each of its machines. */
export interface ScriptPlace
  extends Pick<
    Unit,
    | "format"
    | "name"
    | "deployment"
    | "anchor"
    | "extent"
    | "image"
    | "environment"
    | "environmentComplete"
    | "complete"
    | "gpuHints"
    | "instances"
    | "installedVersion"
  > {
  /** Of one machine. */
  readonly gpus: Known<number>;
  readonly machine?: Unit["hardware"]["machine"];
  readonly machines: Known<number>;
  /** The script knows of the other machines, so that one engine may span them. */
  readonly spansMachines: boolean;
  readonly sharedMemory: Unit["hardware"]["sharedMemory"];
}

/** The engines of a script. One that is started on every machine, or by each machine's rank in a branch of its own, is one engine over them. */
export function scriptUnits(found: Launches, place: ScriptPlace, document: YamlDocument, context: ReaderContext): Unit[] {
  const isGroup = place.spansMachines && place.machines?.value !== 1;
  const launches = isGroup && areAlike(found.launches) ? found.launches.slice(0, 1) : found.launches;
  const { gpus, machine, machines, spansMachines: _, sharedMemory, ...unit } = place;
  return launches.map((launch): Unit => {
    const own = scriptHardware(launch, context.lines);
    const environment = new Map([...place.environment, ...(launch.docker?.environment ?? [])]);
    // Several engines on one machine share its GPUs by their own device lists.
    const gpusPerNode = own.gpusPerNode ?? (launches.length === 1 ? gpus : undefined);
    return {
      ...plainUnit,
      ...unit,
      name: launches.length > 1 ? `${place.name}/${launch.engine}` : place.name,
      engine: launch.engine,
      launcher: launch.launcher,
      launch,
      mapping: namedConfig(launch, document, context),
      storeFiles: storeFiles(launch, { document, environment }, context),
      image: launch.docker?.image ?? place.image,
      environment,
      instances: isGroup ? place.instances : timesMachines(place.instances, machines),
      hardware: {
        ...unknownHardware,
        gpusPerNode,
        machine: launches.length === 1 ? machine : undefined,
        nodes: isGroup ? machines : oneMachine,
        gpusPerInstance: isGroup ? product(gpusPerNode, machines) : undefined,
        sharedMemory: launch.docker ? own.sharedMemory : sharedMemory,
      },
      installedVersion: found.installedVersion ?? place.installedVersion,
      joinsRay: false,
      strayOptions: found.strayOptions,
      groupSize: isGroup ? "group" : "one-pod",
    };
  });
}

const oneMachine: Known<number> = { value: 1, origin: "inferred", why: message("one machine holds the whole engine") };

function areAlike(launches: readonly Launch[]): boolean {
  return launches.every(({ engine }) => engine === launches[0]?.engine);
}

/** Machines that know nothing of each other run an engine each. */
function timesMachines(instances: Known<number>, machines: Known<number>): Known<number> {
  if (!machines || machines.value === 1) return machines && instances;
  return instances && { ...machines, value: machines.value * instances.value };
}

function product(gpus: Known<number>, machines: Known<number>): Known<number> {
  if (!gpus || !machines) return undefined;
  const all: Located<number> = { value: gpus.value * machines.value, origin: gpus.origin };
  return gpus.range ? { ...all, range: gpus.range } : all;
}
