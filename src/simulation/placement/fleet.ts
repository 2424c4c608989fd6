import type { RoutingRule } from "../../deployment/routing.ts";
import type { SettledPool } from "../../deployment/settled.ts";
import type { Instance } from "../engine/instance.ts";
import type { Scheduler } from "../engine/scheduler.ts";
import type { Source } from "../random.ts";
import type { Requests } from "../requests.ts";
import { Chooser } from "./router.ts";
import { FleetSight } from "./routing/sight.ts";

/** One engine core behind a server. */
export interface Core {
  readonly instance: Instance;
  readonly scheduler: Scheduler;
  /** Among all cores of the deployment. */
  readonly index: number;
  /** Among all replicas of the deployment. */
  readonly replica: number;
  /** Of the deployment's pools. */
  readonly pool: number;
}

/** One server with its cores. */
export interface Replica {
  readonly role: SettledPool["role"];
  /** Among all replicas of the deployment. */
  readonly index: number;
  readonly cores: readonly Core[];
}

/** How a fleet is routed to: over its replicas, and over the cores behind one of them. */
export interface FleetRules {
  readonly replicas: RoutingRule;
  readonly cores: RoutingRule;
}

/** Replicas that do the same for a request, and the way to them. */
export class Fleet {
  readonly chooser: Chooser;
  private readonly coreChoosers: readonly Chooser[];
  /** Its place in this fleet, by replica of the deployment. */
  private readonly places: ReadonlyMap<number, number>;
  /** Its prompt is not computed here yet. */
  private readonly hasPrompt: Uint8Array;

  constructor(
    private readonly replicas: readonly Replica[],
    rules: FleetRules,
    requests: Requests,
    source: Source,
  ) {
    const choice = (among: readonly Replica[], by: RoutingRule): Chooser =>
      new Chooser(among.length, by, requests, new FleetSight(among, requests), source);
    this.chooser = choice(replicas, rules.replicas);
    this.coreChoosers = replicas.map((replica) =>
      choice(
        replica.cores.map((core) => ({ ...replica, cores: [core] })),
        rules.cores,
      ),
    );
    this.places = new Map(replicas.map(({ index }, place) => [index, place]));
    this.hasPrompt = new Uint8Array(requests.count);
  }

  /** Chooses where a request goes. */
  route(r: number, now: number): Core {
    const choice = this.chooser.pick(r, now);
    this.hasPrompt[r] = 1;
    const { cores } = this.replicas[choice] as Replica;
    return cores[(this.coreChoosers[choice] as Chooser).pick(r, now)] as Core;
  }

  /** The request's prompt no longer counts for the choice. */
  promptDone(r: number, core: Core): void {
    if (this.hasPrompt[r] === 0) return;
    this.hasPrompt[r] = 0;
    const choice = this.placeOf(core);
    this.chooser.promptDone(r, choice);
    (this.coreChoosers[choice] as Chooser).promptDone(r, this.indexOf(core, choice));
  }

  /** The request no longer counts at all. */
  release(r: number, core: Core): void {
    this.promptDone(r, core);
    const choice = this.placeOf(core);
    this.chooser.release(r, choice);
    (this.coreChoosers[choice] as Chooser).release(r, this.indexOf(core, choice));
  }

  private placeOf(core: Core): number {
    return this.places.get(core.replica) as number;
  }

  /** Cores of a replica are numbered one after the other. */
  private indexOf(core: Core, choice: number): number {
    return core.index - ((this.replicas[choice] as Replica).cores[0] as Core).index;
  }
}
