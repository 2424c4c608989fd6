import type { Instance } from "./engine/instance.ts";
import type { EventQueue } from "./event-queue.ts";
import { eventOf, stepKind } from "./events.ts";

/** What the steps of instances tell the run. */
export interface StepsPort {
  /** A step has begun in that slot. */
  began(instance: Instance, slot: number): void;
  /** A step has ended. */
  ended(instance: Instance): void;
}

/** Steps of all instances as events: whom something happens to may start its next one when all of the instant is handled. */
export class InstanceSteps {
  private readonly touched: Int32Array;
  private readonly isTouched: Uint8Array;
  private touchedCount = 0;

  constructor(
    private readonly instances: readonly Instance[],
    /** Most steps of one instance that are in flight at once. */
    private readonly slots: number,
    private readonly queue: EventQueue,
    private readonly port: StepsPort,
  ) {
    this.touched = new Int32Array(instances.length);
    this.isTouched = new Uint8Array(instances.length);
  }

  /** Something is about to happen to an instance: what it foresaw ends with the step in flight. */
  wake(instance: Instance): void {
    if (instance.interrupt()) this.expectEnd(instance, 0);
    if (this.isTouched[instance.index] === 1) return;
    this.isTouched[instance.index] = 1;
    this.touched[this.touchedCount++] = instance.index;
  }

  /** In the order of the instances: which one was touched first must not matter. */
  start(): void {
    const { touched } = this;
    const count = this.touchedCount;
    if (count > 1) touched.subarray(0, count).sort();
    this.touchedCount = 0;
    for (let i = 0; i < count; i++) {
      const index = touched[i] as number;
      const instance = this.instances[index] as Instance;
      this.isTouched[index] = 0;
      for (let slot = instance.start(this.queue.now); slot >= 0; slot = instance.start(this.queue.now)) {
        this.expectEnd(instance, slot);
        this.port.began(instance, slot);
      }
    }
  }

  /** The step of this event's subject may have ended. */
  end(subject: number): void {
    const instance = this.instances[Math.floor(subject / this.slots)] as Instance;
    if (!instance.finish(subject % this.slots, this.queue.now)) return;
    this.wake(instance);
    this.port.ended(instance);
  }

  private expectEnd(instance: Instance, slot: number): void {
    const time = instance.endOf(slot);
    const subject = instance.index * this.slots + slot;
    const event = eventOf(subject, stepKind);
    // Had it been taken on its own, it would have ended before what happens now.
    if (time === this.queue.now && event < this.queue.event) this.end(subject);
    else this.queue.push(time, event);
  }
}
