import type { Known, Located } from "../located.ts";
import { type Mapped, opaque } from "../mapped.ts";
import { message } from "../message.ts";
import type { Unit } from "../units.ts";
import type { YamlValue } from "../yaml-document.ts";
import type { ReaderContext } from "./context.ts";
import { podGpus, podUnits } from "./pod.ts";
import type { Reader } from "./reader.ts";
import { wholeNumber } from "./resources.ts";
import { roleOf, rootAnchor, workloadName } from "./workload.ts";

/** A LeaderWorkerSet: the leader's engine spans `size` pods; without a leader template all pods are alike. */
export const lwsReader: Reader = (root, extent, context) => {
  if (root.at("kind").string !== "LeaderWorkerSet" || !root.at("apiVersion").exists) return undefined;
  const template = root.at("spec", "leaderWorkerTemplate");
  const worker = template.at("workerTemplate", "spec");
  const leaderTemplate = template.at("leaderTemplate", "spec");
  const leader = leaderTemplate.exists ? leaderTemplate : worker;
  const size = groupSize(template, context);
  const platform = platformVariables(size, template);
  const leaders = podUnits(leader, platform, context);
  const found = leaders.length > 0 ? leaders : leaderTemplate.exists ? podUnits(worker, platform, context) : [];
  const workerGpus = podGpus(worker, context)?.count;
  const name = workloadName(root);
  const units = found.map(({ container, containerAnchor, ...unit }, i): Unit => {
    const own = unit.hardware.gpusPerNode;
    return {
      ...unit,
      format: "lws",
      name: found.length > 1 && container !== "" ? `${name}/${container}` : name,
      anchor: (i > 0 ? containerAnchor : undefined) ?? rootAnchor(root, extent),
      extent,
      role: roleOf(root),
      instances: replicas(root, context),
      hardware: { ...unit.hardware, nodes: size, gpusPerInstance: groupGpus(own, leaders.length > 0 ? workerGpus : own, size) },
      groupSize: "group",
    };
  });
  return { format: "lws", units };
};

function groupSize(template: YamlValue, context: ReaderContext): Known<number> {
  const written = template.at("size");
  if (written.exists) return wholeNumber(written, context.lines);
  return { value: 1, origin: "engine-default", why: message("a LeaderWorkerSet has one pod a group unless told otherwise") };
}

function replicas(root: YamlValue, context: ReaderContext): Known<number> {
  const written = root.at("spec", "replicas");
  if (written.exists) return wholeNumber(written, context.lines);
  return { value: 1, origin: "engine-default", why: message("Kubernetes starts one unless told otherwise") };
}

/** Leader's GPUs + (size − 1) × a worker's. */
function groupGpus(leader: Known<number>, worker: Known<number>, size: Known<number>): Known<number> {
  if (!leader || !size || (size.value > 1 && !worker)) return undefined;
  const value = leader.value + (size.value - 1) * (worker?.value ?? 0);
  const total: Located<number> = {
    value,
    origin: leader.origin,
    why: message("{0} of the leader and {1} of each worker, {2} pods", leader.value, worker?.value ?? 0, size.value),
  };
  return leader.range ? { ...total, range: leader.range } : total;
}

/** What the controller puts into every pod: known as far as the file tells. The leader's index is 0. */
function platformVariables(size: Known<number>, template: YamlValue): ReadonlyMap<string, Mapped | undefined> {
  const span = template.at("size").span ?? template.span ?? { start: 0, end: 0 };
  return new Map([
    ["LWS_GROUP_SIZE", size && opaque(String(size.value), span)],
    ["LWS_WORKER_INDEX", undefined],
    ["LWS_LEADER_ADDRESS", undefined],
  ]);
}
