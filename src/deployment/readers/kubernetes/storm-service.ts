import type { Known } from "../../located.ts";
import type { YamlValue } from "../../yaml-document.ts";
import type { ReaderContext } from "../context.ts";
import { copies, copiesOfEach, oneCopy } from "../pods/copies.ts";
import { groupVariables } from "../pods/pod-group.ts";
import { wholeNumber } from "../pods/resources.ts";
import { roleSet, type SetRole } from "../pods/role-set.ts";
import type { Reader } from "../reader.ts";

/** AIBrix's sets of roles; a StormService starts several RoleSets, whose roles start PodSets where an engine spans pods. */
export const stormServiceReader: Reader = (root, extent, context) => {
  if (!root.at("apiVersion").string.startsWith("orchestration.aibrix.ai/")) return undefined;
  const spec = root.at("spec");
  const kind = root.at("kind").string;
  const format = "aibrix-stormservice";
  switch (kind) {
    case "StormService": {
      const sets = copies(spec.at("replicas"), context);
      return roleSet(root, extent, format, rolesOf(spec.at("template", "spec"), sets, context), context);
    }
    case "RoleSet":
      return roleSet(root, extent, format, rolesOf(spec, oneCopy, context), context);
    case "PodSet":
      return roleSet(root, extent, format, [setRole(spec, oneCopy, context)], context);
    default:
      return undefined;
  }
};

function rolesOf(spec: YamlValue, sets: Known<number>, context: ReaderContext): SetRole[] {
  return spec
    .at("roles")
    .items()
    .map((item) => setRole(item, copiesOfEach(sets, copies(item.at("replicas"), context)), context));
}

/** With a group size each replica is that many pods of one template (podset_controller.go). */
function setRole(item: YamlValue, instances: Known<number>, context: ReaderContext): SetRole {
  const size = item.at("podGroupSize");
  const worker = item.at("template", "spec");
  const count = size.exists ? wholeNumber(size, context.lines) : undefined;
  const isGroup = size.exists && count?.value !== 1;
  return {
    item,
    pods: isGroup ? { leader: undefined, worker, size: count } : worker,
    platform: groupVariables({ size: "POD_GROUP_SIZE", others: perPod }, isGroup ? count : undefined, size),
    instances,
  };
}

/** pkg/controller/constants/stormservice.go */
const perPod = [
  "STORM_SERVICE_NAME",
  "ROLESET_NAME",
  "ROLESET_INDEX",
  "ROLE_NAME",
  "ROLE_REPLICA_INDEX",
  "ROLE_TEMPLATE_HASH",
  "PODSET_NAME",
  "POD_GROUP_INDEX",
];
