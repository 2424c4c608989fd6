import type { Requests } from "../requests.ts";

/** First come first served; preempted requests return to the front. A request is in this queue or in the running list, so they share links. */
export class WaitingQueue {
  head = -1;
  count = 0;
  /** Requests so far that were put in at the end. */
  appended = 0;
  private tail = -1;

  constructor(
    private readonly requests: Requests,
    private readonly totals: { waiting: number },
  ) {}

  append(r: number): void {
    this.requests.next[r] = -1;
    if (this.tail >= 0) this.requests.next[this.tail] = r;
    else this.head = r;
    this.tail = r;
    this.count++;
    this.appended++;
    this.totals.waiting++;
  }

  /** All of them, first to last. */
  list(): number[] {
    const all: number[] = [];
    for (let r = this.head; r >= 0; r = this.requests.next[r] as number) all.push(r);
    return all;
  }

  /** The same ones in another order. */
  refill(all: readonly number[]): void {
    const { next } = this.requests;
    for (let i = 0; i < all.length; i++) next[all[i] as number] = all[i + 1] ?? -1;
    this.head = all[0] ?? -1;
    this.tail = all.at(-1) ?? -1;
  }

  prepend(r: number): void {
    this.requests.next[r] = this.head;
    this.head = r;
    if (this.tail < 0) this.tail = r;
    this.count++;
    this.totals.waiting++;
  }

  takeFirst(): void {
    this.head = this.requests.next[this.head] as number;
    if (this.head < 0) this.tail = -1;
    this.count--;
    this.totals.waiting--;
  }
}

/** Running requests in order of admission. */
export class RunningList {
  head = -1;
  tail = -1;
  count = 0;
  /** Times so far that a request stopped running or gave blocks back: whoever waits may look again. */
  departures = 0;
  private admissions = 0;

  constructor(
    private readonly requests: Requests,
    private readonly totals: { running: number },
  ) {}

  append(r: number): void {
    const { next, previous, order } = this.requests;
    order[r] = this.admissions++;
    next[r] = -1;
    previous[r] = this.tail;
    if (this.tail >= 0) next[this.tail] = r;
    else this.head = r;
    this.tail = r;
    this.count++;
    this.totals.running++;
  }

  remove(r: number): void {
    const { next, previous } = this.requests;
    const before = previous[r] as number;
    const after = next[r] as number;
    if (before >= 0) next[before] = after;
    else this.head = after;
    if (after >= 0) previous[after] = before;
    else this.tail = before;
    this.count--;
    this.departures++;
    this.totals.running--;
  }
}
