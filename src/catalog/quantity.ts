/** Figures in words, as every page, lens and message writes them: three significant digits, a blank before the unit (pages make it a no-break one). */

const blank = " ";

/** 639,360 — whole numbers with separators. */
export function whole(value: number): string {
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

/** Three significant digits; four or more digits before the point get separators, from a million `1.53 M`. */
export function figure(value: number): string {
  const size = Math.abs(value);
  if (!Number.isFinite(value)) return "unknown";
  if (size === 0) return "0";
  if (size >= 999_999.5) return `${(value / 1e6).toPrecision(3)}${blank}M`;
  if (size >= 999.5) return whole(value);
  if (size < 0.001) return value.toPrecision(2);
  return Number(value.toPrecision(3)).toFixed(Math.max(0, 2 - Math.floor(Math.log10(Number(size.toPrecision(3))))));
}

/** `131 GiB`, one decimal below 100. */
export function gib(bytes: number, decimals = Math.abs(bytes) >= 99.95 * 2 ** 30 ? 0 : 1): string {
  return `${(bytes / 2 ** 30).toFixed(decimals)}${blank}GiB`;
}

/** `320 KiB`, `40,960 B` below a mebibyte when not whole. */
export function kib(bytes: number): string {
  return `${figure(bytes / 1024)}${blank}KiB`;
}

/** `639k`: lens and axis only. */
export function shortTokens(tokens: number): string {
  if (tokens >= 999_500) return `${(tokens / 1e6).toPrecision(3)}M`;
  if (tokens >= 999.5) return `${Math.round(tokens / 1000)}k`;
  return whole(tokens);
}

/** Below a tenth of a millisecond in µs, below 1 s in ms, above in s, from two minutes `3 min 12 s`. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return "unknown";
  const size = Math.abs(seconds);
  if (size > 0 && size < 0.9995e-4) return `${figure(seconds * 1e6)}${blank}µs`;
  if (size < 0.9995) return `${figure(seconds * 1000)}${blank}ms`;
  if (seconds < 120) return `${figure(seconds)}${blank}s`;
  const total = Math.round(seconds);
  const hours = Math.floor(total / 3600);
  const minutes = Math.floor((total % 3600) / 60);
  return hours > 0 ? `${hours}${blank}h${blank}${minutes}${blank}min` : `${minutes}${blank}min${blank}${total % 60}${blank}s`;
}

/** `13.1 req/s`. */
export function rate(perSecond: number, unit: "req/s" | "tok/s"): string {
  return `${figure(perSecond)}${blank}${unit}`;
}

/** 0.459 → `45.9 %`. */
export function percent(share: number): string {
  return `${figure(share * 100)}${blank}%`;
}

/** `0.75–2.8 s`: two digits, one unit. */
export function durationRange(low: number, high: number): string {
  if (high >= 120) return `${duration(low)}–${duration(high)}`;
  const unit = high < 0.9995 ? "ms" : "s";
  const scale = unit === "ms" ? 1000 : 1;
  return figureRange(low * scale, high * scale, unit);
}

/** `76–87 %`. */
export function percentRange(low: number, high: number): string {
  return figureRange(low * 100, high * 100, "%");
}

/** `10–14 req/s`; one figure where both ends read alike. */
export function figureRange(low: number, high: number, unit: string): string {
  const [from, to] = [twoDigits(low), twoDigits(high)];
  return from === to ? `${from}${blank}${unit}` : `${from}–${to}${blank}${unit}`;
}

/** `$2.37–3.32`: three digits, `$0.25–0.68` below a dollar; one figure where both ends read alike. */
export function dollars(low: number, high: number): string {
  const amount = (value: number): string => (value < 0.995 ? twoDigits(value) : figure(value));
  const [from, to] = [amount(low), amount(high)];
  return from === to ? `$${from}` : `$${from}–${to}`;
}

function twoDigits(value: number): string {
  if (value === 0) return "0";
  if (Math.abs(value) >= 99.5) return whole(Number(value.toPrecision(Math.abs(value) < 1000 ? 3 : 2)));
  const rounded = Number(value.toPrecision(2));
  return rounded.toFixed(Math.max(0, 1 - Math.floor(Math.log10(Math.abs(rounded)))));
}
