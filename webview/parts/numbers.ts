import * as quantity from "../../src/catalog/quantity.ts";

/** Figures as everywhere in the product, with a blank that no line break can part from its unit. */

export const blank = "\u00a0";
export const bound = (text: string): string => text.replaceAll(" ", blank);

export const duration = (seconds: number): string => bound(quantity.duration(seconds));
export const rate = (perSecond: number, unit: "req/s" | "tok/s"): string => bound(quantity.rate(perSecond, unit));
export const percent = (share: number): string => bound(quantity.percent(share));
export const gib = (bytes: number, decimals?: number): string => bound(quantity.gib(bytes, decimals));
export const figure = (value: number): string => bound(quantity.figure(value));
export const whole = quantity.whole;

/** Round numbers (limits, ticks, ends of scales) without the zeros that only say how exact a figure is: `75 ms`, `1 s`. */
export function brief(text: string): string {
  return text.replace(/^(\d+)\.(\d*?)0+(?!\d)/, (_, units: string, rest: string) => (rest === "" ? units : `${units}.${rest}`));
}

/** The end of a scale: short enough for the gutter beside a row. */
export function scaleEnd(value: number, format: (value: number) => string): string {
  return value >= 100_000 ? quantity.shortTokens(value) : brief(format(value));
}

/** Shares of a whole: `78 %`, below ten with one decimal. */
export function share(value: number): string {
  const points = value * 100;
  return `${points === 0 ? "0" : points < 9.95 ? points.toFixed(1) : String(Math.round(points))}${blank}%`;
}

/** `1.19 s` as `1.19` and `s`; a value of several words stays whole. */
export function parts(text: string): readonly [value: string, unit: string] {
  const pieces = text.split(blank);
  return pieces.length === 2 ? [pieces[0] ?? "", pieces[1] ?? ""] : [text, ""];
}

/** Milliseconds with three digits and no unit, for rows whose unit stands beside the name. */
export function milliseconds(seconds: number): string {
  return figure(seconds * 1000);
}

export const durationRange = (low: number, high: number): string => bound(quantity.durationRange(low, high));
export const percentRange = (low: number, high: number): string => bound(quantity.percentRange(low, high));
export const dollars = (low: number, high: number): string => bound(quantity.dollars(low, high));
export const span = (low: number, high: number, unit: string): string => bound(quantity.figureRange(low, high, unit));

/** `62–78 s` of a run, or `62 s`. */
export function interval(from: number, to: number): string {
  const short = (seconds: number) => (to - from < 10 ? seconds.toFixed(1) : String(Math.round(seconds)));
  return to >= 600 ? `${elapsed(from)}–${elapsed(to)}` : `${short(from)}–${short(to)}${blank}s`;
}

/** Axis words of a run's own clock: `90`, from ten minutes `12:30`. */
export function elapsed(seconds: number): string {
  const total = Math.round(seconds);
  return `${Math.floor(total / 60)}:${String(total % 60).padStart(2, "0")}`;
}

/** `14:08:26` in the reader's own zone. */
export function clock(unixSeconds: number, withSeconds: boolean): string {
  const date = new Date(unixSeconds * 1000);
  const two = (value: number) => String(value).padStart(2, "0");
  const minutes = `${two(date.getHours())}:${two(date.getMinutes())}`;
  return withSeconds ? `${minutes}:${two(date.getSeconds())}` : minutes;
}

/** `0.4 s`, `14 s`, `3 min`: how long ago, short enough for a bar that changes four times a second. */
export function age(seconds: number): string {
  if (seconds < 10) return `${Math.max(0, seconds).toFixed(1)}${blank}s`;
  if (seconds < 120) return `${Math.round(seconds)}${blank}s`;
  return `${Math.round(seconds / 60)}${blank}min`;
}

/** `up 3 h 12 min` without seconds from an hour on. */
export function uptime(seconds: number): string {
  return duration(Math.max(0, Math.floor(seconds)));
}
