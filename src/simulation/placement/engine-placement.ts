import type { HandedOver } from "../../timing/collectives/kv-transfer.ts";
import type { Source } from "../random.ts";
import { leavesWithCache, leavesWithToken, type Requests, stays } from "../requests.ts";
import { isFull } from "./admission.ts";
import type { Cluster } from "./cluster.ts";
import { type Core, Fleet } from "./fleet.ts";
import type { Placement } from "./placement.ts";
import type { Routing } from "./router.ts";

/** Where requests go first, and where those go whose prompt is computed; null where they stay. */
export interface Fleets {
  readonly entry: Fleet;
  readonly decode: Fleet | null;
}

export function fleetsOf({ replicas }: Cluster, requests: Requests, routing: Routing, source: Source): Fleets {
  const decodes = replicas.filter(({ role }) => role === "decode");
  const entry = new Fleet(
    replicas.filter(({ role }) => role !== "decode"),
    routing,
    requests,
    source,
  );
  const rules = { ...routing, replicas: routing.decode ?? routing.replicas };
  return { entry, decode: decodes.length > 0 ? new Fleet(decodes, rules, requests, source) : null };
}

/** What an engine's prefill instance does with a request: the only token of an answer, where it is handed over, is its last. */
export function leavingOf(hands: HandedOver, outputTokens: number): number {
  if (hands === "cache") return leavesWithCache;
  return outputTokens > 1 ? leavesWithToken : stays;
}

/**
 * What engines behind a router do: a request is routed to a core and stays there; with a decode pool it is routed once more when its prompt
 * is computed, and its cache is pulled from there.
 */
export class EnginePlacement implements Placement {
  readonly beatEvery: number = Number.POSITIVE_INFINITY;

  constructor(
    private readonly requests: Requests,
    private readonly cluster: Cluster,
    private readonly hands: HandedOver,
    readonly fleets: Fleets,
  ) {}

  arrive(r: number, now: number): number {
    const { requests, fleets } = this;
    if (fleets.decode) requests.leaving[r] = leavingOf(this.hands, requests.output[r] as number);
    const core = fleets.entry.route(r, now);
    if (!isFull(core)) return core.index;
    fleets.entry.release(r, core);
    return -1;
  }

  promptDone(r: number): void {
    this.fleets.entry.promptDone(r, this.core(this.requests.promptCore, r));
  }

  leave(r: number, now: number): number {
    const { entry, decode } = this.fleets;
    entry.release(r, this.core(this.requests.promptCore, r));
    return (decode as Fleet).route(r, now).index;
  }

  finish(r: number): void {
    const { promptCore, decodeCore } = this.requests;
    const { entry, decode } = this.fleets;
    if (decode && (decodeCore[r] as number) >= 0) decode.release(r, this.core(decodeCore, r));
    else entry.release(r, this.core(promptCore, r));
  }

  beat(): void {
    // Nothing changes by itself.
  }

  private core(of: Int32Array, r: number): Core {
    return this.cluster.cores[of[r] as number] as Core;
  }
}
