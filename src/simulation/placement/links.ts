/** What flows over each of a run's links: how many, since when, and the bytes so far. */
export class Links {
  readonly users: Int32Array;
  private readonly moved: Float64Array;
  private readonly used: Float64Array;
  private readonly since: Float64Array;

  /** Bytes in a nanosecond, by link. */
  constructor(readonly capacity: Float64Array) {
    this.users = new Int32Array(capacity.length);
    this.moved = new Float64Array(capacity.length);
    this.used = new Float64Array(capacity.length);
    this.since = new Float64Array(capacity.length);
  }

  add(link: number, now: number): void {
    if (this.users[link] === 0) this.since[link] = now;
    this.users[link] = (this.users[link] as number) + 1;
  }

  remove(link: number, now: number): void {
    this.users[link] = (this.users[link] as number) - 1;
    if (this.users[link] === 0) this.used[link] = (this.used[link] as number) + now - (this.since[link] as number);
  }

  count(link: number, bytes: number): void {
    this.moved[link] = (this.moved[link] as number) + bytes;
  }

  /** Longest time that one of them was in use since the last `reset`. */
  busiest(now: number): number {
    let most = 0;
    this.used.forEach((used, link) => {
      most = Math.max(most, (this.users[link] as number) > 0 ? used + now - (this.since[link] as number) : used);
    });
    return most;
  }

  /** Bytes of each since the last `reset`. */
  get bytes(): Float64Array {
    return this.moved;
  }

  reset(now: number): void {
    this.moved.fill(0);
    this.used.fill(0);
    this.since.fill(now);
  }
}
