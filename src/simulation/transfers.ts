/** Nanoseconds that rounding may leave of a transfer when it ends. */
const nothing = 1e-3;

/** One end of transfers: how many are at each port, and how long each was in use. */
class Ports {
  readonly users: Int32Array;
  private readonly since: Float64Array;
  private readonly used: Float64Array;

  constructor(count: number) {
    this.users = new Int32Array(count);
    this.since = new Float64Array(count);
    this.used = new Float64Array(count);
  }

  add(port: number, now: number): void {
    if (this.users[port] === 0) this.since[port] = now;
    this.users[port] = (this.users[port] as number) + 1;
  }

  remove(port: number, now: number): void {
    this.users[port] = (this.users[port] as number) - 1;
    if (this.users[port] === 0) this.used[port] = (this.used[port] as number) + now - (this.since[port] as number);
  }

  /** Longest time that one of them was in use since the last `reset`. */
  busiest(now: number): number {
    let most = 0;
    this.used.forEach((used, port) => {
      most = Math.max(most, (this.users[port] as number) > 0 ? used + now - (this.since[port] as number) : used);
    });
    return most;
  }

  reset(now: number): void {
    this.used.fill(0);
    this.since.fill(now);
  }
}

/**
 * Caches on their way from prefill to decode instances. Transfers at one port share it evenly, and each goes as fast as the slower of its
 * two ports lets it; with every start and end the others' speeds change.
 */
export class Transfers {
  /** When the next one ends, in whole nanoseconds; Infinity where none is under way. */
  nextEnd = Number.POSITIVE_INFINITY;
  private count = 0;
  private last = 0;
  // By transfer, in order of their starts.
  private readonly request: Int32Array;
  private readonly from: Int32Array;
  private readonly to: Int32Array;
  /** Nanoseconds with the port to itself. */
  private readonly sending: Float64Array;
  private readonly receiving: Float64Array;
  /** Share still to come, 1 … 0. */
  private readonly left: Float64Array;
  private readonly senders: Ports;
  private readonly receivers: Ports;

  constructor(most: number, ports: number) {
    this.request = new Int32Array(most);
    this.from = new Int32Array(most);
    this.to = new Int32Array(most);
    this.sending = new Float64Array(most);
    this.receiving = new Float64Array(most);
    this.left = new Float64Array(most);
    this.senders = new Ports(ports);
    this.receivers = new Ports(ports);
  }

  start(r: number, from: number, to: number, sending: number, receiving: number, now: number): void {
    this.advance(now);
    const at = this.count++;
    this.request[at] = r;
    this.from[at] = from;
    this.to[at] = to;
    this.sending[at] = sending;
    this.receiving[at] = receiving;
    this.left[at] = sending + receiving > 0 ? 1 : 0;
    this.senders.add(from, now);
    this.receivers.add(to, now);
    this.findNextEnd();
  }

  /** Takes out one that has ended by now and returns its request, or −1. */
  takeEnded(now: number): number {
    this.advance(now);
    for (let i = 0; i < this.count; i++) {
      if (this.nanosecondsLeft(i) > nothing) continue;
      const r = this.request[i] as number;
      this.remove(i);
      return r;
    }
    this.findNextEnd();
    return -1;
  }

  /** Longest time that any port was in use since the last `reset`, up to now. */
  busiest(now: number): number {
    return Math.max(this.senders.busiest(now), this.receivers.busiest(now));
  }

  reset(now: number): void {
    this.senders.reset(now);
    this.receivers.reset(now);
  }

  /** Nanoseconds that all of transfer i takes at the present speeds. */
  private duration(i: number): number {
    const sending = (this.sending[i] as number) * (this.senders.users[this.from[i] as number] as number);
    const receiving = (this.receiving[i] as number) * (this.receivers.users[this.to[i] as number] as number);
    return Math.max(sending, receiving);
  }

  /** At the present speeds. */
  private nanosecondsLeft(i: number): number {
    return (this.left[i] as number) * this.duration(i);
  }

  private advance(now: number): void {
    const passed = now - this.last;
    this.last = now;
    if (passed === 0 || this.count === 0) return;
    for (let i = 0; i < this.count; i++) {
      const duration = this.duration(i);
      this.left[i] = duration > 0 ? (this.left[i] as number) - passed / duration : 0;
    }
  }

  private findNextEnd(): void {
    let soonest = Number.POSITIVE_INFINITY;
    for (let i = 0; i < this.count; i++) soonest = Math.min(soonest, this.nanosecondsLeft(i));
    this.nextEnd = this.last + Math.ceil(Math.max(0, soonest - nothing));
  }

  private remove(i: number): void {
    this.senders.remove(this.from[i] as number, this.last);
    this.receivers.remove(this.to[i] as number, this.last);
    const last = --this.count;
    for (const row of [this.request, this.from, this.to, this.sending, this.receiving, this.left]) row.copyWithin(i, i + 1, last + 1);
  }
}
