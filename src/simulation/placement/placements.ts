import type { Source } from "../random.ts";
import type { Requests } from "../requests.ts";
import { InfiniteLlmPlacement } from "../systems/dist-attention/infinite-llm-placement.ts";
import { DistServePlacement } from "../systems/distserve/distserve-placement.ts";
import { MooncakePlacement } from "../systems/mooncake/mooncake-placement.ts";
import { SplitwisePlacement } from "../systems/splitwise/splitwise-placement.ts";
import { TetriinferPlacement } from "../systems/tetriinfer/tetriinfer-placement.ts";
import { LimitedPlacement } from "./admission.ts";
import type { Cluster, ClusterPlan } from "./cluster.ts";
import { ConditionalPlacement } from "./conditional-placement.ts";
import { EnginePlacement, fleetsOf } from "./engine-placement.ts";
import type { Placement } from "./placement.ts";
import type { Routing } from "./router.ts";

/** The placement of the system that a deployment runs as. */
export function placementOf(plan: ClusterPlan, cluster: Cluster, requests: Requests, routing: Routing, source: Source): Placement {
  const placement = ownPlacement(plan, cluster, requests, routing, source);
  return plan.mostInFlight === undefined ? placement : new LimitedPlacement(placement, plan.mostInFlight);
}

function ownPlacement(plan: ClusterPlan, cluster: Cluster, requests: Requests, routing: Routing, source: Source): Placement {
  const { system, hands } = plan;
  if (!system || system.kind === "sarathi") {
    const fleets = fleetsOf(cluster, requests, routing, source);
    const { entry, decode } = fleets;
    if (!plan.localPrompts || !decode) return new EnginePlacement(requests, cluster, hands, fleets);
    return new ConditionalPlacement(requests, cluster, hands, { entry, decode }, plan.localPrompts);
  }
  switch (system.kind) {
    case "distserve":
      return new DistServePlacement(requests, cluster, plan.nodes, system);
    case "splitwise":
      return new SplitwisePlacement(requests, cluster, system);
    case "tetriinfer":
      return new TetriinferPlacement(requests, cluster, system, source);
    case "mooncake":
      return new MooncakePlacement(requests, cluster, plan, system, source);
    case "infinite-llm":
      return new InfiniteLlmPlacement(requests, cluster, hands, fleetsOf(cluster, requests, routing, source), system);
    default: {
      const never: never = system;
      return never;
    }
  }
}
