import { outsideSeconds, type StepModel } from "../timing/step-model.ts";
import { Client } from "./client.ts";
import type { Instance } from "./engine/instance.ts";
import { EventQueue } from "./event-queue.ts";
import { Cluster, type ClusterPlan } from "./placement/cluster.ts";
import type { CoreParts } from "./placement/core-parts.ts";
import type { Core } from "./placement/fleet.ts";
import { HandOver, type HandOverPort } from "./placement/hand-over.ts";
import type { Placement } from "./placement/placement.ts";
import { placementOf } from "./placement/placements.ts";
import type { Routing } from "./placement/router.ts";
import { systemParts } from "./placement/system-parts.ts";
import { randomSource } from "./random.ts";
import { Gaps } from "./report/gaps.ts";
import type { RunControl } from "./report/report.ts";
import type { RunResult } from "./report/run-result.ts";
import { handedOver, Requests, refused, stays, waiting } from "./requests.ts";
import { stallOf } from "./stall.ts";
import type { Load } from "./workload/load.ts";

const arrivalEvent = -1;
const beatEvent = -2;
const deliveryEvent = 0;
const stepEvent = 1;
const moveEvent = 2;
const tickEvent = 3;
/** So many beats after which nothing has moved: nothing will. */
const mostIdleBeats = 10_000;
/** Whole nanoseconds stay exact up to here: 104 days. */
const latestTime = Number.MAX_SAFE_INTEGER;
/** Some milliseconds of computing. */
const eventsBetweenLooks = 4096;
/** Steps taken in one go that cost as much as an event. */
const stepsPerEvent = 64;
/** About a minute of computing. */
export const mostEvents = 50_000_000;

/**
 * The event loop: events leave one queue ordered by time, then by number; when all events of an instant are handled, the instances they
 * touched start their next step, in the order of theirs.
 */
export class Run implements HandOverPort {
  private readonly queue = new EventQueue();
  private readonly gaps = new Gaps();
  private readonly requests: Requests;
  private readonly cluster: Cluster;
  private readonly parts: CoreParts;
  private readonly placement: Placement;
  private readonly handOver: HandOver | null;
  private readonly client: Client;
  private readonly touched: Int32Array;
  private readonly isTouched: Uint8Array;
  private touchedCount = 0;
  private readonly slots: number;
  /** Of the pool that requests enter; null = they are all there at the beginning. */
  private readonly entry: StepModel | null;
  private now = 0;
  /** That is handled now. */
  private event = arrivalEvent;
  private finished = 0;
  private refused = 0;
  private measuring = false;
  private lastArrival = 0;
  private idleBeats = 0;

  constructor(
    private readonly load: Load,
    private readonly plan: ClusterPlan,
    routing: Routing,
    seed: number,
    private readonly control: RunControl,
  ) {
    this.requests = new Requests(load, control.timeline ?? null);
    const { requests, gaps } = this;
    this.parts = systemParts(plan, requests, seed);
    this.cluster = new Cluster(plan, {
      requests,
      gaps,
      parts: this.parts,
      pull: (r, tokens, now) => this.handOver?.pull(r, tokens, now),
      stepwise: control.stepwise ?? false,
      loads: (r, time) => this.queue.push(time, (r << 2) | deliveryEvent),
    });
    this.placement = placementOf(plan, this.cluster, requests, routing, randomSource(seed, "routing"));
    this.handOver = plan.movesCaches ? new HandOver(requests, this.cluster, plan, this) : null;
    this.client = new Client(load, { send: (r, now) => this.send(r, now), wakeAt: (time) => this.queue.push(time, arrivalEvent) });
    this.slots = Math.max(...plan.pools.map((pool) => pool.model.stages));
    this.touched = new Int32Array(this.cluster.instances.length);
    this.isTouched = new Uint8Array(this.cluster.instances.length);
    const entry = plan.pools.find(({ role }) => role !== "decode");
    this.entry = load.offline ? null : (entry?.model ?? null);
  }

