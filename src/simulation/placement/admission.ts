import type { Message } from "../../deployment/message.ts";
import type { Core } from "./fleet.ts";
import type { Placement } from "./placement.ts";

/** Whether a core takes no further request into its queue. */
export function isFull({ scheduler, instance }: Core): boolean {
  const { mostQueued } = scheduler.core.limits;
  if (mostQueued === undefined) return false;
  instance.catchUp();
  return scheduler.waitingCount >= mostQueued;
}

/** A placement that takes so many requests at once; whoever comes meanwhile is refused. */
export class LimitedPlacement implements Placement {
  readonly beatEvery: number;
  private underWay = 0;

  constructor(
    private readonly inner: Placement,
    private readonly most: number,
  ) {
    this.beatEvery = inner.beatEvery;
  }

  arrive(r: number, now: number): number {
    if (this.underWay >= this.most) return -1;
    const core = this.inner.arrive(r, now);
    if (core >= 0) this.underWay++;
    return core;
  }

  promptDone(r: number, now: number): void {
    this.inner.promptDone(r, now);
  }

  leave(r: number, now: number): number {
    return this.inner.leave(r, now);
  }

  finish(r: number, now: number): void {
    this.underWay--;
    this.inner.finish(r, now);
  }

  beat(now: number): void {
    this.inner.beat(now);
  }

  copied(r: number, now: number): void {
    this.inner.copied?.(r, now);
  }

  figures(): readonly Message[] {
    return this.inner.figures?.() ?? [];
  }

  reset(): void {
    this.inner.reset?.();
  }
}
