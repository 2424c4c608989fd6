import { randomNormal } from "d3-random";
import type { Source } from "../random.ts";
import type { Length } from "./workload.ts";

/** Longest prompt or output that is accepted; longer than any model's context. */
export const longestLength = 100_000_000;

/** Why a length cannot be drawn from, or undefined. */
export function lengthProblem(length: Length, what: string): string | undefined {
  const numbers = lengthNumbers(length);
  if (numbers === undefined) return `${what}: not a length.`;
  if (numbers.length === 0) return `${what}: the list of lengths is empty.`;
  for (const value of numbers)
    if (!Number.isFinite(value) || value < 0 || value > longestLength)
      return `${what}: ${value} is not a number of tokens between 0 and ${longestLength}.`;
  if (typeof length === "object" && "uniform" in length && length.uniform[0] > length.uniform[1])
    return `${what}: the range ${length.uniform[0]} to ${length.uniform[1]} is empty.`;
  if (typeof length === "object" && "lognormal" in length && length.lognormal[0] < 1)
    return `${what}: a log-normal mean must be at least 1.`;
  return undefined;
}

/** A request has a prompt and an answer: why there is none of this length, or undefined. */
export function emptyProblem(length: Length, what: string): string | undefined {
  return isEmpty(length) ? `${what}: a request has at least one.` : undefined;
}

function isEmpty(length: Length): boolean {
  if (typeof length === "number") return length <= 0;
  if ("values" in length) return length.values.every((value) => value <= 0);
  if ("uniform" in length) return length.uniform[1] <= 0;
  return ("normal" in length ? length.normal[3] : length.lognormal[3]) <= 0;
}

function lengthNumbers(length: Length): readonly number[] | undefined {
  if (typeof length === "number") return [length];
  if (typeof length !== "object" || length === null) return undefined;
  const numbers =
    "uniform" in length ? length.uniform : "normal" in length ? length.normal : "lognormal" in length ? length.lognormal : length.values;
  const arity = "uniform" in length ? 2 : "values" in length ? undefined : 4;
  if (!Array.isArray(numbers) || (arity !== undefined && numbers.length !== arity)) return undefined;
  return numbers;
}

/** Draws whole lengths of at least one token. `mean` and `sd` of a log-normal are those of the lengths, not of their logarithms. */
export function lengthSampler(length: Length, source: Source): () => number {
  if (typeof length === "number") {
    const fixed = atLeastOne(length);
    return () => fixed;
  }
  if ("uniform" in length) {
    const low = atLeastOne(length.uniform[0]);
    const span = Math.max(low, Math.round(length.uniform[1])) - low + 1;
    return () => low + Math.floor(source() * span);
  }
  if ("values" in length) {
    const values = length.values;
    return () => atLeastOne(values[Math.floor(source() * values.length)] ?? 1);
  }
  if ("normal" in length) {
    const [mean, sd, min, max] = length.normal;
    const draw = randomNormal.source(source)(mean, sd);
    return () => atLeastOne(Math.min(max, Math.max(min, draw())));
  }
  const [mean, sd, min, max] = length.lognormal;
  const logs = normalOfLogs(mean, sd);
  const draw = randomNormal.source(source)(logs.mean, logs.sd);
  return () => atLeastOne(Math.min(max, Math.max(min, Math.exp(draw()))));
}

/** Mean of what is drawn, without what limits and rounding change. */
export function meanLength(length: Length): number {
  if (typeof length === "number") return length;
  if ("uniform" in length) return (length.uniform[0] + length.uniform[1]) / 2;
  if ("values" in length) return length.values.reduce((sum, value) => sum + value, 0) / length.values.length;
  return "normal" in length ? length.normal[0] : length.lognormal[0];
}

/** The normal distribution of the logarithms of what has this mean and deviation. */
export function normalOfLogs(mean: number, sd: number): { readonly mean: number; readonly sd: number } {
  const variance = Math.log(1 + (sd / mean) ** 2);
  return { mean: Math.log(mean) - variance / 2, sd: Math.sqrt(variance) };
}

function atLeastOne(tokens: number): number {
  return Math.max(1, Math.round(tokens));
}
