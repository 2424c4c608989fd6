import { type Fields, isFields } from "../../deployment/case-fields.ts";
import type { Histogram } from "../snapshot.ts";

/** More bounds than any engine or setting of ours has; a longer list is no histogram. */
const mostBounds = 2000;

/**
 * A histogram as JSON: bounds as one text, which seldom changes, and how many observations each bucket alone took in, empty ones left
 * out. Counts that are no whole numbers would not add up again to the last digit, and stand as they are.
 */
export function histogramJson({ upper, count, sum, total }: Histogram): Fields {
  const whole = count.every(Number.isSafeInteger);
  const own: [string, number][] = [];
  let below = 0;
  for (const [index, value] of count.entries()) {
    if (value !== below) own.push([String(index), value - below]);
    below = value;
  }
  return {
    le: [...upper].map(numberText).join(" "),
    ...(whole ? { own: Object.fromEntries(own) } : { count: [...count] }),
    sum: Number.isFinite(sum) ? sum : numberText(sum),
    ...(total === below ? {} : { total }),
  };
}

/** The histogram that `histogramJson` wrote; undefined for all else. */
export function histogramFrom(value: unknown): Histogram | undefined {
  if (!isFields(value) || typeof value.le !== "string") return undefined;
  const bounds = value.le.split(" ", mostBounds + 1).map(textNumber);
  if (bounds.length > mostBounds || bounds.some(Number.isNaN)) return undefined;
  const count = isFields(value.own) ? summed(value.own, bounds.length) : listed(value.count, bounds.length);
  const sum = typeof value.sum === "string" ? textNumber(value.sum) : value.sum;
  if (!count || typeof sum !== "number") return undefined;
  const last = count.at(-1) ?? 0;
  return { upper: Float64Array.from(bounds), count, sum, total: typeof value.total === "number" ? value.total : last };
}

function summed(own: Fields, length: number): Float64Array | undefined {
  const count = new Float64Array(length);
  for (const [index, value] of Object.entries(own)) {
    const bucket = Number(index);
    if (typeof value !== "number" || !Number.isInteger(bucket) || bucket < 0 || bucket >= length) return undefined;
    count[bucket] = value;
  }
  for (let i = 1; i < length; i++) count[i] = (count[i] ?? 0) + (count[i - 1] ?? 0);
  return count;
}

function listed(value: unknown, length: number): Float64Array | undefined {
  if (!Array.isArray(value) || value.length !== length) return undefined;
  const numbers = value.filter((one): one is number => typeof one === "number");
  return numbers.length === length ? Float64Array.from(numbers) : undefined;
}

/** JSON has no infinity. */
function numberText(value: number): string {
  return value === Number.POSITIVE_INFINITY ? "+Inf" : value === Number.NEGATIVE_INFINITY ? "-Inf" : String(value);
}

function textNumber(text: string): number {
  if (text === "+Inf") return Number.POSITIVE_INFINITY;
  if (text === "-Inf") return Number.NEGATIVE_INFINITY;
  return text === "" ? Number.NaN : Number(text);
}
