import { type Hit, hitAt } from "./hit.ts";
import type { Plot } from "./plot.ts";
import type { Interval } from "./window.ts";

export interface GestureEvents {
  readonly view: () => Interval;
  readonly zoom: (factor: number, at: number) => void;
  readonly pan: (share: number) => void;
  readonly zoomTo: (view: Interval) => void;
  readonly fit: () => void;
  readonly pick: (hit: Hit) => void;
  /** null = the pointer left. */
  readonly hover: (hit: Hit, time: number | null) => void;
  readonly key: (event: KeyboardEvent) => boolean;
}

/** A press that moves less is a click. */
const clickPixels = 4;
/** A narrow step is found by a pointer this far beside it. */
const slackPixels = 2;

/**
 * Hands and keys on the plot: a drag zooms to what it draws, with Shift it pans; the wheel scrolls the page, zooms with Ctrl, and pans
 * sideways; a double click shows all.
 */
export function listenTo(plot: Plot, events: GestureEvents): void {
  const { root } = plot;
  let press: { readonly time: number; readonly x: number; readonly y: number; readonly pans: boolean } | null = null;
  let lastX = 0;
  const found = (time: number, y: number): Hit => {
    const { from, to } = events.view();
    return hitAt(plot.lanes, time, y, (slackPixels * (to - from)) / plot.plotWidth);
  };
  root.addEventListener("pointerdown", (event) => {
    const { time, y, isInside } = plot.place(event);
    if (event.button !== 0 || !isInside) return;
    press = { time, x: event.clientX, y, pans: event.shiftKey };
    lastX = event.clientX;
    root.setPointerCapture(event.pointerId);
  });
  root.addEventListener("pointermove", (event) => {
    const { time, y, isInside } = plot.place(event);
    if (press?.pans) {
      events.pan((lastX - event.clientX) / plot.plotWidth);
      lastX = event.clientX;
      return;
    }
    if (press && Math.abs(event.clientX - press.x) >= clickPixels)
      plot.range({ from: Math.min(press.time, time), to: Math.max(press.time, time) });
    if (isInside) events.hover(found(time, y), time);
  });
  root.addEventListener("pointerup", (event) => {
    const { time } = plot.place(event);
    plot.range(null);
    if (!press) return;
    if (Math.abs(event.clientX - press.x) < clickPixels) events.pick(found(press.time, press.y));
    else if (!press.pans) events.zoomTo({ from: Math.min(press.time, time), to: Math.max(press.time, time) });
    press = null;
  });
  root.addEventListener("pointercancel", () => {
    press = null;
    plot.range(null);
  });
  root.addEventListener("pointerleave", () => {
    if (!press) events.hover(null, null);
  });
  root.addEventListener("dblclick", () => events.fit());
  root.addEventListener(
    "wheel",
    (event) => {
      const isSideways = Math.abs(event.deltaX) > Math.abs(event.deltaY);
      if (event.ctrlKey || event.metaKey) events.zoom(Math.exp(event.deltaY * 0.002), plot.place(event).time);
      else if (isSideways || event.shiftKey) events.pan((isSideways ? event.deltaX : event.deltaY) / plot.plotWidth);
      else return;
      event.preventDefault();
    },
    { passive: false },
  );
  root.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (events.key(event)) event.preventDefault();
  });
}
