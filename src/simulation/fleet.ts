import type { RoutingRule } from "../deployment/routing.ts";
import type { Shared } from "./cluster.ts";
import type { Instance } from "./instance.ts";
import { Chooser } from "./router.ts";
import { FleetSight } from "./routing/sight.ts";
import type { Scheduler } from "./scheduler.ts";
import type { Totals } from "./scheduling.ts";

/** One engine core behind a server. */
export interface Core {
  readonly instance: Instance;
  readonly scheduler: Scheduler;
  /** Among all cores of the deployment. */
  readonly index: number;
}

/** One server with its cores. */
export interface Replica {
  /** Of the deployment's pools. */
  readonly pool: number;
  /** Among all replicas of the deployment. */
  readonly index: number;
  readonly cores: readonly Core[];
}

/** Replicas that do the same for a request, and the way to them. */
export class Fleet {
  readonly chooser: Chooser;
  private readonly coreChoosers: readonly Chooser[];
  private readonly replicaOf: Int32Array;
  private readonly coreIndex: Int32Array;
  /** Its prompt is not computed here yet. */
  private readonly hasPrompt: Uint8Array;

  constructor(
    private readonly replicas: readonly Replica[],
    readonly totals: Totals,
    rule: RoutingRule,
    { requests, routing, source }: Pick<Shared, "requests" | "routing" | "source">,
  ) {
    const choice = (among: readonly Replica[], by: RoutingRule): Chooser =>
      new Chooser(among.length, by, requests, new FleetSight(among, requests), source);
    this.chooser = choice(replicas, rule);
    this.coreChoosers = replicas.map((replica) =>
      choice(
        replica.cores.map((core) => ({ ...replica, cores: [core] })),
        routing.cores,
      ),
    );
    this.hasPrompt = new Uint8Array(requests.count);
    this.replicaOf = new Int32Array(requests.count);
    this.coreIndex = new Int32Array(requests.count);
  }

  /** Chooses where a request goes. */
  route(r: number, now: number): Replica {
    const choice = this.chooser.pick(r, now);
    this.replicaOf[r] = choice;
    this.coreIndex[r] = (this.coreChoosers[choice] as Chooser).pick(r, now);
    this.hasPrompt[r] = 1;
    return this.replicas[choice] as Replica;
  }

  replica(r: number): Replica {
    return this.replicas[this.replicaOf[r] as number] as Replica;
  }

  core(r: number): Core {
    return this.replica(r).cores[this.coreIndex[r] as number] as Core;
  }

  /** The request's prompt no longer counts for the choice. */
  promptDone(r: number): void {
    if (this.hasPrompt[r] === 0) return;
    this.hasPrompt[r] = 0;
    const choice = this.replicaOf[r] as number;
    this.chooser.promptDone(r, choice);
    (this.coreChoosers[choice] as Chooser).promptDone(r, this.coreIndex[r] as number);
  }

  /** The request no longer counts at all. */
  release(r: number): void {
    this.promptDone(r);
    const choice = this.replicaOf[r] as number;
    this.chooser.release(r, choice);
    (this.coreChoosers[choice] as Chooser).release(r, this.coreIndex[r] as number);
  }
}
