import type { LocalPrompts } from "../../deployment/local-prompts.ts";
import type { HandedOver } from "../../timing/collectives/kv-transfer.ts";
import { type Requests, stays } from "../requests.ts";
import type { Cluster } from "./cluster.ts";
import { type Fleets, leavingOf } from "./engine-placement.ts";
import type { Core, Fleet } from "./fleet.ts";
import type { Placement } from "./placement.ts";

/**
 * Conditional disaggregation: a decode instance is chosen first, and computes the prompt itself where little of it is not in its cache;
 * other prompts go to a prefill instance, as they all do without.
 */
export class ConditionalPlacement implements Placement {
  readonly beatEvery = Number.POSITIVE_INFINITY;

  constructor(
    private readonly requests: Requests,
    private readonly cluster: Cluster,
    private readonly hands: HandedOver,
    private readonly fleets: Fleets & { readonly decode: Fleet },
    private readonly local: LocalPrompts,
  ) {}

  arrive(r: number, now: number): number {
    const { requests, fleets } = this;
    const core = fleets.decode.route(r, now);
    if (this.staysLocal(r, core)) return core.index;
    const leaving = leavingOf(this.hands, requests.output[r] as number);
    requests.leaving[r] = leaving;
    if (this.local.keepsInstance && leaving !== stays) {
      fleets.decode.promptDone(r, core);
      requests.decodeCore[r] = core.index;
    } else fleets.decode.release(r, core);
    return fleets.entry.route(r, now).index;
  }

  promptDone(r: number): void {
    const core = this.cluster.cores[this.requests.promptCore[r] as number] as Core;
    this.fleetOf(core).promptDone(r, core);
  }

  leave(r: number, now: number): number {
    const { cluster, requests, fleets } = this;
    fleets.entry.release(r, cluster.cores[requests.promptCore[r] as number] as Core);
    const kept = requests.decodeCore[r] as number;
    return kept >= 0 ? kept : fleets.decode.route(r, now).index;
  }

  finish(r: number): void {
    const { cluster, requests } = this;
    const prompt = cluster.cores[requests.promptCore[r] as number] as Core;
    const decode = cluster.cores[requests.decodeCore[r] as number];
    const last = decode ?? prompt;
    this.fleetOf(last).release(r, last);
  }

  beat(): void {
    // Nothing changes by itself.
  }

  private staysLocal(r: number, { instance, scheduler }: Core): boolean {
    const { belowTokens, belowShare, onlyHits, mostCacheUse } = this.local;
    instance.catchUp();
    const { pool, limits } = scheduler.core;
    const prompt = this.requests.prompt[r] as number;
    const hits = pool.findHits(r, prompt) * limits.blockTokens;
    const left = prompt - hits;
    if (onlyHits && hits === 0) return false;
    return left < belowTokens && left < belowShare * prompt && pool.usable - pool.free <= mostCacheUse * pool.usable;
  }

  private fleetOf({ replica }: Core): Fleet {
    return this.cluster.replicas[replica]?.role === "decode" ? this.fleets.decode : this.fleets.entry;
  }
}
