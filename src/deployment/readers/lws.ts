import type { Known } from "../located.ts";
import { message } from "../message.ts";
import type { Unit } from "../units.ts";
import type { YamlValue } from "../yaml-document.ts";
import type { ReaderContext } from "./context.ts";
import { groupUnits, leaderWorkerVariables } from "./pod-group.ts";
import type { Reader } from "./reader.ts";
import { wholeNumber } from "./resources.ts";
import { roleOf, rootAnchor, workloadName } from "./workload.ts";

/** A LeaderWorkerSet: the leader's engine spans `size` pods; without a leader template all pods are alike. */
export const lwsReader: Reader = (root, extent, context) => {
  if (root.at("kind").string !== "LeaderWorkerSet" || !root.at("apiVersion").exists) return undefined;
  const template = root.at("spec", "leaderWorkerTemplate");
  const size = groupSize(template, context);
  const group = { leader: template.at("leaderTemplate", "spec"), worker: template.at("workerTemplate", "spec"), size };
  const found = groupUnits(group, leaderWorkerVariables(size, template.at("size")), context);
  const name = workloadName(root);
  const units = found.map(
    ({ container, containerAnchor, ...unit }, i): Unit => ({
      ...unit,
      format: "lws",
      name: found.length > 1 && container !== "" ? `${name}/${container}` : name,
      anchor: (i > 0 ? containerAnchor : undefined) ?? rootAnchor(root, extent),
      extent,
      role: roleOf(root),
      instances: replicas(root, context),
    }),
  );
  return { format: "lws", units };
};

/** Pods of one group, as `leaderWorkerTemplate.size` says. */
export function groupSize(template: YamlValue, context: ReaderContext): Known<number> {
  const written = template.at("size");
  if (written.exists) return wholeNumber(written, context.lines);
  return { value: 1, origin: "engine-default", why: message("a LeaderWorkerSet has one pod a group unless told otherwise") };
}

function replicas(root: YamlValue, context: ReaderContext): Known<number> {
  const written = root.at("spec", "replicas");
  if (written.exists) return wholeNumber(written, context.lines);
  return { value: 1, origin: "engine-default", why: message("Kubernetes starts one unless told otherwise") };
}
