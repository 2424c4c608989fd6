import { FairShare } from "./fair-share.ts";
import { Flows, mostLinks } from "./flows.ts";
import { Links } from "./links.ts";

/** Nanoseconds that rounding may leave of a transfer when it ends. */
const nothing = 1e-3;

/** Links that a transfer crosses: a port at each end, and the networks of their nodes where these are narrower; −1 = none. */
export interface Path {
  readonly from: number;
  readonly to: number;
  readonly fromNode: number;
  readonly toNode: number;
}

/** Caches on their way between cores, over links that they share max-min fairly; with every start and end the others' rates change. */
export class Transfers {
  /** When the next one ends or has sent all that is there, in whole nanoseconds; Infinity where none will. */
  nextEnd = Number.POSITIVE_INFINITY;
  readonly links: Links;
  private readonly flows = new Flows();
  private readonly fairShare: FairShare;
  private last = 0;

  /** Bytes in a nanosecond, by link. */
  constructor(capacity: Float64Array) {
    this.links = new Links(capacity);
    this.fairShare = new FairShare(capacity);
  }

  /** So many bytes set out. */
  start(r: number, bytes: number, path: Path, now: number): void {
    this.advance(now);
    this.flows.left[this.enter(r, path)] = bytes;
    this.share();
  }

  /** Bytes more of a transfer that begins with its first ones: all of them come about by `until`, and others will follow. */
  feed(r: number, bytes: number, path: Path, until: number, now: number): void {
    this.advance(now);
    const { flows } = this;
    const found = this.find(r);
    const i = found >= 0 ? found : this.enter(r, path);
    flows.open[i] = 1;
    flows.left[i] = (flows.left[i] as number) + bytes;
    flows.most[i] = until > now ? (flows.left[i] as number) / (until - now) : Number.POSITIVE_INFINITY;
    this.share();
  }

  /** The last bytes of a transfer that was fed. */
  close(r: number, bytes: number, now: number): void {
    this.advance(now);
    const { flows } = this;
    const i = this.find(r);
    flows.open[i] = 0;
    flows.left[i] = (flows.left[i] as number) + bytes;
    flows.most[i] = Number.POSITIVE_INFINITY;
    this.share();
  }

  /** Takes out one that has ended by now and returns its request, or −1. */
  takeEnded(now: number): number {
    this.advance(now);
    const { flows } = this;
    for (let i = 0; i < flows.count; i++) {
      if (flows.open[i] === 1 || !this.isSent(i)) continue;
      const r = flows.request[i] as number;
      this.remove(i);
      return r;
    }
    this.share();
    return -1;
  }

  private isSent(i: number): boolean {
    return (this.flows.left[i] as number) <= (this.flows.rate[i] as number) * nothing;
  }

  /** Few are under way at a time. */
  private find(r: number): number {
    const { flows } = this;
    for (let i = 0; i < flows.count; i++) if (flows.request[i] === r) return i;
    return -1;
  }

  private enter(r: number, { from, to, fromNode, toNode }: Path): number {
    const { flows } = this;
    const i = flows.add(r);
    const at = i * mostLinks;
    flows.path[at] = from;
    flows.path[at + 1] = to;
    flows.path[at + 2] = fromNode;
    flows.path[at + 3] = toNode;
    for (let k = at; k < at + mostLinks; k++) if ((flows.path[k] as number) >= 0) this.links.add(flows.path[k] as number, this.last);
    return i;
  }

  private advance(now: number): void {
    const { flows } = this;
    const passed = now - this.last;
    this.last = now;
    if (passed === 0) return;
    for (let i = 0; i < flows.count; i++) this.move(i, Math.min(flows.left[i] as number, (flows.rate[i] as number) * passed));
  }

  private move(i: number, bytes: number): void {
    const { flows } = this;
    if (bytes === 0) return;
    flows.left[i] = (flows.left[i] as number) - bytes;
    for (let k = i * mostLinks; k < (i + 1) * mostLinks; k++)
      if ((flows.path[k] as number) >= 0) this.links.count(flows.path[k] as number, bytes);
  }

  /** Gives every transfer its rate anew, and finds when that changes by itself. */
  private share(): void {
    const { flows } = this;
    for (let i = 0; i < flows.count; i++) if (this.isSent(i)) this.move(i, flows.left[i] as number);
    this.fairShare.assign(flows);
    let soonest = Number.POSITIVE_INFINITY;
    for (let i = 0; i < flows.count; i++) {
      const left = flows.left[i] as number;
      if (left > 0) soonest = Math.min(soonest, left / (flows.rate[i] as number));
      else if (flows.open[i] === 0) soonest = 0;
    }
    this.nextEnd = this.last + Math.ceil(Math.max(0, soonest - nothing));
  }

  private remove(i: number): void {
    const { flows } = this;
    for (let k = i * mostLinks; k < (i + 1) * mostLinks; k++)
      if ((flows.path[k] as number) >= 0) this.links.remove(flows.path[k] as number, this.last);
    flows.remove(i);
  }
}
