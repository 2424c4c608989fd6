/** Lets something through once in so many milliseconds. */
export class Pulse {
  private last = Number.NEGATIVE_INFINITY;

  constructor(private readonly everyMs: number) {}

  isDue(): boolean {
    const now = performance.now();
    if (now - this.last < this.everyMs) return false;
    this.last = now;
    return true;
  }
}