  run(): RunResult {
    let stopped: RunResult["stopped"] = "no";
    let events = 0;
    let look = 0;
    this.startPhase(this.load.warmup > 0 ? "warmup" : "measured");
    this.expectBeat();
    for (;;) {
      if (this.client.phaseIsOver) {
        if (this.measuring) break;
        this.startPhase("measured");
      }
      const time = this.queue.nextTime;
      if (time === Number.POSITIVE_INFINITY) throw stallOf(this.plan, this.cluster, this.requests);
      if (time > latestTime) {
        stopped = "too-long";
        break;
      }
      this.cluster.meter.advance(time);
      this.now = time;
      this.control.timeline?.at(time);
      while (this.queue.nextTime === time) {
        this.event = this.queue.pop();
        this.handle(this.event);
        events++;
      }
      this.startSteps();
      this.cluster.meter.capped = this.client.isCapped;
      const work = events + this.cluster.meter.steps / stepsPerEvent;
      if (work < look) continue;
      look = work + eventsBetweenLooks;
      this.report();
      if (this.control.signal?.aborted || work > mostEvents) {
        stopped = work > mostEvents ? "too-long" : "by-signal";
        break;
      }
    }
    return this.result(stopped);
  }

  private startPhase(phase: "warmup" | "measured"): void {
    this.measuring = phase === "measured";
    if (this.measuring) {
      this.finished = 0;
      this.refused = 0;
      this.cluster.resetLogs(this.now);
      this.handOver?.reset(this.now);
      this.placement.reset?.();
      this.parts.reset?.();
      this.gaps.clear();
      this.control.timeline?.reset(this.now);
    }
    this.client.start(phase, this.now);
    this.startSteps();
  }

  /** The kind stands in the two lowest bits. */
  private handle(event: number): void {
    const subject = event >> 2;
    if (event === arrivalEvent) this.client.arrive(this.now);
    else if (event === beatEvent) this.beat();
    else this.handleOf(subject, event & 3);
  }

  private handleOf(subject: number, kind: number): void {
    switch (kind) {
      case deliveryEvent:
        this.deliver(subject);
        break;
      case stepEvent:
        this.endStep(subject);
        break;
      case moveEvent:
        this.handOver?.move(subject, this.now);
        break;
      default:
        this.handOver?.tick(subject, this.now);
    }
  }

  private beat(): void {
    // Nobody is under way whom it could help.
    if (this.queue.size === 0 && this.cluster.instances.every(({ isIdle }) => isIdle)) this.idleBeats++;
    else this.idleBeats = 0;
    this.placement.beat(this.now);
    // What it changes may be what an idle one waited for.
    for (const instance of this.cluster.instances) if (instance.isIdle) this.wake(instance);
    if (this.idleBeats < mostIdleBeats) this.expectBeat();
  }

  private expectBeat(): void {
    const { beatEvery } = this.placement;
    if (beatEvery < Number.POSITIVE_INFINITY) this.queue.push(this.now + beatEvery, beatEvent);
  }

  private send(r: number, now: number): void {
    this.requests.arrival[r] = now;
    this.lastArrival = now;
    this.control.timeline?.moment("arrived", r);
    if (this.measuring) this.cluster.meter.arrived(now);
    const core = this.placement.arrive(r, now);
    this.requests.promptCore[r] = core;
    if (core < 0) {
      this.requests.state[r] = refused;
      this.control.timeline?.moment("refused", r);
    } else this.requests.instance[r] = (this.cluster.cores[core] as Core).replica;
    const outside = this.entry ? Math.round(1e9 * Math.max(0, outsideSeconds(this.entry, this.requests.prompt[r] as number))) : 0;
    if (outside === 0 && core >= 0) this.deliver(r);
    else this.queue.push(now + outside, (r << 2) | deliveryEvent);
  }

  private deliver(r: number): void {
    if (this.requests.state[r] === refused) {
      this.refused++;
      this.client.completed(r, this.now);
      return;
    }
    const isNew = this.requests.state[r] === waiting;
    if (isNew && this.handOver && (this.requests.copiedTokens[r] as number) > 0) this.handOver.copy(r, this.now);
    else this.enqueue(r);
  }

