import type { Range } from "../../src/simulation/report/bands.ts";
import type { Bullet, Tone } from "../parts/models.ts";
import { niceTop } from "../parts/ticks.ts";

/** A value on its scale, with its range and limit. A range without an end goes on to the end of the scale. */
export function bullet(value: number, [low, high]: Range, limit: number | null, tone: Tone): Bullet {
  const scale = niceTop(Math.max(high ?? 2 * value, value, limit ?? 0) * 1.1);
  return { value, low, high: high ?? scale, limit, tone, scale };
}
