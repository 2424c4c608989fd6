/**
 * One direction of a copy engine, a disk or a port: transfers go one behind the other, as a queue of copies does, so that their ends are
 * known when they are asked for. Times in nanoseconds.
 */
export class Channel {
  freeAt = 0;
  /** Nanoseconds of all transfers so far, those still to come included. */
  busy = 0;

  /** The end of a transfer that takes so long by itself, asked for at `now`. */
  take(nanoseconds: number, now: number): number {
    const start = Math.max(now, this.freeAt);
    this.freeAt = start + nanoseconds;
    this.busy += nanoseconds;
    return this.freeAt;
  }

  /** Forgets how busy it was; what is under way goes on. */
  reset(now: number): void {
    this.busy = Math.max(0, this.freeAt - now);
  }
}
