import { isFields } from "../../deployment/case-fields.ts";
import { longestLength } from "../../simulation/workload/lengths.ts";
import type { Spread, TokenLengths } from "./benchmark-run.ts";

/** The value at a path of members; undefined where one of them is missing. Numbers reach into lists. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  let here = value;
  for (const key of path) {
    if (typeof key === "number") here = Array.isArray(here) ? here.at(key) : undefined;
    else here = isFields(here) && Object.hasOwn(here, key) ? here[key] : undefined;
  }
  return here;
}

/** A figure that makes sense, as a number or as digits; null for all else. */
export function figure(value: unknown): number | null {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value.replaceAll(",", "")) : value;
  return typeof number === "number" && Number.isFinite(number) && number >= 0 ? number : null;
}

export function positive(value: unknown): number | null {
  const number = figure(value);
  return number !== null && number > 0 ? number : null;
}

export function words(value: unknown): string | null {
  return typeof value === "string" && value.trim() !== "" ? value.trim() : null;
}

/** All that are text, each once. */
export function allWords(...values: readonly unknown[]): readonly string[] {
  return [...new Set(values.map(words).filter((one) => one !== null))];
}

/** A rate as a number, or `inf` for as fast as possible. */
export function rate(value: unknown): number | null {
  if (value === Number.POSITIVE_INFINITY || (typeof value === "string" && /^inf(inity)?$/i.test(value.trim())))
    return Number.POSITIVE_INFINITY;
  return positive(value);
}

/** The day in a date as tools write it: `20261121-003735`, ISO, or seconds since 1970. */
export function day(value: unknown): string | null {
  if (typeof value === "number") {
    const plausible = value > 1e9 && value < 1e11;
    return plausible ? new Date(value * 1000).toISOString().slice(0, 10) : null;
  }
  const match = /^(\d{4})-?(\d\d)-?(\d\d)(?!\d)/.exec(words(value) ?? "");
  return match ? `${match[1]}-${match[2]}-${match[3]}` : null;
}

/** Quantiles under the names that a tool gives them, divided by so many of its units a second; null where it tells none. */
export function spread(read: (name: "mean" | "p50" | "p90" | "p95" | "p99") => unknown, perSecond: number): Spread | null {
  const scaled = (name: "mean" | "p50" | "p90" | "p95" | "p99"): number | null => {
    const value = figure(read(name));
    return value === null ? null : value / perSecond;
  };
  const found: Spread = { mean: scaled("mean"), p50: scaled("p50"), p90: scaled("p90"), p95: scaled("p95"), p99: scaled("p99") };
  // A tool that did not stream fills zeros in.
  return [found.mean, found.p50, found.p99].some((value) => value !== null && value > 0) ? found : null;
}

/** Lengths of which only the mean is known. */
export function meanLength(mean: number | null): TokenLengths | null {
  if (mean === null || mean <= 0 || mean > longestLength) return null;
  return { mean, length: Math.max(1, Math.round(mean)) };
}

/** Lengths of all requests, at most a thousand of them at even steps of their order. */
export function listedLengths(values: readonly unknown[]): TokenLengths | null {
  const lengths = values.flatMap((one) => {
    const value = positive(one);
    return value !== null && value <= longestLength ? [value] : [];
  });
  if (lengths.length === 0) return null;
  const mean = lengths.reduce((sum, value) => sum + value, 0) / lengths.length;
  const steps = Math.min(1000, lengths.length);
  const kept = Array.from({ length: steps }, (_, i) => Math.round(lengths[Math.floor((i * lengths.length) / steps)] ?? mean));
  return { mean, length: { values: kept } };
}

/** Mean and quantiles of measured values, which need not be in order. */
export function measuredSpread(values: readonly number[]): Spread | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const quantile = (share: number): number => {
    const place = share * (sorted.length - 1);
    const low = sorted[Math.floor(place)] ?? 0;
    const high = sorted[Math.ceil(place)] ?? low;
    return low + (high - low) * (place - Math.floor(place));
  };
  const mean = sorted.reduce((sum, value) => sum + value, 0) / sorted.length;
  return { mean, p50: quantile(0.5), p90: quantile(0.9), p95: quantile(0.95), p99: quantile(0.99) };
}
