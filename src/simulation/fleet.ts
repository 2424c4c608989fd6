import type { Shared } from "./cluster.ts";
import type { Instance } from "./instance.ts";
import { Chooser } from "./router.ts";
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
  private readonly chooser: Chooser;
  private readonly coreChoosers: readonly Chooser[];
  private readonly replicaOf: Int32Array;
  private readonly coreIndex: Int32Array;

  constructor(
    private readonly replicas: readonly Replica[],
    readonly totals: Totals,
    { requests, routing, source }: Pick<Shared, "requests" | "routing" | "source">,
  ) {
    this.chooser = new Chooser(replicas.length, routing.replicas, source);
    this.coreChoosers = replicas.map(({ cores }) => new Chooser(cores.length, routing.cores, source));
    this.replicaOf = new Int32Array(requests.count);
    this.coreIndex = new Int32Array(requests.count);
  }

  /** Chooses where a request goes. */
  route(r: number): Replica {
    const choice = this.chooser.pick();
    this.replicaOf[r] = choice;
    this.coreIndex[r] = (this.coreChoosers[choice] as Chooser).pick();
    return this.replicas[choice] as Replica;
  }

  replica(r: number): Replica {
    return this.replicas[this.replicaOf[r] as number] as Replica;
  }

  core(r: number): Core {
    return this.replica(r).cores[this.coreIndex[r] as number] as Core;
  }

  /** The request no longer counts for the choice. */
  release(r: number): void {
    const choice = this.replicaOf[r] as number;
    this.chooser.release(choice);
    (this.coreChoosers[choice] as Chooser).release(this.coreIndex[r] as number);
  }
}