  copied(r: number): void {
    this.placement.copied?.(r, this.now);
    this.enqueue(r);
  }

  private enqueue(r: number): void {
    const { promptCore, decodeCore, leaving } = this.requests;
    // One that was taken out where it decodes is computed again there.
    const isTakenOver = leaving[r] === stays && (decodeCore[r] as number) >= 0;
    const { scheduler, instance } = this.cluster.cores[(isTakenOver ? decodeCore : promptCore)[r] as number] as Core;
    this.wake(instance);
    const comesAgain = scheduler.enqueue(r, this.now);
    if (comesAgain > 0) {
      this.control.timeline?.moment("loading", r, instance.index);
      this.queue.push(comesAgain, (r << 2) | deliveryEvent);
      return;
    }
    this.control.timeline?.moment("queued", r, instance.index);
  }

  moveAt(r: number, time: number): void {
    this.queue.push(time, (r << 2) | moveEvent);
  }

  tickAt(time: number, version: number): void {
    this.queue.push(time, (version << 2) | tickEvent);
  }

  private endStep(code: number): void {
    const instance = this.cluster.instances[Math.floor(code / this.slots)] as Instance;
    if (!instance.finish(code % this.slots, this.now)) return;
    this.wake(instance);
    for (const { begun, begunCount } of instance.schedulers)
      for (let i = 0; i < begunCount; i++) this.placement.promptDone(begun[i] as number, this.now);
    for (const scheduler of instance.schedulers)
      for (let i = 0; i < scheduler.completed.count; i++) this.complete(scheduler.completed.items[i] as number);
  }

  private complete(r: number): void {
    const { cluster, requests, placement, now } = this;
    if (requests.state[r] === handedOver) {
      const core = placement.leave(r, now);
      requests.decodeCore[r] = core;
      requests.instance[r] = (cluster.cores[core] as Core).replica;
      this.handOver?.begin(r, now);
      return;
    }
    this.finished++;
    placement.finish(r, now);
    this.client.completed(r, now);
  }

  wake(instance: Instance): void {
    if (instance.interrupt()) this.stepEndsAt(instance, 0);
    if (this.isTouched[instance.index] === 1) return;
    this.isTouched[instance.index] = 1;
    this.touched[this.touchedCount++] = instance.index;
  }

  private stepEndsAt(instance: Instance, slot: number): void {
    const time = instance.endOf(slot);
    const code = instance.index * this.slots + slot;
    const event = (code << 2) | stepEvent;
    // Had it been taken on its own, it would have ended before what happens now.
    if (time === this.now && event < this.event) this.endStep(code);
    else this.queue.push(time, event);
  }

  /** In the order of the instances: which one was touched first must not matter. */
  private startSteps(): void {
    const { touched } = this;
    const count = this.touchedCount;
    if (count > 1) touched.subarray(0, count).sort();
    this.touchedCount = 0;
    for (let i = 0; i < count; i++) {
      const index = touched[i] as number;
      const instance = this.cluster.instances[index] as Instance;
      this.isTouched[index] = 0;
      for (let slot = instance.start(this.now); slot >= 0; slot = instance.start(this.now)) {
        this.stepEndsAt(instance, slot);
        this.handOver?.stepBegan(instance, slot, this.now);
      }
    }
  }

  private report(): void {
    const { progress } = this.control;
    if (!progress) return;
    const { meter } = this.cluster;
    const finished = this.measuring ? this.finished : 0;
    progress({ simulatedSeconds: this.measuring ? (this.now - meter.origin) / 1e9 : 0, finished, total: this.load.measured });
  }

  private result(stopped: RunResult["stopped"]): RunResult {
    const { requests, cluster, placement, parts, gaps, now, lastArrival } = this;
    const { finished } = this;
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
      origin,
      end: now,
      finished: this.measuring ? finished : 0,
      refused: this.measuring ? this.refused : 0,
      stopped,
      lastArrival,
      linkShare,
      links: this.handOver?.usedLinks ?? null,
      figures: [...(placement.figures?.() ?? []), ...(parts.figures?.() ?? [])],
    };
  }
}
