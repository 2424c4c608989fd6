import type { Known } from "../../located.ts";
import { message } from "../../message.ts";
import type { Unit } from "../../units.ts";
import type { Variables } from "../../variables.ts";
import type { YamlValue } from "../../yaml-document.ts";
import type { ReaderContext } from "../context.ts";
import { copies } from "../pods/copies.ts";
import { containerEnvironment } from "../pods/environment.ts";
import { containerUnit, containerUnits, type PodUnit, podGpus, podUnits } from "../pods/pod.ts";
import { groupGpus, leaderWorkerVariables } from "../pods/pod-group.ts";
import { wholeNumber } from "../pods/resources.ts";
import { presetUnit, type ServiceFields } from "./kserve-preset.ts";

/** Where KServe puts what it downloads (pkg/constants: DefaultModelLocalMountPath). */
export const modelPath = "/mnt/models";

type WorkloadUnit = Omit<Unit, "name" | "format" | "anchor" | "extent">;

/** The engine of one workload: `template` is its pod, with a `worker` beside it the leader of a group. */
export function workloadUnits(workload: YamlValue, service: ServiceFields, context: ReaderContext): WorkloadUnit[] {
  const group = workload.at("worker").exists ? { size: groupSize(workload.at("parallelism"), context) } : undefined;
  const platform = group ? leaderWorkerVariables(group.size, workload.at("parallelism")) : new Map();
  const instances = workload.at("scaling").exists ? undefined : copies(workload.at("replicas"), context);
  return started(workload, service, platform, context).map((unit) => {
    if (!group) return { ...unit, instances, groupSize: "one-pod" };
    const workers = podGpus(workload.at("worker"), context)?.count;
    const gpusPerInstance = groupGpus(unit.hardware.gpusPerNode, workers, group.size);
    return { ...unit, instances, groupSize: "group", hardware: { ...unit.hardware, nodes: group.size, gpusPerInstance } };
  });
}

/** By the command of the container `main`, else by KServe's own template, into which that container is merged. */
function started(workload: YamlValue, service: ServiceFields, platform: Variables, context: ReaderContext): PodUnit[] {
  const pod = workload.at("template");
  const main = pod
    .at("containers")
    .items()
    .find((container) => container.at("name").string === "main");
  if (main && !main.at("command").exists) return service.usesTemplates ? [presetUnit(main, workload, service, platform, context)] : [];
  const own = (main ? containerUnits(main, pod, platform, context) : podUnits(pod, platform, context)).filter(
    ({ launch }) => launch?.token !== undefined,
  );
  const from = service.spec.at("model", "uri").text();
  if (own.length > 0) return own.map((unit) => ({ ...unit, fetched: from && { from, as: modelPath } }));
  if (!service.usesTemplates) return [];
  if (!main) return [presetUnit(pod, workload, service, platform, context)];
  const unknown = containerUnit(main, pod, containerEnvironment(main, platform, context), context);
  return [{ ...unknown, container: "main", containerAnchor: undefined, engine: "other", complete: false }];
}

/** Pods of a group: data-parallel ranks over those of one pod, or pipeline stages (llm_inference_service_types_func.go: GetSize). */
function groupSize(parallelism: YamlValue, { lines }: ReaderContext): Known<number> {
  const data = wholeNumber(parallelism.at("data"), lines);
  const local = parallelism.at("dataLocal");
  if (data && (local.exists ? wholeNumber(local, lines) : data)) {
    const ranks = wholeNumber(local, lines)?.value ?? 1;
    const value = Math.max(1, Math.floor(data.value / Math.max(1, ranks)));
    return { ...data, value, origin: "inferred", why: message("{0} data-parallel ranks, {1} in each pod", data.value, ranks) };
  }
  return parallelism.at("data").exists ? undefined : wholeNumber(parallelism.at("pipeline"), lines);
}
