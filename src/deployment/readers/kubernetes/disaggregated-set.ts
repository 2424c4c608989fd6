import type { YamlValue } from "../../yaml-document.ts";
import { copies, copiesOfEach } from "../pods/copies.ts";
import { leaderWorkerVariables } from "../pods/pod-group.ts";
import { roleSet, type SetRole } from "../pods/role-set.ts";
import type { Reader } from "../reader.ts";
import { leaderWorkerGroup } from "./lws.ts";

/** A DisaggregatedSet of the LeaderWorkerSet project: each role is a LeaderWorkerSet, and slices repeat all of them. */
export const disaggregatedSetReader: Reader = (root, extent, context) => {
  if (root.at("kind").string !== "DisaggregatedSet" || !root.at("apiVersion").string.startsWith("disaggregatedset.x-k8s.io/"))
    return undefined;
  const slices = copies(root.at("spec", "slices"), context);
  const roles = root
    .at("spec", "roles")
    .items()
    .map((item): SetRole => {
      const role = leaderWorkerSpec(item);
      const pods = leaderWorkerGroup(role.at("leaderWorkerTemplate"), context);
      return {
        item,
        pods,
        platform: leaderWorkerVariables(pods.size, role.at("leaderWorkerTemplate", "size")),
        // A scaler decides where scaling is left to one.
        instances:
          item.at("scaling", "mode").string === "External" ? undefined : copiesOfEach(slices, copies(role.at("replicas"), context)),
      };
    });
  return roleSet(root, extent, "disaggregatedset", roles, context);
};

/** From v1 on a role holds a LeaderWorkerSet's spec, before it was one. */
function leaderWorkerSpec(item: YamlValue): YamlValue {
  const spec = item.at("spec");
  return spec.exists ? spec : item;
}
