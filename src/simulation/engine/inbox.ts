import { queued, waiting } from "../requests.ts";
import type { EngineCore } from "./engine-core.ts";
import type { Intake } from "./intake.ts";
import type { Slot } from "./scheduling.ts";

/** When an engine takes notice of what has reached it. */
export interface Reception {
  /** A step is put together while the one before it runs: who comes meanwhile is too late for it. */
  readonly isAhead: boolean;
  /** Decode steps from one look to the next; behind a step with prompts it looks at once. */
  readonly everySteps: number;
}

/** Requests and caches that have reached an engine core and are not noticed yet. An engine that has nothing to run takes notice at once. */
export class Inbox {
  private readonly arrived: number[] = [];
  /** Those whose cache has come: looked for with every step. */
  private readonly pulled: number[] = [];
  /** Seen when the last step was put together. */
  private readonly noticed: number[] = [];
  private steps = 0;

  constructor(
    private readonly core: EngineCore,
    /** Of a core that may take caches over. */
    private readonly intake: Intake | null,
    private readonly reception: Reception,
  ) {}

  get count(): number {
    return this.arrived.length + this.pulled.length + this.noticed.length;
  }

  get hasNoticed(): boolean {
    return this.noticed.length > 0;
  }

  append(r: number): void {
    const isRequest = this.isRequest(r);
    (isRequest ? this.arrived : this.pulled).push(r);
    if (isRequest) this.core.totals.waiting++;
  }

  get isEmpty(): boolean {
    return this.arrived.length + this.pulled.length + this.noticed.length === 0;
  }

  /** So many decode steps have been filled while nobody came. */
  skip(steps: number): void {
    const { everySteps, isAhead } = this.reception;
    // Counted from 0 where it looks behind a step, from 1 where before it.
    const first = isAhead ? 0 : 1;
    this.steps = ((Math.min(this.steps, everySteps) - first + steps) % everySteps) + first;
  }

  /** A step is about to be filled. */
  open(): void {
    if (!this.reception.isAhead) this.look();
    this.hand(this.noticed);
    if (this.core.running.count > 0) return;
    this.hand(this.arrived);
    this.hand(this.pulled);
  }

  /** A step has been filled. */
  close(slot: Slot): void {
    this.steps += slot.chunkCount > 0 ? this.reception.everySteps : 1;
    if (this.reception.isAhead) this.look();
  }

  private look(): void {
    this.notice(this.pulled);
    if (this.steps < this.reception.everySteps) return;
    this.steps = 0;
    this.notice(this.arrived);
  }

  private notice(list: number[]): void {
    if (list.length === 0) return;
    for (const r of list) this.noticed.push(r);
    list.length = 0;
  }

  private hand(list: number[]): void {
    if (list.length === 0) return;
    const { core, intake } = this;
    for (const r of list) {
      if (this.isRequest(r)) core.totals.waiting--;
      const state = core.requests.state[r];
      if (state === waiting) core.waiting.append(r);
      else if (state === queued) intake?.enqueue(r);
      else intake?.arrive(r);
    }
    list.length = 0;
  }

  private isRequest(r: number): boolean {
    const state = this.core.requests.state[r];
    return state === waiting || state === queued;
  }
}
