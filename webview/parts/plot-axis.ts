import type { PlotAxis } from "./models.ts";
import { niceTop } from "./ticks.ts";

/** A linear axis from near the least to near the most: where points stand matters, not how long something is. */
export function axisNear(values: readonly number[], format: (value: number) => string): PlotAxis {
  const known = values.filter((value) => value > 0 && Number.isFinite(value));
  if (known.length === 0) return axisOver(known, format);
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const room = Math.max((high - low) * 0.1, high * 0.02);
  return { scale: "linear", from: Math.max(0, low - room), to: high + room, format };
}

/** An axis that holds all values with a little room; logarithmic where they span more than a factor of five. */
export function axisOver(values: readonly number[], format: (value: number) => string, always?: PlotAxis["scale"]): PlotAxis {
  const positive = values.filter((value) => value > 0 && Number.isFinite(value));
  const [low, high] = [Math.min(...positive), Math.max(...positive)];
  if (positive.length === 0) return { scale: "log", from: 0.1, to: 10, format };
  const scale = always ?? (high / low > 5 ? "log" : "linear");
  return scale === "log" ? { scale, from: low / 1.3, to: high * 1.3, format } : { scale, from: 0, to: niceTop(high * 1.05), format };
}
