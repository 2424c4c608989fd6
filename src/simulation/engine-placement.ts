import type { HandedOver } from "../timing/collectives/kv-transfer.ts";
import type { Cluster } from "./cluster.ts";
import { type Core, Fleet } from "./fleet.ts";
import type { Placement } from "./placement.ts";
import type { Source } from "./random.ts";
import { leavesWithCache, leavesWithToken, type Requests } from "./requests.ts";
import type { Routing } from "./router.ts";

/**
 * What engines behind a router do: a request is routed to a core and stays there; with a decode pool it is routed once more when its prompt
 * is computed, and its cache is pulled from there.
 */
export class EnginePlacement implements Placement {
  readonly beatEvery = Number.POSITIVE_INFINITY;
  private readonly entry: Fleet;
  private readonly decode: Fleet | null;

  constructor(
    private readonly requests: Requests,
    private readonly cluster: Cluster,
    private readonly hands: HandedOver,
    routing: Routing,
    source: Source,
  ) {
    const { replicas } = cluster;
    const decodes = replicas.filter(({ role }) => role === "decode");
    const entries = replicas.filter(({ role }) => role !== "decode");
    this.entry = new Fleet(entries, routing, requests, source);
    const rules = { ...routing, replicas: routing.decode ?? routing.replicas };
    this.decode = decodes.length > 0 ? new Fleet(decodes, rules, requests, source) : null;
  }

  get fleets(): readonly Fleet[] {
    return this.decode ? [this.entry, this.decode] : [this.entry];
  }

  arrive(r: number, now: number): number {
    const { requests } = this;
    if (this.decode) {
      // The only token of an answer, where it is handed over, is its last.
      const ends = this.hands === "cache-and-token" && (requests.output[r] as number) <= 1;
      if (!ends) requests.leaving[r] = this.hands === "cache" ? leavesWithCache : leavesWithToken;
    }
    return this.entry.route(r, now).index;
  }

  promptDone(r: number): void {
    this.entry.promptDone(r, this.core(this.requests.promptCore, r));
  }

  leave(r: number, now: number): number {
    this.entry.release(r, this.core(this.requests.promptCore, r));
    return (this.decode as Fleet).route(r, now).index;
  }

  finish(r: number): void {
    const { promptCore, decodeCore } = this.requests;
    if (this.decode && (decodeCore[r] as number) >= 0) this.decode.release(r, this.core(decodeCore, r));
    else this.entry.release(r, this.core(promptCore, r));
  }

  beat(): void {
    // Nothing changes by itself.
  }

  private core(of: Int32Array, r: number): Core {
    return this.cluster.cores[of[r] as number] as Core;
  }
}
