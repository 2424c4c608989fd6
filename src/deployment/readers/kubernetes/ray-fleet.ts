import { podCompanions } from "../pods/companions.ts";
import { copies } from "../pods/copies.ts";
import { rootAnchor, workloadName } from "../pods/workload.ts";
import { headUnits } from "../ray/ray.ts";
import { rayPods } from "../ray/ray-pods.ts";
import type { Reader } from "../reader.ts";

/** AIBrix's RayClusterFleet, or one replica set of it: Ray clusters alike, whose head starts the engine over all pods of its cluster. */
export const rayFleetReader: Reader = (root, extent, context) => {
  const kind = root.at("kind").string;
  const isFleet = kind === "RayClusterFleet" || kind === "RayClusterReplicaSet";
  if (!isFleet || !root.at("apiVersion").string.startsWith("orchestration.aibrix.ai/")) return undefined;
  const format = "aibrix-rayclusterfleet";
  const pods = rayPods(root.at("spec", "template", "spec"), context);
  const units = headUnits(pods, { format, name: workloadName(root), anchor: rootAnchor(root, extent), extent }, context);
  if (units.length === 0) return undefined;
  const instances = copies(root.at("spec", "replicas"), context);
  return { format, units: units.map((unit) => ({ ...unit, instances })), companions: podCompanions(pods.head, []) };
};
