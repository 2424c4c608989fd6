import type { DistServe } from "../../../deployment/systems/distserve.ts";
import type { Cluster } from "../../placement/cluster.ts";
import type { Core } from "../../placement/fleet.ts";
import { leastOf, requestsOn } from "../../placement/loads.ts";
import type { Placement } from "../../placement/placement.ts";
import { leavesAnswered, type Requests } from "../../requests.ts";

/**
 * DistServe (arXiv 2401.09670, 4.3): one queue first come first served, the prefill instance with the shortest queue, and the least loaded
 * decode instance, which pulls the cache when it has room. The first token goes out with the prompt.
 */
export class DistServePlacement implements Placement {
  readonly beatEvery = Number.POSITIVE_INFINITY;
  private readonly prefill: readonly Core[];
  /** That may decode what a replica has computed. */
  private readonly decode: readonly (readonly Core[])[];

  constructor(
    private readonly requests: Requests,
    private readonly cluster: Cluster,
    nodes: readonly number[],
    { affinity }: DistServe,
  ) {
    const of = (role: "prefill" | "decode"): readonly Core[] =>
      cluster.replicas.flatMap((replica) => (replica.role === role ? replica.cores : []));
    this.prefill = of("prefill");
    const decode = of("decode");
    this.decode = nodes.map((node) => {
      const near = affinity === "low" ? decode.filter(({ replica }) => nodes[replica] === node) : [];
      return near.length > 0 ? near : decode;
    });
  }

  arrive(r: number): number {
    const { requests } = this;
    if ((requests.output[r] as number) > 1) requests.leaving[r] = leavesAnswered;
    return leastOf(this.prefill, requestsOn).index;
  }

  promptDone(): void {
    // Loads are read where they are.
  }

  leave(r: number): number {
    const { replica } = this.cluster.cores[this.requests.promptCore[r] as number] as Core;
    return leastOf(this.decode[replica] as readonly Core[], requestsOn).index;
  }

  finish(): void {
    // Loads are read where they are.
  }

  beat(): void {
    // Nothing changes by itself.
  }
}
