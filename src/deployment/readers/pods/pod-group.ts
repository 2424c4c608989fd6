import type { Known, Located } from "../../located.ts";
import { opaque } from "../../mapped.ts";
import { message } from "../../message.ts";
import type { Variables } from "../../variables.ts";
import type { YamlValue } from "../../yaml-document.ts";
import type { ReaderContext } from "../context.ts";
import { type PodUnit, podGpus, podUnits } from "./pod.ts";

/** Pods that serve as one engine: a leader and `size` − 1 workers. */
export interface PodGroup {
  /** Pod specs; without a leader of its own all pods are the worker's. */
  readonly leader: YamlValue | undefined;
  readonly worker: YamlValue;
  /** Pods of a group, the leader counted. */
  readonly size: Known<number>;
}

/** The engines that a group's leader starts, else its workers', with the GPUs of all its pods. */
export function groupUnits({ leader, worker, size }: PodGroup, platform: Variables, context: ReaderContext): PodUnit[] {
  const own = leader?.exists ? leader : undefined;
  const leaders = podUnits(own ?? worker, platform, context);
  const found = leaders.length > 0 ? leaders : own ? podUnits(worker, platform, context) : [];
  const workerGpus = podGpus(worker, context)?.count;
  return found.map((unit) => {
    const first = unit.hardware.gpusPerNode;
    const gpusPerInstance = groupGpus(first, leaders.length > 0 && own ? workerGpus : first, size);
    return { ...unit, hardware: { ...unit.hardware, nodes: size, gpusPerInstance }, groupSize: "group" };
  });
}

/** GPUs of a group: the leader's + (size − 1) × a worker's. */
export function groupGpus(leader: Known<number>, worker: Known<number>, size: Known<number>): Known<number> {
  if (!leader || !size || (size.value > 1 && !worker)) return undefined;
  const value = leader.value + (size.value - 1) * (worker?.value ?? 0);
  const total: Located<number> = {
    value,
    origin: leader.origin,
    why: message("{0} of the leader and {1} of each worker, {2} pods", leader.value, worker?.value ?? 0, size.value),
  };
  return leader.range ? { ...total, range: leader.range } : total;
}

/** What LeaderWorkerSet's controller puts into every pod. */
export function leaderWorkerVariables(size: Known<number>, at: YamlValue): Variables {
  return groupVariables({ size: "LWS_GROUP_SIZE", others: ["LWS_WORKER_INDEX", "LWS_LEADER_ADDRESS"] }, size, at);
}

/** A controller's variables for the pods of a group: their number, where the file tells it at `at`, and what differs from pod to pod. */
export function groupVariables(
  names: { readonly size: string; readonly others: readonly string[] },
  size: Known<number>,
  at: YamlValue,
): Variables {
  const span = at.span ?? { start: 0, end: 0 };
  return new Map([[names.size, size && opaque(String(size.value), span)], ...names.others.map((name) => [name, undefined] as const)]);
}
