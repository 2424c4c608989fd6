export interface RowGestureEvents {
  /** Time under a pointer; null outside the plots. */
  readonly timeAt: (event: MouseEvent) => number | null;
  readonly hover: (at: number | null) => void;
  /** What is being drawn out; null = nothing any more. */
  readonly draw: (range: readonly [from: number, to: number] | null) => void;
  readonly select: (from: number, to: number) => void;
  readonly click: () => void;
  readonly reset: () => void;
  /** Pixels to the right; absent where time cannot be moved. */
  readonly pan: ((pixels: number) => void) | undefined;
  readonly zoom: ((factor: number, at: number) => void) | undefined;
}

/** A press that moves less is a click. */
const clickPixels = 4;

/**
 * Hands on the rows: a drag selects what it draws, with Shift it pans; the wheel scrolls the page, zooms with Ctrl and pans sideways; a
 * double click goes back.
 */
export function listenToRows(list: HTMLElement, events: RowGestureEvents): void {
  let press: { readonly at: number; readonly x: number; readonly pans: boolean } | null = null;
  let lastX = 0;
  list.addEventListener("pointerdown", (event) => {
    const at = events.timeAt(event);
    if (event.button !== 0 || at === null) return;
    press = { at, x: event.clientX, pans: event.shiftKey && events.pan !== undefined };
    lastX = event.clientX;
    list.setPointerCapture(event.pointerId);
  });
  list.addEventListener("pointermove", (event) => {
    if (press?.pans) {
      events.pan?.(lastX - event.clientX);
      lastX = event.clientX;
      return;
    }
    const at = events.timeAt(event);
    if (press && at !== null) events.draw([Math.min(press.at, at), Math.max(press.at, at)]);
    events.hover(at);
  });
  list.addEventListener("pointerup", (event) => {
    const to = events.timeAt(event);
    events.draw(null);
    const from = press;
    press = null;
    if (!from || from.pans || to === null) return;
    if (Math.abs(event.clientX - from.x) < clickPixels) events.click();
    else events.select(Math.min(from.at, to), Math.max(from.at, to));
  });
  list.addEventListener("pointercancel", () => {
    press = null;
    events.draw(null);
  });
  list.addEventListener("pointerleave", () => {
    if (!press) events.hover(null);
  });
  list.addEventListener("dblclick", () => events.reset());
  list.addEventListener(
    "wheel",
    (event) => {
      const at = events.timeAt(event);
      const isSideways = Math.abs(event.deltaX) > Math.abs(event.deltaY);
      if ((event.ctrlKey || event.metaKey) && events.zoom && at !== null) events.zoom(Math.exp(event.deltaY * 0.002), at);
      else if (isSideways && events.pan) events.pan(event.deltaX);
      else return;
      event.preventDefault();
    },
    { passive: false },
  );
}
