import type { InfiniteLlm } from "../../../deployment/systems/infinite-llm.ts";
import type { HandedOver } from "../../../timing/collectives/kv-transfer.ts";
import type { Cluster } from "../../placement/cluster.ts";
import { EnginePlacement, type Fleets } from "../../placement/engine-placement.ts";
import type { Requests } from "../../requests.ts";

/** Infinite-LLM routes as engines are routed to; with every report of free blocks, who waits for others' may ask again. */
export class InfiniteLlmPlacement extends EnginePlacement {
  override readonly beatEvery: number;

  constructor(requests: Requests, cluster: Cluster, hands: HandedOver, fleets: Fleets, { heartbeatSeconds }: InfiniteLlm) {
    super(requests, cluster, hands, fleets);
    this.beatEvery = Math.round(heartbeatSeconds * 1e9);
  }
}
