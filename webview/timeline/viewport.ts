import { around, type Interval, panned, within, zoomed } from "./window.ts";

/** The seconds of a run that are in view, and how they are moved; tells of every move. */
export class Viewport {
  view: Interval = { from: 0, to: 1 };
  private whole: Interval = { from: 0, to: 1 };

  constructor(private readonly moved: (view: Interval) => void) {}

  /** Another run, from where it is looked at first. */
  open(whole: Interval, view: Interval): void {
    this.whole = whole;
    this.look(view);
  }

  look(view: Interval): void {
    this.view = view;
    this.moved(view);
  }

  /** As near to the wanted interval as the run has it. */
  lookWithin(view: Interval): void {
    this.look(within(view, this.whole));
  }

  /** With room on both sides. */
  lookAround(wanted: Interval): void {
    this.look(around(wanted, this.whole));
  }

  zoom(factor: number, at: number): void {
    this.look(zoomed(this.view, factor, at, this.whole));
  }

  pan(share: number): void {
    this.look(panned(this.view, share, this.whole));
  }

  /** Moved, not stretched, until an interval is in view. */
  bring({ from, to }: Interval): void {
    const { view } = this;
    if (from >= view.from && to <= view.to) return;
    const half = (view.to - view.from) / 2;
    this.lookWithin({ from: from - half, to: from + half });
  }

  /** What is wanted; without it, or asked again, the whole run. */
  fit(wanted: Interval | null): void {
    const { whole, view } = this;
    const next = wanted ? around(wanted, whole) : whole;
    this.look(next.from === view.from && next.to === view.to ? whole : next);
  }
}
