import type { KvTransfer } from "../../timing/collectives/kv-transfer.ts";
import type { Instance } from "../engine/instance.ts";
import type { Slot } from "../engine/scheduling.ts";
import { copying, handedOver, pulled, pushed, type Requests, stays, streamed } from "../requests.ts";
import type { Cluster, ClusterPlan, PoolLinks } from "./cluster.ts";
import type { Core } from "./fleet.ts";
import type { Links } from "./links.ts";
import { Topology } from "./topology.ts";
import { Transfers } from "./transfers.ts";

/** So many forecasts until a number comes again. */
const versions = 2 ** 28;

/** How far a cache has come that did not wait to be asked for: on its way, */
const underWay = 1;
/** on its way where there is room for it already, */
const expected = 2;
/** or there. */
const arrived = 3;

/** What the way between cores may ask of the run. */
export interface HandOverPort {
  /** Calls `move` at that time. */
  moveAt(r: number, time: number): void;
  /** Calls `tick` at that time. */
  tickAt(time: number, version: number): void;
  /** Something is about to come to this instance or to leave it: call it before, so that its books are those of now. */
  wake(instance: Instance): void;
  /** The start of its prompt is at the core that computes the rest. */
  copied(r: number): void;
}

/**
 * The way of requests from the core that computed their prompt to the one that decodes them, where they queue for room. A cache is pulled
 * once there is room, pushed when the prompt is computed, or streamed while it is; its first core keeps its blocks until it has moved.
 */
export class HandOver {
  private readonly topology: Topology;
  private readonly transfers: Transfers;
  private readonly links: ClusterPlan["links"];
  private readonly layers: number;
  private readonly streamSeconds: number;
  /** To be pulled, or streamed so far. */
  private readonly tokens: Int32Array;
  private readonly queuedAt: Float64Array;
  private readonly progress: Uint8Array;
  private version = 0;

  constructor(
    private readonly requests: Requests,
    private readonly cluster: Cluster,
    plan: ClusterPlan,
    private readonly port: HandOverPort,
  ) {
    this.links = plan.links;
    this.layers = plan.layers;
    this.streamSeconds = plan.streamSeconds;
    this.topology = new Topology(plan, cluster.cores);
    this.transfers = new Transfers(this.topology.capacity);
    this.tokens = new Int32Array(requests.count);
    this.queuedAt = new Float64Array(requests.count);
    this.progress = new Uint8Array(requests.count);
  }

  /** The start of its prompt is copied from another node to the one of the core that computes the rest. */
  copy(r: number, now: number): void {
    const { requests, cluster } = this;
    const from = requests.copiedFrom[r] as number;
    const to = requests.promptCore[r] as number;
    const bytes = (requests.copiedTokens[r] as number) * this.linkOf(from, to).bytesPerToken;
    const { timeline } = requests;
    timeline?.sent(r, (cluster.cores[from] as Core).instance.index, (cluster.cores[to] as Core).instance.index, bytes);
    requests.state[r] = copying;
    this.transfers.start(r, bytes, this.topology.path(from, to), now);
    this.expectNext();
  }

  /** Its prompt is computed. */
  begin(r: number, now: number): void {
    const { handOverSeconds, latencySeconds } = this.link(r);
    const moving = this.requests.moving[r];
    const setOut = moving === pulled ? 0 : moving === pushed ? latencySeconds : latencySeconds + this.streamSeconds;
    this.port.moveAt(r, now + nanoseconds(handOverSeconds + setOut));
  }

  /** A step has begun: caches that are sent while their prompts are computed set out with it. */
  stepBegan(instance: Instance, slot: number, now: number): void {
    const { moving, leaving } = this.requests;
    for (const { slots } of instance.schedulers) {
      const { chunks, chunkCount } = slots[slot] as Slot;
      for (let i = 0; i < chunkCount; i++) {
        const r = chunks[i] as number;
        if (moving[r] === streamed && leaving[r] !== stays) this.stream(r, instance.endOf(slot), now);
      }
    }
  }

  /** A step that ends at `until` computes prompt of it, and each layer's part is sent when that layer is done. */
  private stream(r: number, until: number, now: number): void {
    const fresh = (this.requests.computed[r] as number) - (this.tokens[r] as number);
    if (fresh <= 0) return;
    if (this.tokens[r] === 0) this.setOut(r, this.wholeBytes(r));
    this.tokens[r] = this.requests.computed[r] as number;
    this.transfers.feed(r, fresh * this.streamedBytes(r), this.path(r), until, now);
    this.expectNext();
  }

  /** The core that decodes it has room for so many tokens of its cache. */
  pull(r: number, tokens: number, now: number): void {
    this.requests.decodeQueue[r] = now - (this.queuedAt[r] as number);
    this.requests.timeline?.moment("asked", r);
    if (this.requests.moving[r] === pulled) {
      this.tokens[r] = tokens;
      this.port.moveAt(r, now + nanoseconds(this.link(r).latencySeconds));
    } else if (this.progress[r] === arrived) this.port.moveAt(r, now);
    else this.progress[r] = expected;
  }

