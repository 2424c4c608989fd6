import type { Known } from "../../located.ts";
import { message } from "../../message.ts";
import type { Unit, UnitHardware } from "../../units.ts";
import type { YamlValue } from "../../yaml-document.ts";
import type { ReaderContext } from "../context.ts";
import { copies } from "../pods/copies.ts";
import { groupGpus } from "../pods/pod-group.ts";
import { requestedGpus } from "../pods/requested-gpus.ts";
import { type GpuCount, gpuCount, quantityBytes, wholeNumber } from "../pods/resources.ts";

/** How many GPUs, nodes and copies one `modelSpec` entry asks for. */
interface Scale extends Pick<Unit, "instances" | "groupSize"> {
  readonly gpus: GpuCount;
  readonly hardware: UnitHardware;
}

/** A Ray cluster has a head beside its `replicaCount` workers and is one engine; anything else has `replicaCount` engines. */
export function modelSpecScale(spec: YamlValue, context: ReaderContext): Scale {
  const gpus = specGpus(spec, context);
  const replicas = copies(spec.at("replicaCount"), context);
  const scale = (nodes: Known<number>, gpusPerInstance: Known<number>): UnitHardware => ({
    gpusPerNode: gpus.count,
    gpuRequest: gpus.request,
    nodes,
    gpusPerInstance,
    resource: gpus.resource,
    sharedMemory: sharedMemory(spec, context),
    sharedMemorySites: [],
  });
  if (spec.at("raySpec", "enabled").boolean === true) {
    const nodes: Known<number> = replicas && {
      ...replicas,
      value: replicas.value + 1,
      origin: "inferred",
      why: message("a head and {0} workers", replicas.value),
    };
    const head = specGpus(spec.at("raySpec", "headNode"), context);
    const headGpus: Known<number> = head.resource ? head.count : { value: 0, origin: "file" };
    const one: Known<number> = { value: 1, origin: "inferred", why: message("a Ray cluster is one engine") };
    return { gpus, instances: one, groupSize: "group", hardware: scale(nodes, groupGpus(headGpus, gpus.count, nodes)) };
  }
  if (spec.at("lwsSpec", "enabled").boolean === true) {
    const nodes = wholeNumber(spec.at("lwsSpec", "size"), context.lines);
    return { gpus, instances: replicas, groupSize: "group", hardware: scale(nodes, groupGpus(gpus.count, gpus.count, nodes)) };
  }
  return { gpus, instances: replicas, groupSize: "one-pod", hardware: scale(undefined, undefined) };
}

/** `requestGPU` of `requestGPUType`, where no `resources` of Kubernetes' own stand above it (chart.resources). */
function specGpus(owner: YamlValue, { lines }: ReaderContext): GpuCount {
  if (owner.at("resources").entries().length > 0) return gpuCount(owner, lines);
  return requestedGpus(owner.at("requestGPU"), owner.at("requestGPUType"), lines);
}

/** The chart mounts /dev/shm wherever a tensor parallel size is written; KV exchange shares the host's. */
function sharedMemory(spec: YamlValue, { lines }: ReaderContext): UnitHardware["sharedMemory"] {
  if (spec.at("lmcacheConfig", "enablePD").boolean === true) {
    return { value: "host", origin: "inferred", why: message("the chart shares the host's memory for KV exchange") };
  }
  if (!spec.at("vllmConfig", "tensorParallelSize").exists) return undefined;
  const { span, string } = spec.at("shmSize");
  const bytes = quantityBytes(string);
  if (span && string !== "") return { value: bytes ?? "memory", origin: "file", range: lines.range(span) };
  return { value: 20 * 2 ** 30, origin: "inferred", why: message("the chart's own size of /dev/shm") };
}
