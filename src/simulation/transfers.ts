/** Of a transfer, what rounding may leave when it ends. */
const nothing = 1e-9;

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
  // By port.
  private readonly senders: Int32Array;
  private readonly receivers: Int32Array;
  private readonly sendingBusy: Float64Array;
  private readonly receivingBusy: Float64Array;

  constructor(most: number, ports: number) {
    this.request = new Int32Array(most);
    this.from = new Int32Array(most);
    this.to = new Int32Array(most);
    this.sending = new Float64Array(most);
    this.receiving = new Float64Array(most);
    this.left = new Float64Array(most);
    this.senders = new Int32Array(ports);
    this.receivers = new Int32Array(ports);
    this.sendingBusy = new Float64Array(ports);
    this.receivingBusy = new Float64Array(ports);
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
    this.senders[from] = (this.senders[from] as number) + 1;
    this.receivers[to] = (this.receivers[to] as number) + 1;
    this.findNextEnd();
  }

  /** Takes out one that has ended by now and returns its request, or −1. */
  takeEnded(now: number): number {
    this.advance(now);
    for (let i = 0; i < this.count; i++) {
      if ((this.left[i] as number) > nothing) continue;
      const r = this.request[i] as number;
      this.remove(i);
      return r;
    }
    this.findNextEnd();
    return -1;
  }

  /** Longest time that any port was in use since the last `reset`, up to now. */
  busiest(now: number): number {
    this.advance(now);
    return Math.max(0, ...this.sendingBusy, ...this.receivingBusy);
  }

  reset(now: number): void {
    this.advance(now);
    this.sendingBusy.fill(0);
    this.receivingBusy.fill(0);
  }

  /** Nanoseconds that all of transfer i takes at the present speeds. */
  private duration(i: number): number {
    const sending = (this.sending[i] as number) * (this.senders[this.from[i] as number] as number);
    const receiving = (this.receiving[i] as number) * (this.receivers[this.to[i] as number] as number);
    return Math.max(sending, receiving);
  }

  private advance(now: number): void {
    const passed = now - this.last;
    this.last = now;
    if (passed === 0 || this.count === 0) return;
    for (let i = 0; i < this.count; i++) {
      const duration = this.duration(i);
      this.left[i] = duration > 0 ? (this.left[i] as number) - passed / duration : 0;
    }
    addWhereUsed(this.sendingBusy, this.senders, passed);
    addWhereUsed(this.receivingBusy, this.receivers, passed);
  }

  private findNextEnd(): void {
    let soonest = Number.POSITIVE_INFINITY;
    for (let i = 0; i < this.count; i++) soonest = Math.min(soonest, Math.max(0, this.left[i] as number) * this.duration(i));
    this.nextEnd = this.last + Math.ceil(soonest);
  }

  private remove(i: number): void {
    const from = this.from[i] as number;
    const to = this.to[i] as number;
    this.senders[from] = (this.senders[from] as number) - 1;
    this.receivers[to] = (this.receivers[to] as number) - 1;
    const last = --this.count;
    for (const row of [this.request, this.from, this.to, this.sending, this.receiving, this.left]) row.copyWithin(i, i + 1, last + 1);
  }
}

function addWhereUsed(busy: Float64Array, users: Int32Array, passed: number): void {
  for (let port = 0; port < users.length; port++) if ((users[port] as number) > 0) busy[port] = (busy[port] as number) + passed;
}
