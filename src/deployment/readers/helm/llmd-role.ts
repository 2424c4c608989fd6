import { wordTable } from "../../../catalog/word-table.ts";
import type { Launch } from "../../launch.ts";
import type { Known } from "../../located.ts";
import { type Mapped, opaque } from "../../mapped.ts";
import { message } from "../../message.ts";
import type { UnitHardware } from "../../units.ts";
import type { Variables } from "../../variables.ts";
import type { YamlValue } from "../../yaml-document.ts";
import type { ReaderContext } from "../context.ts";
import { containerEnvironment } from "../pods/environment.ts";
import { imageEngine } from "../pods/image-engine.ts";
import { affinityHint, labelWords, nodeHints } from "../pods/node-hints.ts";
import { anchorOf, containerUnit, containerUnits, expandedWords, type PodUnit } from "../pods/pod.ts";
import { groupGpus, leaderWorkerVariables } from "../pods/pod-group.ts";
import { gpuCount } from "../pods/resources.ts";
import { gpusPerWorker, type LlmdParallelism, llmdParallelism, parallelFlags } from "./llmd-parallelism.ts";

/** Decode, prefill or encode engines as llm-d's chart and its older custom resource write them: containers beside sizes. */
export interface LlmdRole {
  /** What holds for all roles: accelerator, several nodes. */
  readonly values: YamlValue;
  readonly role: YamlValue;
  readonly model: Mapped | undefined;
  /** The chart writes commands that a container leaves to it, and asks for GPUs; the resource's controller adds what a preset holds. */
  readonly by: "chart" | "preset";
}

const resources: Readonly<Record<string, string>> = wordTable({
  nvidia: "nvidia.com/gpu",
  "intel-i915": "gpu.intel.com/i915",
  "intel-xe": "gpu.intel.com/xe",
  "intel-gaudi": "habana.ai/gaudi",
  amd: "amd.com/gpu",
  google: "google.com/tpu",
  "rebellions-atom": "rebellions.ai/ATOM",
});

/** The engines of a role's containers. */
export function llmdRoleUnits(llmd: LlmdRole, context: ReaderContext): PodUnit[] {
  const { values, role } = llmd;
  const written = role.at("parallelism");
  const isGroup = values.at("multinode").boolean === true;
  const types = role.at("acceleratorTypes");
  const hints = [
    ...nodeHints(role.at("extraConfig")),
    ...affinityHint(labelWords(types.at("labelKey").string, types.at("labelValues").items())),
  ];
  return role
    .at("containers")
    .items()
    .flatMap((container) => {
      const sizes = llmdParallelism(written, gpuCount(container, context.lines).count, context);
      const platform = sizeVariables(written, sizes, isGroup);
      return containerEngines(llmd, container, sizes, platform, context).map((unit) => ({
        ...unit,
        hardware: scaled(withDerivedGpus(unit, llmd, sizes), sizes.workers, isGroup),
        gpuHints: [...unit.gpuHints, ...hints],
        groupSize: isGroup ? ("group" as const) : ("one-pod" as const),
      }));
    });
}

/** A container with a command of its own, or with the one that the chart writes: `vllm serve`, or arguments for the image's entry point. */
function containerEngines(
  { role, model, by }: LlmdRole,
  container: YamlValue,
  sizes: LlmdParallelism,
  platform: Variables,
  context: ReaderContext,
): PodUnit[] {
  const server = serverOf(container, by, context);
  if (!server) return containerUnits(container, role, platform, context);
  const environment = containerEnvironment(container, platform, context);
  const { engine, launcher } = server;
  return [
    {
      ...containerUnit(container, role, environment, context),
      container: container.at("name").string,
      containerAnchor: anchorOf(container),
      engine,
      launcher,
      launch: {
        engine,
        launcher,
        positionalModel: false,
        words: expandedWords(container.at("args"), environment.variables),
        assignments: new Map(),
        style: "list",
        token: undefined,
        script: undefined,
      },
      mapping: {
        flags: parallelFlags(role.at("parallelism"), sizes, engine, context),
        site: undefined,
        model,
        complete: by === "chart",
        readBy: "platform",
      },
    },
  ];
}

/** What starts without a word of the container's own; undefined where it has a command, or an image that is no engine's. */
function serverOf(container: YamlValue, by: LlmdRole["by"], context: ReaderContext): Pick<Launch, "engine" | "launcher"> | undefined {
  const vllm = { engine: "vllm", launcher: null } as const;
  const image = container.at("image").text();
  if (by === "preset") return container.at("command").exists ? undefined : image ? imageEngine(image, context) : vllm;
  const command = container.at("modelCommand").string;
  if (command === "vllmServe") return vllm;
  return command === "imageDefault" ? (imageEngine(image, context) ?? vllm) : undefined;
}

/** Accelerators that a container leaves out follow from its sizes, unless claims, a simulator or a CPU serve it (resources, acceleratorResource). */
function withDerivedGpus(unit: PodUnit, { values, role, by }: LlmdRole, sizes: LlmdParallelism): UnitHardware {
  const { hardware } = unit;
  const setting = (name: string): YamlValue => {
    const own = role.at("accelerator", name);
    return own.exists ? own : values.at("accelerator", name);
  };
  const type = setting("type").string || "nvidia";
  if (
    by === "preset" ||
    hardware.resource !== null ||
    type === "cpu" ||
    setting("dra").boolean === true ||
    unit.launcher === "llm-d-inference-sim"
  )
    return hardware;
  const gpus = gpusPerWorker(sizes);
  const resource = values.at("accelerator", "resources", type).string || resources[type] || "nvidia.com/gpu";
  return { ...hardware, resource, gpusPerNode: gpus && { ...gpus, why: message("the chart asks for tensor × dataLocal") } };
}

function scaled(hardware: UnitHardware, nodes: Known<number>, isGroup: boolean): UnitHardware {
  const { gpusPerNode } = hardware;
  return isGroup ? { ...hardware, nodes, gpusPerInstance: groupGpus(gpusPerNode, gpusPerNode, nodes) } : hardware;
}

/** What the chart puts into every container, and LeaderWorkerSet's controller into those of a group. */
function sizeVariables(written: YamlValue, sizes: LlmdParallelism, isGroup: boolean): Variables {
  const variable = (field: string, size: Known<number>): Mapped | undefined => {
    const { span } = written.at(field).exists ? written.at(field) : written;
    return size && opaque(String(size.value), span ?? { start: 0, end: 0 });
  };
  const own: Variables = new Map([
    ["TP_SIZE", variable("tensor", sizes.tensor)],
    ["DP_SIZE", variable("data", sizes.data)],
    ["DP_SIZE_LOCAL", variable("dataLocal", sizes.dataLocal)],
  ]);
  return isGroup ? new Map([...own, ...leaderWorkerVariables(sizes.workers, written.at("workers"))]) : own;
}
