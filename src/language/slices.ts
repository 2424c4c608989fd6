/** Milliseconds of work after which the thread is handed back: half of what a slice may last, the other half is the part under way. */
const longest = 5;

/** Runs long work part by part, and lets others have the thread in between. */
export class Slices {
  private began = Number.NEGATIVE_INFINITY;

  constructor(
    /** Milliseconds, from any beginning. */
    private readonly clock: () => number,
    /** Comes back when whoever waited for the thread has had it. */
    private readonly rest: () => Promise<void>,
  ) {}

  /** Each `yield` of the work is a place where it can wait. */
  async run<T>(work: Generator<undefined, T>): Promise<T> {
    for (;;) {
      if (this.clock() - this.began >= longest) {
        await this.rest();
        this.began = this.clock();
      }
      const { done, value } = work.next();
      if (done) return value;
    }
  }
}
