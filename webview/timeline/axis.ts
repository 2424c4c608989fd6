import { blank, elapsed } from "../parts/numbers.ts";
import type { Interval } from "./window.ts";

export interface Tick {
  readonly at: number;
  readonly text: string;
}

/** Round times in view, at most so many: `61.5 s`, from ten minutes of whole seconds on `12:30`. */
export function axisTicks({ from, to }: Interval, most: number): Tick[] {
  const step = roundStep((to - from) / Math.max(1, most));
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const ticks: Tick[] = [];
  for (let index = Math.ceil(from / step - 1e-9); index * step <= to + step * 1e-9; index++) {
    const at = Number((index * step).toPrecision(14));
    ticks.push({ at, text: step >= 1 && to >= 600 ? elapsed(at) : `${at.toFixed(digits)}${blank}s` });
  }
  return ticks;
}

/** The next of 1, 2, 5 × 10ⁿ at or above; from a minute on what clocks have. */
function roundStep(seconds: number): number {
  if (seconds > 50) return [60, 120, 300, 600, 1200, 1800, 3600].find((step) => step >= seconds) ?? Math.ceil(seconds / 3600) * 3600;
  const power = 10 ** Math.floor(Math.log10(seconds));
  return Number(([1, 2, 5, 10].map((one) => one * power).find((step) => step >= seconds * 0.999_999) ?? power).toPrecision(6));
}
