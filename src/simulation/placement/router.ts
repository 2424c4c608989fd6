import type { RoutingRule } from "../../deployment/routing.ts";
import type { Settled } from "../../deployment/settled.ts";
import type { Source } from "../random.ts";
import type { Requests } from "../requests.ts";
import { Outstanding } from "./routing/outstanding.ts";
import { type Router, routerOf } from "./routing/router.ts";
import type { Sight } from "./routing/sight.ts";

/** How requests are spread: over the replicas of a deployment, and over the engine cores behind one server. */
export interface Routing {
  readonly replicas: RoutingRule;
  /** Over the replicas that only decode; absent = as over the others. */
  readonly decode?: RoutingRule;
  readonly cores: RoutingRule;
}

/**
 * As written, or as is usual: a Kubernetes Service picks a replica at random per connection, while the front ends of prefill and decode
 * pools take turns (Dynamo's router-mode, TensorRT-LLM's disaggregated server, vLLM's proxies). The front ends of vLLM and TensorRT-LLM pick
 * the core with the fewest requests, SGLang's cores take turns (data_parallel_controller.py of 0.5.9).
 */
export function routingOf({
  routing,
  decodeRouting,
  pools,
  engine,
}: Pick<Settled, "routing" | "decodeRouting" | "pools" | "engine">): Routing {
  const usual = pools.some(({ role }) => role === "decode") ? "round-robin" : "random";
  return {
    replicas: routing ?? usual,
    ...(decodeRouting ? { decode: decodeRouting } : {}),
    cores: engine === "sglang" ? "round-robin" : "least-requests",
  };
}

/** One choice among `size` targets, and what has become of it. */
export class Chooser {
  readonly outstanding: Outstanding;
  private readonly router: Router;

  constructor(
    private readonly size: number,
    rule: RoutingRule,
    private readonly requests: Requests,
    sight: Sight,
    source: Source,
  ) {
    this.outstanding = new Outstanding(size);
    this.router = routerOf(rule, { size, requests, outstanding: this.outstanding, sight, source });
  }

  pick(r: number, now: number): number {
    if (this.size === 1) return 0;
    const choice = this.router.choose(r, now);
    this.outstanding.sent(choice, this.requests.prompt[r] as number);
    this.router.sent?.(r, choice);
    return choice;
  }

  /** The prompt of a request is computed where it was sent. */
  promptDone(r: number, choice: number): void {
    if (this.size === 1) return;
    this.outstanding.promptDone(choice, this.requests.prompt[r] as number);
    this.router.promptDone?.(r, choice);
  }

  release(r: number, choice: number): void {
    if (this.size === 1) return;
    this.outstanding.left(choice);
    this.router.left?.(r, choice);
  }
}
