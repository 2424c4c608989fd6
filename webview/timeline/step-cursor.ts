import { neighbour } from "./hit.ts";
import type { RunIndex } from "./run-index.ts";
import { requestsIn, type StepAt } from "./selection.ts";
import type { Interval } from "./window.ts";

/** The step that is looked at, and how the keyboard goes on from it: along its lane, to the lane beside, into its requests. */
export class StepCursor {
  focused: StepAt | null = null;
  /** Place of the lane among those that are drawn. */
  private lane = 0;
  /** Requests of the step that were chosen so far, one after the other. */
  private picked = 0;

  /** Instances that have a lane now, from above. */
  constructor(private readonly lanes: () => readonly number[]) {}

  /** Other lanes are drawn. */
  toFirstLane(): void {
    this.lane = 0;
  }

  on(step: StepAt | null): void {
    this.focused = step;
    this.picked = 0;
  }

  /** The instance whose lane the keyboard is on. */
  get instance(): number | undefined {
    return this.lanes()[this.lane];
  }

  /** Of the step where it is in view; else of the view. */
  centre({ from, to }: Interval): number {
    const { focused } = this;
    const middle = focused ? (focused.from + focused.to) / 2 : Number.NaN;
    return middle >= from && middle <= to ? middle : (from + to) / 2;
  }

  /** The next step of the lane; without one that is looked at, the first in view. */
  along(index: RunIndex, direction: 1 | -1, view: Interval): StepAt | undefined {
    const { instance, focused } = this;
    if (instance === undefined) return undefined;
    return neighbour(index, instance, focused?.instance === instance ? focused : null, direction, view.from) ?? undefined;
  }

  /** Moves to the lane beside, as far as there is one, and finds the step at the same time there. */
  across(index: RunIndex, direction: 1 | -1, view: Interval): StepAt | undefined {
    this.lane = Math.min(this.lanes().length - 1, Math.max(0, this.lane + direction));
    const { instance } = this;
    if (instance === undefined) return undefined;
    return neighbour(index, instance, null, 1, this.focused ? this.focused.from : (view.from + view.to) / 2) ?? undefined;
  }

  /** A request of the step, and with every further question the next one of it. */
  nextRequest(index: RunIndex): number | undefined {
    const { focused } = this;
    if (!focused) return undefined;
    const requests = requestsIn(index, focused.row);
    const wanted = requests[this.picked % Math.max(1, requests.length)];
    if (wanted) this.picked++;
    return wanted?.request;
  }
}
