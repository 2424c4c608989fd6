import { outsideSeconds, type StepModel } from "../timing/step-model.ts";
import type { EventQueue } from "./event-queue.ts";
import { deliveryKind, eventOf } from "./events.ts";
import type { FrontEnds } from "./front-ends.ts";
import type { InstanceSteps } from "./instance-steps.ts";
import type { Cluster } from "./placement/cluster.ts";
import type { Core } from "./placement/fleet.ts";
import type { HandOver } from "./placement/hand-over.ts";
import type { Placement } from "./placement/placement.ts";
import { type Requests, refused, stays, waiting } from "./requests.ts";

/** What the way in leads through. */
export interface WayInParts {
  readonly requests: Requests;
  readonly cluster: Cluster;
  readonly placement: Placement;
  readonly handOver: HandOver | null;
  readonly steps: InstanceSteps;
  readonly queue: EventQueue;
  /** Of the pool that requests enter; null = they are all there at the beginning. */
  readonly entry: StepModel | null;
  readonly frontEnds: FrontEnds;
  /** The client has been told that a request is turned away. */
  turnedAway(r: number): void;
}

/** The way of requests from the client to the queue of the core that computes their prompt. */
export class WayIn {
  lastArrival = 0;

  constructor(private readonly parts: WayInParts) {}

  /** The client sends a request. */
  send(r: number): void {
    const { requests, cluster, placement, queue } = this.parts;
    const { now } = queue;
    requests.arrival[r] = now;
    this.lastArrival = now;
    requests.timeline?.moment("arrived", r);
    const core = placement.arrive(r, now);
    requests.promptCore[r] = core;
    if (core < 0) {
      requests.state[r] = refused;
      requests.timeline?.moment("refused", r);
    } else requests.instance[r] = (cluster.cores[core] as Core).replica;
    const outside = this.outsideNanoseconds(r) + this.parts.frontEnds.come(r, now);
    if (outside === 0 && core >= 0) this.deliver(r);
    else queue.push(now + outside, eventOf(r, deliveryKind));
  }

  /** A request has reached its core, what it waited for in a store is there, or the client learns that it is turned away. */
  deliver(r: number): void {
    const { requests, handOver, queue } = this.parts;
    if (requests.state[r] === refused) this.parts.turnedAway(r);
    else if (requests.state[r] === waiting && handOver && (requests.copiedTokens[r] as number) > 0) handOver.copy(r, queue.now);
    else this.enqueue(r);
  }

  /** The start of its prompt is at the core that computes the rest. */
  copied(r: number): void {
    this.parts.placement.copied?.(r, this.parts.queue.now);
    this.enqueue(r);
  }

  private enqueue(r: number): void {
    const { requests, cluster, steps, queue } = this.parts;
    const { promptCore, decodeCore, leaving, timeline } = requests;
    // One that was taken out where it decodes is computed again there.
    const isTakenOver = leaving[r] === stays && (decodeCore[r] as number) >= 0;
    const { scheduler, instance } = cluster.cores[(isTakenOver ? decodeCore : promptCore)[r] as number] as Core;
    steps.wake(instance);
    const comesAgain = scheduler.enqueue(r, queue.now);
    timeline?.moment(comesAgain > 0 ? "loading" : "queued", r, instance.index);
    if (comesAgain > 0) queue.push(comesAgain, eventOf(r, deliveryKind));
  }

  private outsideNanoseconds(r: number): number {
    const { entry, requests } = this.parts;
    return entry ? Math.round(1e9 * Math.max(0, outsideSeconds(entry, requests.prompt[r] as number))) : 0;
  }
}
