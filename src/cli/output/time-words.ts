import { duration } from "../../catalog/quantity.ts";

/** Seconds in words; those of nothing are unknown. */
export function time(seconds: number | null): string {
  return seconds === null || Number.isNaN(seconds) ? "unknown" : duration(seconds);
}
