import { clock, duration } from "../parts/numbers.ts";
import { words } from "../parts/words.ts";
import { windowChoices } from "./controls.ts";
import type { TimeView } from "./time-view.ts";

/** `5 min` of what a window measured, in the labels of its figures; a person's own interval by its length. */
export function windowName(seconds: number, { windowSeconds, zoom }: TimeView): string {
  const isWhole = !zoom && Number.isFinite(windowSeconds) && seconds >= windowSeconds - 1;
  return short(isWhole ? windowSeconds : seconds);
}

/** The heading above the rows. */
export function windowTitle(seconds: number, { windowSeconds, zoom }: TimeView): string {
  if (zoom) return words("{0} to {1}", clock(zoom.from, true), clock(zoom.to, true));
  if (!Number.isFinite(windowSeconds)) return words("All {0}", short(seconds));
  if (seconds < windowSeconds - 1) return words("Last {0}", short(seconds));
  return windowChoices().find((choice) => choice.seconds === windowSeconds)?.heading ?? "";
}

/** Whole minutes without their seconds, seconds without a fraction. */
function short(seconds: number): string {
  return duration(Math.round(seconds))
    .replace(/\u00a0(min)\u00a00\u00a0s$/, "\u00a0$1")
    .replace(/\u00a0(h)\u00a00\u00a0min$/, "\u00a0$1")
    .replace(/^(\d+)\.\d+(\u00a0s)$/, "$1$2");
}
