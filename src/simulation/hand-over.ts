import type { KvTransfer } from "../timing/collectives/kv-transfer.ts";
import type { Cluster, ClusterPlan } from "./cluster.ts";
import type { Core, Fleet } from "./fleet.ts";
import type { Instance } from "./instance.ts";
import { handedOver, type Requests } from "./requests.ts";
import { Transfers } from "./transfers.ts";

/** So many forecasts until a number comes again. */
const versions = 2 ** 28;

/** What the way between the pools may ask of the run. */
export interface HandOverPort {
  /** Calls `move` at that time. */
  moveAt(r: number, time: number): void;
  /** Calls `tick` at that time. */
  tickAt(time: number, version: number): void;
  wake(instance: Instance): void;
}

/**
 * The way of requests from their prefill to a decode instance. It is chosen when the prompt is computed; the request queues there, its
 * cache is pulled once there is room, and the prefill instance keeps its blocks until then.
 */
export class HandOver {
  private readonly prefill: Fleet;
  private readonly transfers: Transfers;
  private readonly tokens: Int32Array;
  private readonly queuedAt: Float64Array;
  private version = 0;

  constructor(
    private readonly requests: Requests,
    { entry, cores }: Cluster,
    private readonly decode: Fleet,
    private readonly links: ClusterPlan["links"],
    private readonly port: HandOverPort,
  ) {
    this.prefill = entry;
    this.transfers = new Transfers(requests.count, cores);
    this.tokens = new Int32Array(requests.count);
    this.queuedAt = new Float64Array(requests.count);
  }

  /** Its prompt is computed. */
  begin(r: number, now: number): void {
    this.prefill.release(r);
    this.requests.instance[r] = this.decode.route(r, now).index;
    this.port.moveAt(r, now + nanoseconds(this.link(r).handOverSeconds));
  }

  /** Its decode instance has room for it. */
  pull(r: number, tokens: number, now: number): void {
    this.requests.decodeQueue[r] = now - (this.queuedAt[r] as number);
    this.tokens[r] = tokens;
    this.requests.timeline?.moment("asked", r);
    this.port.moveAt(r, now + nanoseconds(this.link(r).latencySeconds));
  }

  /** It reaches its decode instance, or its cache sets out. */
  move(r: number, now: number): void {
    if (this.requests.state[r] === handedOver) {
      const { scheduler, instance } = this.decode.core(r);
      this.queuedAt[r] = now;
      scheduler.enqueue(r);
      this.requests.timeline?.moment("handed-over", r, instance.index);
      this.port.wake(instance);
      return;
    }
    const { secondsPerToken, secondsPerSequence, sentShare, bytesPerToken, bytesPerSequence } = this.link(r);
    const [from, to] = [this.prefill.core(r), this.decode.core(r)];
    const bytes = (this.tokens[r] as number) * bytesPerToken + bytesPerSequence;
    this.requests.timeline?.sent(r, from.instance.index, to.instance.index, bytes);
    const receiving = ((this.tokens[r] as number) * secondsPerToken + secondsPerSequence) * 1e9;
    this.transfers.start(r, from.index, to.index, receiving * sentShare, receiving, now);
    this.expectNext();
  }

  /** A transfer ends, unless the speeds have changed since that was foreseen. */
  tick(version: number, now: number): void {
    if (version !== this.version) return;
    for (let r = this.transfers.takeEnded(now); r >= 0; r = this.transfers.takeEnded(now)) {
      this.left(this.prefill.core(r), r);
      const { scheduler, instance } = this.decode.core(r);
      scheduler.arrive(r);
      this.requests.timeline?.came(r, instance.index);
      this.port.wake(instance);
    }
    this.expectNext();
  }

  /** Share of the time since `origin` in which the busiest port was in use. */
  busiestShare(origin: number, now: number): number {
    return now > origin ? this.transfers.busiest(now) / (now - origin) : 0;
  }

  /** Forgets how busy ports were: it was warm-up. */
  reset(now: number): void {
    this.transfers.reset(now);
  }

  private left({ scheduler, instance }: Core, r: number): void {
    scheduler.letGo(r);
    this.requests.timeline?.level(instance.index, instance.usedBlocks);
    this.port.wake(instance);
  }

  private expectNext(): void {
    this.version = (this.version + 1) % versions;
    const { nextEnd } = this.transfers;
    if (nextEnd < Number.POSITIVE_INFINITY) this.port.tickAt(nextEnd, this.version);
  }

  private link(r: number): KvTransfer {
    return (this.links[this.prefill.replica(r).pool] as readonly KvTransfer[])[this.decode.replica(r).pool] as KvTransfer;
  }
}

function nanoseconds(seconds: number): number {
  return Math.round(seconds * 1e9);
}
