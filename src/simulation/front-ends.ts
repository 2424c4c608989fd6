import { FrontEnd } from "./front-end.ts";
import type { Cluster } from "./placement/cluster.ts";
import type { Core } from "./placement/fleet.ts";
import type { Requests } from "./requests.ts";

/** What the servers before the cores add to the times of requests: nothing where they are never in the way. */
export class FrontEnds {
  /** Pools that hand requests on answer through a router. */
  private readonly byCore: readonly (FrontEnd | null)[];
  /** Nanoseconds from a request's first token to its client; empty where no server is in the way. */
  private readonly firstDelay: Float64Array;

  constructor(
    private readonly requests: Requests,
    private readonly cluster: Cluster,
  ) {
    this.byCore = cluster.cores.map(({ instance: { model }, scheduler, replica }) => {
      const isAlone = cluster.replicas[replica]?.role === "mixed" && !requests.load.offline;
      const costs = isAlone ? model.frontEnd : null;
      return costs && new FrontEnd(costs, scheduler.core.made);
    });
    this.firstDelay = new Float64Array(this.byCore.some((one) => one !== null) ? requests.count : 0);
  }

  /** Nanoseconds until the core of a request that comes now is told of it. */
  come(r: number, now: number): number {
    const core = this.requests.promptCore[r] as number;
    const frontEnd = this.byCore[core];
    if (!frontEnd) return 0;
    (this.cluster.cores[core] as Core).instance.catchUp();
    return frontEnd.request(this.requests.prompt[r] as number, now);
  }

  /** Its core has made its first token. */
  begun(r: number, now: number): void {
    const frontEnd = this.frontEndOf(r);
    if (frontEnd) this.firstDelay[r] = frontEnd.answer(now);
  }

  /** Its core has made its last token; nanoseconds until its client has it. */
  finished(r: number, now: number): number {
    const frontEnd = this.frontEndOf(r);
    if (!frontEnd) return 0;
    const { requests, firstDelay } = this;
    const delay = frontEnd.answer(now);
    requests.firstToken[r] = (requests.firstToken[r] as number) + (firstDelay[r] as number);
    requests.finished[r] = now + delay;
    return delay;
  }

  /** Forgets what was done so far: it was warm-up. */
  reset(): void {
    for (const one of this.byCore) one?.reset();
  }

  /** Share of a time in which the busiest has worked. */
  busiestShare(from: number, to: number): number {
    return to > from ? this.byCore.reduce((most, one) => Math.max(most, (one?.busyUntil(to) ?? 0) / (to - from)), 0) : 0;
  }

  private frontEndOf(r: number): FrontEnd | null | undefined {
    return this.byCore[this.requests.promptCore[r] as number];
  }
}
