import type { Known } from "../../located.ts";
import { message } from "../../message.ts";
import type { YamlValue } from "../../yaml-document.ts";
import type { ReaderContext } from "../context.ts";
import { namedUnits } from "../fields/named-units.ts";
import { podCompanions } from "../pods/companions.ts";
import { copies } from "../pods/copies.ts";
import { groupUnits, leaderWorkerVariables, type PodGroup } from "../pods/pod-group.ts";
import { wholeNumber } from "../pods/resources.ts";
import { roleOf } from "../pods/workload.ts";
import type { Reader } from "../reader.ts";

/** A LeaderWorkerSet: the leader's engine spans `size` pods; without a leader template all pods are alike. */
export const lwsReader: Reader = (root, extent, context) => {
  if (root.at("kind").string !== "LeaderWorkerSet" || !root.at("apiVersion").exists) return undefined;
  const template = root.at("spec", "leaderWorkerTemplate");
  const group = leaderWorkerGroup(template, context);
  const engines = groupUnits(group, leaderWorkerVariables(group.size, template.at("size")), context);
  const units = namedUnits(engines, root, extent).map((unit) => ({
    ...unit,
    format: "lws" as const,
    role: roleOf(root),
    instances: copies(root.at("spec", "replicas"), context),
  }));
  return { format: "lws", units, companions: [group.leader, group.worker].flatMap((pod) => (pod ? podCompanions(pod, engines) : [])) };
};

/** The pods of a `leaderWorkerTemplate`. */
export function leaderWorkerGroup(template: YamlValue, context: ReaderContext): PodGroup {
  return {
    leader: template.at("leaderTemplate", "spec"),
    worker: template.at("workerTemplate", "spec"),
    size: groupSize(template.at("size"), context),
  };
}

/** Pods of one group, as many as `size` says. */
export function groupSize(size: YamlValue, context: ReaderContext): Known<number> {
  if (size.exists) return wholeNumber(size, context.lines);
  return { value: 1, origin: "engine-default", why: message("a LeaderWorkerSet has one pod a group unless told otherwise") };
}
