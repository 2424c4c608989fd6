import { Client } from "./client.ts";
import type { Instance } from "./engine/instance.ts";
import { EventQueue } from "./event-queue.ts";
import { arrivalEvent, beatEvent, deliveryKind, eventOf, kindOf, moveKind, stepKind, subjectOf, tickKind } from "./events.ts";
import { FrontEnds } from "./front-ends.ts";
import { InstanceSteps, type StepsPort } from "./instance-steps.ts";
import { Cluster, type ClusterPlan } from "./placement/cluster.ts";
import type { CoreParts } from "./placement/core-parts.ts";
import type { Core } from "./placement/fleet.ts";
import { HandOver, type HandOverPort } from "./placement/hand-over.ts";
import type { Placement } from "./placement/placement.ts";
import { placementOf } from "./placement/placements.ts";
import type { Routing } from "./placement/router.ts";
import { systemParts } from "./placement/system-parts.ts";
import { randomSource } from "./random.ts";
import { GapCounts } from "./report/gap-counts.ts";
import { Gaps } from "./report/gaps.ts";
import type { RunControl } from "./report/report.ts";
import type { RunResult } from "./report/run-result.ts";
import { done, handedOver, type Requests } from "./requests.ts";
import { stallOf } from "./stall.ts";
import { WayIn } from "./way-in.ts";

/** So many beats after which nothing has moved: nothing will. */
const mostIdleBeats = 10_000;
/** Whole nanoseconds stay exact up to here: 104 days. */
const latestTime = Number.MAX_SAFE_INTEGER;
/** A millisecond of computing; many times that before the engine has compiled what computes it. */
const eventsBetweenLooks = 512;
/** Steps taken in one go that cost as much as an event. */
const stepsPerEvent = 64;
/** About a minute of computing. */
export const mostEvents = 50_000_000;

/**
 * The event loop: events leave one queue ordered by time, then by number; when all events of an instant are handled, the instances they
 * touched start their next step, in the order of theirs.
 */
export class Run implements HandOverPort, StepsPort {
  private readonly queue = new EventQueue();
  private readonly gapCounts: GapCounts | null;
  private readonly gaps: Gaps;
  private readonly cluster: Cluster;
  private readonly parts: CoreParts;
  private readonly placement: Placement;
  private readonly handOver: HandOver | null;
  private readonly client: Client;
  private readonly steps: InstanceSteps;
  private readonly wayIn: WayIn;
  private readonly frontEnds: FrontEnds;
  private finished = 0;
  private refused = 0;
  private measuring = false;
  private idleBeats = 0;
  private events = 0;
  /** Work after which the signal is looked at. */
  private nextLook = 0;
  private stopped: RunResult["stopped"] = "no";

  constructor(
    private readonly requests: Requests,
    private readonly plan: ClusterPlan,
    routing: Routing,
    seed: number,
    private readonly control: RunControl,
  ) {
    this.gapCounts = control.gapBounds ? new GapCounts(control.gapBounds) : null;
    this.gaps = new Gaps(this.gapCounts);
    const { queue, gaps } = this;
    const { load } = requests;
    this.parts = systemParts(plan, requests, seed);
    this.cluster = new Cluster(plan, {
      requests,
      gaps,
      parts: this.parts,
      pull: (r, tokens, now) => this.handOver?.pull(r, tokens, now),
      stepwise: control.stepwise ?? false,
      loads: (r, time) => queue.push(time, eventOf(r, deliveryKind)),
    });
    this.placement = placementOf(plan, this.cluster, requests, routing, randomSource(seed, "routing"));
    this.handOver = plan.movesCaches ? new HandOver(requests, this.cluster, plan, this) : null;
    this.client = new Client(load, { send: (r) => this.send(r), wakeAt: (time) => queue.push(time, arrivalEvent) });
    const slots = Math.max(...plan.pools.map((pool) => pool.model.stages));
    this.steps = new InstanceSteps(this.cluster.instances, slots, queue, this);
    const entry = load.offline ? undefined : plan.pools.find(({ role }) => role !== "decode");
    this.frontEnds = new FrontEnds(requests, this.cluster);
    const { cluster, placement, handOver, steps, frontEnds } = this;
    const turnedAway = (r: number): void => {
      this.refused++;
      this.client.completed(r, queue.now);
    };
    this.wayIn = new WayIn({ requests, cluster, placement, handOver, steps, queue, entry: entry?.model ?? null, frontEnds, turnedAway });
  }

  run(): RunResult {
    const { queue, cluster, client, control } = this;
    this.startPhase(this.requests.load.warmup > 0 ? "warmup" : "measured");
    this.expectBeat();
    while (this.stopped === "no") {
      if (client.phaseIsOver) {
        if (this.measuring) break;
        this.startPhase("measured");
      }
      const time = queue.nextTime;
      if (time === Number.POSITIVE_INFINITY) throw stallOf(this.plan, cluster, this.requests);
      if (time > latestTime) {
        this.stopped = "too-long";
        break;
      }
      cluster.meter.advance(time);
      control.timeline?.at(time);
      this.gapCounts?.at(time);
      do this.handle(queue.pop());
      while (queue.nextTime === time && !this.isStopped());
      this.steps.start();
      cluster.meter.capped = client.isCapped;
      this.isStopped();
    }
    return this.result();
  }

