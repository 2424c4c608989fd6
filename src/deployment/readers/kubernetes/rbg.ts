import { message } from "../../message.ts";
import type { YamlValue } from "../../yaml-document.ts";
import { patchedValue } from "../../yaml-merge.ts";
import type { ReaderContext } from "../context.ts";
import { copies, copiesOfEach, oneCopy } from "../pods/copies.ts";
import { groupVariables, leaderWorkerVariables, type PodGroup } from "../pods/pod-group.ts";
import { wholeNumber } from "../pods/resources.ts";
import { roleSet, type SetRole } from "../pods/role-set.ts";
import type { Reader } from "../reader.ts";

/** A RoleBasedGroup, or a set of them: roles whose pods stand alone or in groups, as templates with patches over them. */
export const rbgReader: Reader = (root, extent, context) => {
  const kind = root.at("kind").string;
  const isSet = kind === "RoleBasedGroupSet";
  if (!root.at("apiVersion").string.startsWith("workloads.x-k8s.io/") || (kind !== "RoleBasedGroup" && !isSet)) return undefined;
  const spec = isSet ? groupSpec(root.at("spec")) : root.at("spec");
  const outer = isSet ? copies(root.at("spec", "replicas"), context) : oneCopy;
  const roles = spec
    .at("roles")
    .items()
    .flatMap((item) => setRoles(item, spec, context))
    .map((role): SetRole => ({ ...role, instances: copiesOfEach(outer, role.instances) }));
  return roleSet(root, extent, "rbg", roles, context);
};

/** What each group of a set is made of: v1alpha2's `groupTemplate`, v1alpha1's `template`. */
function groupSpec(spec: YamlValue): YamlValue {
  const places = [spec.at("groupTemplate", "spec"), spec.at("template", "spec"), spec.at("template")];
  return places.find((place) => place.at("roles").exists) ?? spec;
}

function setRoles(item: YamlValue, spec: YamlValue, context: ReaderContext): SetRole[] {
  const instances = copies(item.at("replicas"), context);
  const components = item.at("customComponentsPattern", "components").items();
  // How components make one engine is up to them.
  if (components.length > 0) {
    return components.map((component) => ({
      item: component,
      pods: component.at("template", "spec"),
      platform: groupedVariables,
      instances: undefined,
    }));
  }
  const alone = item.at("standalonePattern");
  if (alone.exists) return [{ item, pods: templateOf(alone, spec).at("spec"), platform: groupedVariables, instances }];
  const grouped = item.at("leaderWorkerPattern");
  const older = item.at("leaderWorkerSet");
  if (!grouped.exists && !older.exists) return [{ item, pods: templateOf(item, spec).at("spec"), platform: groupedVariables, instances }];
  const pods = grouped.exists
    ? group(templateOf(grouped, spec), grouped, ["leaderTemplatePatch", "workerTemplatePatch"], context)
    : group(templateOf(item, spec), older, ["patchLeaderTemplate", "patchWorkerTemplate"], context);
  const size = (grouped.exists ? grouped : older).at("size");
  const own = groupVariables({ size: "RBG_LWP_GROUP_SIZE", others: ["RBG_LWP_WORKER_INDEX", "RBG_LWP_LEADER_ADDRESS"] }, pods.size, size);
  return [{ item, pods, platform: new Map([...leaderWorkerVariables(pods.size, size), ...own]), instances }];
}

const groupedVariables = new Map(
  ["RBG_GROUP_NAME", "RBG_ROLE_NAME", "RBG_ROLE_INDEX", "RBG_ROLE_INSTANCE_NAME", "GROUP_NAME", "ROLE_NAME", "ROLE_INDEX"].map(
    (name) => [name, undefined] as const,
  ),
);

/** The pod template written there, or the one of the group that it names, with the patch beside the name. */
function templateOf(pattern: YamlValue, spec: YamlValue): YamlValue {
  const written = pattern.at("template");
  if (written.exists) return written;
  const reference = pattern.at("templateRef");
  const name = reference.at("name").string;
  const named = spec
    .at("roleTemplates")
    .items()
    .find((one) => one.at("name").string === name);
  const patch = reference.at("patch").exists ? reference.at("patch") : pattern.at("templatePatch");
  return patchedValue((named ?? reference).at("template"), patch);
}

function group(template: YamlValue, pattern: YamlValue, patches: readonly [string, string], context: ReaderContext): PodGroup {
  const size = pattern.at("size");
  return {
    leader: patchedValue(template, pattern.at(patches[0])).at("spec"),
    worker: patchedValue(template, pattern.at(patches[1])).at("spec"),
    size: size.exists
      ? wholeNumber(size, context.lines)
      : { value: 1, origin: "engine-default", why: message("one pod a group unless told otherwise") },
  };
}
