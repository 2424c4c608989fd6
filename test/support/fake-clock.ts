import type { Clock } from "../../src/platform/clock.ts";

/** Time that passes only when told to; timers fire in order, and what they start settles in between. */
export class FakeClock implements Clock {
  private time = 1_000_000;
  /** By how much the wall's clock was set, in milliseconds. */
  set = 0;
  private timers: { at: number; call: () => void }[] = [];

  now(): number {
    return this.time + this.set;
  }

  steady(): number {
    return this.time;
  }

  after(ms: number, call: () => void): () => void {
    const timer = { at: this.time + ms, call };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((other) => other !== timer);
    };
  }

  get waiting(): number {
    return this.timers.length;
  }

  async pass(ms: number): Promise<void> {
    const end = this.time + ms;
    for (;;) {
      await settled();
      const next = this.timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.timers = this.timers.filter((other) => other !== next);
      this.time = Math.max(this.time, next.at);
      next.call();
    }
    this.time = end;
    await settled();
  }
}

async function settled(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}
