import { metricText as figureOf, type Metric, metricWords } from "../../../src/planning/metrics.ts";
import type { SweepAxis } from "../../../src/planning/sweep.ts";
import { bound, brief, figure, gib, rate, whole } from "../../parts/numbers.ts";
import { said } from "../../parts/words.ts";

/** A figure of a sweep or a comparison as pages write it. */
export const metricText = (metric: Metric, value: number): string => bound(figureOf(metric, value));

/** `output of a GPU`: a name inside a sentence, where abbreviations keep their capitals. */
export function inSentence(name: string): string {
  return /^\p{Lu}\p{Ll}/u.test(name) ? `${name.charAt(0).toLowerCase()}${name.slice(1)}` : name;
}

/** `output of a GPU, tok/s`: a metric as the name of an axis whose ticks have no unit. */
export function axisName(metric: Metric): string {
  const { title, unit } = metricWords[metric];
  const name = inSentence(said(title));
  return unit === "tok/s" || unit === "req/s" ? `${name}, ${unit}` : name;
}

/** The same on an axis: no zeros that only say how exact it is. */
export function tickText(metric: Metric, value: number): string {
  const { unit } = metricWords[metric];
  if (unit === "tok/s" || unit === "req/s") return brief(figure(value));
  return brief(metricText(metric, value));
}

export function axisText({ unit }: Pick<SweepAxis, "unit">, x: number): string {
  if (unit === "req/s") return brief(rate(x, "req/s"));
  return unit === "bytes" ? gib(x) : whole(x);
}

/** Without the unit, which the axis' name has. */
export function axisTick({ unit }: Pick<SweepAxis, "unit">, x: number): string {
  if (unit === "req/s") return brief(figure(x));
  return unit === "bytes" ? brief(gib(x)) : whole(x);
}
