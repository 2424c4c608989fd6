import { h, say } from "./dom.ts";
import type { RowsModel } from "./models.ts";
import { blank, clock, elapsed } from "./numbers.ts";
import { timeStep, timeTicks } from "./ticks.ts";
import { words } from "./words.ts";

/** The one axis at the end of all rows. */
export class RowAxis {
  readonly root = h("div", { class: "row-axis", aria: { hidden: "true" } });

  draw(model: RowsModel, width: number): void {
    const total = model.to - model.from;
    const share = (at: number) => (at - model.from) / total;
    const shown = ticksOf(model, width).filter(
      ({ at, isEnd }) => isEnd || model.axis === "elapsed" || (share(at) > 0.04 && share(at) < 0.93),
    );
    while (this.root.childElementCount > shown.length) this.root.lastElementChild?.remove();
    while (this.root.childElementCount < shown.length) this.root.append(h("span"));
    for (const [i, { at, text }] of shown.entries()) {
      const tick = this.root.children[i];
      if (!(tick instanceof HTMLElement)) continue;
      say(tick, text);
      const place = share(at);
      tick.style.left = `${place * 100}%`;
      tick.className = place < 0.02 ? "first" : place > 0.98 ? "last" : "";
    }
  }
}

function ticksOf({ axis, from, to, isPast }: RowsModel, width: number): readonly { at: number; text: string; isEnd: boolean }[] {
  const most = Math.max(2, Math.floor(width / (axis === "clock" ? 90 : 60)));
  const step = timeStep(to - from, most);
  const ticks = timeTicks(from, to, most);
  if (axis === "elapsed")
    return ticks.map((at, i) => ({ at, isEnd: false, text: to >= 600 ? elapsed(at) : `${at}${i === 0 ? `${blank}s` : ""}` }));
  return [
    ...ticks.map((at) => ({ at, isEnd: false, text: clock(at, step < 60) })),
    { at: to, isEnd: true, text: isPast ? clock(to, step < 60) : words("now") },
  ];
}

/** A time of the axis in words. */
export function momentWords(at: number, { axis }: RowsModel): string {
  if (axis === "clock") return clock(at, true);
  return at >= 600 ? elapsed(at) : `${at.toFixed(1)}${blank}s`;
}
