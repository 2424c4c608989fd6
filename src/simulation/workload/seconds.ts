import { randomExponential, randomNormal } from "d3-random";
import type { Source } from "../random.ts";
import { normalOfLogs } from "./lengths.ts";
import type { Seconds } from "./workload.ts";

/** A thought of more than a day is a conversation that has ended. */
const mostSeconds = 86_400;

/** Why a time cannot be drawn from, or undefined. */
export function secondsProblem(seconds: Seconds, what: string): string | undefined {
  const numbers = typeof seconds === "number" ? [seconds] : Object.values(seconds).flat();
  for (const value of numbers)
    if (!(value >= 0 && value <= mostSeconds)) return `${what}: ${value} is not a time between 0 and ${mostSeconds} seconds.`;
  if (typeof seconds === "object" && "uniform" in seconds && seconds.uniform[0] > seconds.uniform[1])
    return `${what}: the range ${seconds.uniform[0]} to ${seconds.uniform[1]} is empty.`;
  if (typeof seconds === "object" && "lognormal" in seconds && !(seconds.lognormal[0] > 0))
    return `${what}: a log-normal mean must be above 0.`;
  return undefined;
}

export function secondsSampler(seconds: Seconds, source: Source): () => number {
  if (typeof seconds === "number") return () => seconds;
  if ("exponential" in seconds) {
    const draw = randomExponential.source(source)(1);
    return () => Math.min(mostSeconds, seconds.exponential * draw());
  }
  if ("uniform" in seconds) {
    const [low, high] = seconds.uniform;
    return () => low + source() * (high - low);
  }
  const [mean, sd, min, max] = seconds.lognormal;
  const logs = normalOfLogs(mean, sd);
  const draw = randomNormal.source(source)(logs.mean, logs.sd);
  return () => Math.min(max, Math.max(min, Math.exp(draw())));
}
