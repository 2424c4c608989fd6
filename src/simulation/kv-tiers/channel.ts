/**
 * One direction of a copy engine, a disk or a port: transfers go one behind the other, as a queue of copies does, so that their ends are
 * known when they are asked for. Times in nanoseconds.
 */
export class Channel {
  freeAt = 0;
  /** Nanoseconds of all transfers so far, those still to come included. */
  busy = 0;

  /** When a transfer would end that takes so long by itself, asked for at `now`. */
  endOf(nanoseconds: number, now: number): number {
    return Math.max(now, this.freeAt) + nanoseconds;
  }

  /** Begins one; returns its end. */
  take(nanoseconds: number, now: number): number {
    this.freeAt = this.endOf(nanoseconds, now);
    this.busy += nanoseconds;
    return this.freeAt;
  }

  /** Forgets how busy it was; what is under way goes on. */
  reset(now: number): void {
    this.busy = Math.max(0, this.freeAt - now);
  }
}