  private startPhase(phase: "warmup" | "measured"): void {
    const { now } = this.queue;
    this.measuring = phase === "measured";
    if (this.measuring) {
      this.finished = 0;
      this.refused = 0;
      this.cluster.resetLogs(now);
      this.handOver?.reset(now);
      this.frontEnds.reset();
      this.placement.reset?.();
      this.parts.reset?.();
      this.gaps.clear();
      this.gapCounts?.reset(now);
      this.control.timeline?.reset(now);
    }
    this.client.start(phase, now);
  }

  /** Looks whether the run is to end, each time after so much work. */
  private isStopped(): boolean {
    const work = this.events + this.cluster.meter.steps / stepsPerEvent;
    if (work < this.nextLook) return this.stopped !== "no";
    this.nextLook = work + eventsBetweenLooks;
    this.report();
    if (work > mostEvents) this.stopped = "too-long";
    else if (this.control.signal?.aborted) this.stopped = "by-signal";
    return this.stopped !== "no";
  }

  private handle(event: number): void {
    this.events++;
    if (event === arrivalEvent) this.client.arrive(this.queue.now);
    else if (event === beatEvent) this.beat();
    else this.handleOf(subjectOf(event), kindOf(event));
  }

  private handleOf(subject: number, kind: number): void {
    switch (kind) {
      case deliveryKind:
        if (this.requests.state[subject] === done) this.answered(subject);
        else this.wayIn.deliver(subject);
        break;
      case stepKind:
        this.steps.end(subject);
        break;
      case moveKind:
        this.handOver?.move(subject, this.queue.now);
        break;
      default:
        this.handOver?.tick(subject, this.queue.now);
    }
  }

  private beat(): void {
    const { instances } = this.cluster;
    // Nobody is under way whom it could help.
    if (this.queue.size === 0 && instances.every(({ isIdle }) => isIdle)) this.idleBeats++;
    else this.idleBeats = 0;
    this.placement.beat(this.queue.now);
    // What it changes may be what an idle one waited for.
    for (const instance of instances) if (instance.isIdle) this.wake(instance);
    if (this.idleBeats < mostIdleBeats) this.expectBeat();
  }

  private expectBeat(): void {
    const { beatEvery } = this.placement;
    if (beatEvery < Number.POSITIVE_INFINITY) this.queue.push(this.queue.now + beatEvery, beatEvent);
  }

  private send(r: number): void {
    if (this.measuring) this.cluster.meter.arrived(this.queue.now);
    this.wayIn.send(r);
  }

  copied(r: number): void {
    this.wayIn.copied(r);
  }

  moveAt(r: number, time: number): void {
    this.queue.push(time, eventOf(r, moveKind));
  }

  tickAt(time: number, version: number): void {
    this.queue.push(time, eventOf(version, tickKind));
  }

  wake(instance: Instance): void {
    this.steps.wake(instance);
  }

  began(instance: Instance, slot: number): void {
    this.handOver?.stepBegan(instance, slot, this.queue.now);
  }

  ended({ schedulers }: Instance): void {
    for (const { begun, begunCount } of schedulers) for (let i = 0; i < begunCount; i++) this.begin(begun[i] as number);
    for (const { completed } of schedulers) for (let i = 0; i < completed.count; i++) this.complete(completed.items[i] as number);
  }

  private begin(r: number): void {
    this.frontEnds.begun(r, this.queue.now);
    this.placement.promptDone(r, this.queue.now);
  }

  private complete(r: number): void {
    const { cluster, requests, placement } = this;
    const { now } = this.queue;
    if (requests.state[r] === handedOver) {
      const core = placement.leave(r, now);
      requests.decodeCore[r] = core;
      requests.instance[r] = (cluster.cores[core] as Core).replica;
      this.handOver?.begin(r, now);
      return;
    }
    placement.finish(r, now);
    const delay = this.frontEnds.finished(r, now);
    if (delay === 0) this.answered(r);
    else this.queue.push(now + delay, eventOf(r, deliveryKind));
  }

  /** A client has the last token of its answer. */
  private answered(r: number): void {
    this.finished++;
    this.requests.timeline?.moment("finished", r);
    this.client.completed(r, this.queue.now);
  }

  private report(): void {
    const { progress } = this.control;
    if (!progress) return;
    const finished = this.measuring ? this.finished : 0;
    const simulatedSeconds = this.measuring ? (this.queue.now - this.cluster.meter.origin) / 1e9 : 0;
    progress({ simulatedSeconds, finished, total: this.requests.load.measured });
  }

  private result(): RunResult {
    const { requests, cluster, placement, parts, gaps, gapCounts, stopped } = this;
    const { now } = this.queue;
    for (const instance of cluster.instances) instance.catchUp();
    // Stopped while warming up: nothing of what is to be measured has happened.
    const origin = this.measuring ? cluster.meter.origin : now;
    if (!this.measuring) cluster.resetLogs(now);
    const linkShare = this.handOver?.busiestShare(origin, now) ?? 0;
    return {
      requests,
      cluster,
      placement,
      gaps,
      gapCounts,
      origin,
      end: now,
      finished: this.measuring ? this.finished : 0,
      refused: this.measuring ? this.refused : 0,
      stopped,
      lastArrival: this.wayIn.lastArrival,
      linkShare,
      frontEndShare: this.frontEnds.busiestShare(origin, now),
      links: this.handOver?.usedLinks ?? null,
      figures: [...(placement.figures?.() ?? []), ...(parts.figures?.() ?? [])],
    };
  }
}
