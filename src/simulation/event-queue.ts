/**
 * Earliest first; equal times leave in the order of their numbers, so that it does not matter when an event was foreseen. Binary heap in
 * flat arrays.
 */
export class EventQueue {
  private times = new Float64Array(64);
  private events = new Int32Array(64);
  private count = 0;
  /** The event that was taken out last, and its time. */
  event = -1;
  now = 0;

  get size(): number {
    return this.count;
  }

  /** Time of the next event; Infinity when there is none. */
  get nextTime(): number {
    return this.count > 0 ? (this.times[0] as number) : Number.POSITIVE_INFINITY;
  }

  push(at: number, event: number): void {
    if (this.count === this.times.length) this.grow();
    let hole = this.count++;
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      if (this.before(parent, at, event)) break;
      this.move(parent, hole);
      hole = parent;
    }
    this.put(hole, at, event);
  }

  /** Takes the next event out and returns it; −1 when there is none. */
  pop(): number {
    if (this.count === 0) return -1;
    this.now = this.times[0] as number;
    this.event = this.events[0] as number;
    const last = --this.count;
    if (last > 0) this.sink(this.times[last] as number, this.events[last] as number);
    return this.event;
  }

  private sink(at: number, event: number): void {
    const end = this.count;
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= end) break;
      if (child + 1 < end && this.before(child + 1, this.times[child] as number, this.events[child] as number)) child++;
      if (!this.before(child, at, event)) break;
      this.move(child, hole);
      hole = child;
    }
    this.put(hole, at, event);
  }

  private before(index: number, at: number, event: number): boolean {
    const time = this.times[index] as number;
    return time < at || (time === at && (this.events[index] as number) < event);
  }

  private move(from: number, to: number): void {
    this.put(to, this.times[from] as number, this.events[from] as number);
  }

  private put(index: number, at: number, event: number): void {
    this.times[index] = at;
    this.events[index] = event;
  }

  private grow(): void {
    const length = this.times.length * 2;
    const times = new Float64Array(length);
    const events = new Int32Array(length);
    times.set(this.times);
    events.set(this.events);
    this.times = times;
    this.events = events;
  }
}
