import type { Settled } from "../deployment/settled.ts";
import type { Source } from "./random.ts";

export type RoutingPolicy = "random" | "round-robin" | "least-requests";

/** How requests are spread: over the replicas of a deployment, and over the engine cores behind one server. */
export interface Routing {
  readonly replicas: RoutingPolicy;
  readonly cores: RoutingPolicy;
}

/**
 * As written, or as is usual: a Kubernetes Service picks a replica at random per connection, while the front ends of prefill and decode
 * pools take turns (Dynamo's router-mode, TensorRT-LLM's disaggregated server, vLLM's proxies). The front ends of vLLM and TensorRT-LLM pick
 * the core with the fewest requests, SGLang's cores take turns (data_parallel_controller.py of 0.5.9).
 */
export function routingOf({ routing, pools, engine }: Pick<Settled, "routing" | "pools" | "engine">): Routing {
  const usual = pools.some(({ role }) => role === "decode") ? "round-robin" : "random";
  return { replicas: routing ?? usual, cores: engine === "sglang" ? "round-robin" : "least-requests" };
}

/** One choice among `size` targets; keeps what its policy needs to know. */
export class Chooser {
  private turn = 0;
  readonly outstanding: Int32Array;

  constructor(
    readonly size: number,
    private readonly policy: RoutingPolicy,
    private readonly source: Source,
  ) {
    this.outstanding = new Int32Array(size);
  }

  pick(): number {
    const choice = this.size === 1 ? 0 : this.choose();
    this.outstanding[choice] = (this.outstanding[choice] as number) + 1;
    return choice;
  }

  release(choice: number): void {
    this.outstanding[choice] = (this.outstanding[choice] as number) - 1;
  }

  private choose(): number {
    if (this.policy === "random") return Math.floor(this.source() * this.size);
    const first = this.turn;
    this.turn = (this.turn + 1) % this.size;
    if (this.policy === "round-robin") return first;
    // Equal ones take turns, so that an idle deployment fills evenly.
    let best = first;
    for (let i = 1; i < this.size; i++) {
      const other = (first + i) % this.size;
      if ((this.outstanding[other] as number) < (this.outstanding[best] as number)) best = other;
    }
    return best;
  }
}
