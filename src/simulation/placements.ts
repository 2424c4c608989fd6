import type { Cluster, ClusterPlan } from "./cluster.ts";
import { DistServePlacement } from "./distserve/distserve-placement.ts";
import { EnginePlacement } from "./engine-placement.ts";
import type { Placement } from "./placement.ts";
import type { Source } from "./random.ts";
import type { Requests } from "./requests.ts";
import type { Routing } from "./router.ts";
import { SplitwisePlacement } from "./splitwise/splitwise-placement.ts";

/** The placement of the system that a deployment runs as. */
export function placementOf(plan: ClusterPlan, cluster: Cluster, requests: Requests, routing: Routing, source: Source): Placement {
  const { system } = plan;
  if (!system) return new EnginePlacement(requests, cluster, plan.hands, routing, source);
  switch (system.kind) {
    case "distserve":
      return new DistServePlacement(requests, cluster, plan.nodes, system);
    case "splitwise":
      return new SplitwisePlacement(requests, cluster, system);
    default: {
      const never: never = system;
      return never;
    }
  }
}