  /** It reaches the core that decodes it, its cache sets out, or joins it. */
  move(r: number, now: number): void {
    const { requests } = this;
    if (requests.state[r] === handedOver) {
      this.reach(r, now);
      if (requests.moving[r] !== pulled) this.push(r, now);
    } else if (requests.moving[r] === pulled) {
      const { bytesPerToken, bytesPerSequence } = this.link(r);
      this.send(r, (this.tokens[r] as number) * bytesPerToken + bytesPerSequence, now);
    } else this.join(r);
  }

  /** A transfer ends, unless the speeds have changed since that was foreseen. */
  tick(version: number, now: number): void {
    if (version !== this.version) return;
    for (let r = this.transfers.takeEnded(now); r >= 0; r = this.transfers.takeEnded(now)) {
      if (this.requests.state[r] === copying) {
        this.requests.timeline?.came(r, this.from(r).instance.index);
        this.port.copied(r);
        continue;
      }
      this.left(this.from(r), r);
      this.requests.timeline?.came(r, this.to(r).instance.index);
      if (this.requests.moving[r] === pulled || this.progress[r] === expected) this.join(r);
      else this.progress[r] = arrived;
    }
    this.expectNext();
  }

  get usedLinks(): Links {
    return this.transfers.links;
  }

  /** Share of the time since `origin` in which the busiest link was in use. */
  busiestShare(origin: number, now: number): number {
    return now > origin ? this.transfers.links.busiest(now) / (now - origin) : 0;
  }

  /** Forgets how busy links were: it was warm-up. */
  reset(now: number): void {
    this.transfers.links.reset(now);
  }

  private reach(r: number, now: number): void {
    const { scheduler, instance } = this.to(r);
    this.queuedAt[r] = now;
    this.port.wake(instance);
    scheduler.takeOver(r);
    this.requests.timeline?.moment("handed-over", r, instance.index);
  }

  /** All of its cache sets out, or what has not been streamed. */
  private push(r: number, now: number): void {
    const bytes = this.wholeBytes(r);
    this.progress[r] = underWay;
    if (this.requests.moving[r] !== streamed) {
      this.send(r, bytes, now);
      return;
    }
    this.transfers.close(r, bytes - (this.tokens[r] as number) * this.streamedBytes(r), now);
    this.expectNext();
  }

  private send(r: number, bytes: number, now: number): void {
    this.setOut(r, bytes);
    this.transfers.start(r, bytes, this.path(r), now);
    this.expectNext();
  }

  private setOut(r: number, bytes: number): void {
    this.requests.timeline?.sent(r, this.from(r).instance.index, this.to(r).instance.index, bytes);
  }

  /** Its cache is there, and so is the room for it. */
  private join(r: number): void {
    const { scheduler, instance } = this.to(r);
    this.port.wake(instance);
    scheduler.arrive(r);
  }

  private left({ scheduler, instance }: Core, r: number): void {
    this.port.wake(instance);
    scheduler.letGo(r);
    this.requests.timeline?.level(instance.index, instance.usedBlocks);
  }

  private expectNext(): void {
    this.version = (this.version + 1) % versions;
    const { nextEnd } = this.transfers;
    if (nextEnd < Number.POSITIVE_INFINITY) this.port.tickAt(nextEnd, this.version);
  }

  /** Of a token: the last layer is there when the step ends. */
  private streamedBytes(r: number): number {
    return this.link(r).bytesPerToken * (1 - 1 / this.layers);
  }

  private wholeBytes(r: number): number {
    const { bytesPerToken, bytesPerSequence } = this.link(r);
    return (this.requests.prompt[r] as number) * bytesPerToken + bytesPerSequence;
  }

  private from(r: number): Core {
    return this.cluster.cores[this.requests.promptCore[r] as number] as Core;
  }

  private to(r: number): Core {
    return this.cluster.cores[this.requests.decodeCore[r] as number] as Core;
  }

  private path(r: number): ReturnType<Topology["path"]> {
    return this.topology.path(this.requests.promptCore[r] as number, this.requests.decodeCore[r] as number);
  }

  private link(r: number): KvTransfer {
    return this.linkOf(this.requests.promptCore[r] as number, this.requests.decodeCore[r] as number);
  }

  private linkOf(from: number, to: number): KvTransfer {
    const { cores } = this.cluster;
    const { near, far } = (this.links[(cores[from] as Core).pool] as readonly PoolLinks[])[(cores[to] as Core).pool] as PoolLinks;
    return this.topology.areNear(from, to) ? near : far;
  }
}

function nanoseconds(seconds: number): number {
  return Math.round(seconds * 1e9);
}
