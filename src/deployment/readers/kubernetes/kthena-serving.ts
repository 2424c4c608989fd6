import type { Known } from "../../located.ts";
import { message } from "../../message.ts";
import type { YamlValue } from "../../yaml-document.ts";
import type { ReaderContext } from "../context.ts";
import { copies, copiesOfEach } from "../pods/copies.ts";
import { groupVariables } from "../pods/pod-group.ts";
import { wholeNumber } from "../pods/resources.ts";
import { roleSet, type SetRole } from "../pods/role-set.ts";
import type { Reader } from "../reader.ts";

/** Kthena's ModelServing (ModelInfer at first): groups of roles, each role an entry pod with its workers. */
export const kthenaServingReader: Reader = (root, extent, context) => {
  const kind = root.at("kind").string;
  if (!/^workload(\.serving)?\.volcano\.sh\//.test(root.at("apiVersion").string) || (kind !== "ModelServing" && kind !== "ModelInfer"))
    return undefined;
  const groups = copies(root.at("spec", "replicas"), context);
  const roles = root
    .at("spec", "template", "roles")
    .items()
    .map((item): SetRole => {
      const size = groupSize(item.at("workerReplicas"), context);
      return {
        item,
        pods: { leader: item.at("entryTemplate", "spec"), worker: item.at("workerTemplate", "spec"), size },
        platform: groupVariables({ size: "GROUP_SIZE", others: ["ENTRY_ADDRESS", "WORKER_INDEX"] }, size, item.at("workerReplicas")),
        instances: copiesOfEach(groups, copies(item.at("replicas"), context)),
      };
    });
  return roleSet(root, extent, "kthena-modelserving", roles, context);
};

/** The entry pod and its workers. */
function groupSize(workers: YamlValue, context: ReaderContext): Known<number> {
  if (!workers.exists) return { value: 1, origin: "engine-default", why: message("no workers unless told otherwise") };
  const count = wholeNumber(workers, context.lines);
  return count && { ...count, value: count.value + 1 };
}
