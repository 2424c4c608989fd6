import { dollars, duration, figure, gib, percent, rate, whole } from "../catalog/quantity.ts";
import { type Message, message } from "../deployment/message.ts";

/** Figures that sweeps and comparisons show. */
export type Metric =
  | "ttft"
  | "tpot"
  | "e2e"
  | "output"
  | "output-per-gpu"
  | "requests"
  | "goodput"
  | "attainment"
  | "prefill-tokens"
  | "decode-tokens"
  | "kv-tokens"
  | "weights"
  | "traffic"
  | "hit-rate"
  | "gain"
  | "cost";

interface MetricWords {
  readonly title: Message;
  readonly unit: "s" | "tok/s" | "req/s" | "share" | "tokens" | "bytes" | "ratio" | "$";
  /** Which way is better; null = neither. */
  readonly better: "lower" | "higher" | null;
}

export const metricWords: Readonly<Record<Metric, MetricWords>> = {
  ttft: { title: message("TTFT p95"), unit: "s", better: "lower" },
  tpot: { title: message("TPOT p95"), unit: "s", better: "lower" },
  e2e: { title: message("End to end p95"), unit: "s", better: "lower" },
  output: { title: message("Output"), unit: "tok/s", better: "higher" },
  "output-per-gpu": { title: message("Output of a GPU"), unit: "tok/s", better: "higher" },
  requests: { title: message("Completed"), unit: "req/s", better: "higher" },
  goodput: { title: message("Goodput"), unit: "req/s", better: "higher" },
  attainment: { title: message("Within the limits"), unit: "share", better: "higher" },
  "prefill-tokens": { title: message("Prompt tokens computed"), unit: "tok/s", better: "higher" },
  "decode-tokens": { title: message("Tokens decoded"), unit: "tok/s", better: "higher" },
  "kv-tokens": { title: message("KV cache"), unit: "tokens", better: "higher" },
  weights: { title: message("Weights of a GPU"), unit: "bytes", better: "lower" },
  traffic: { title: message("Sent a layer and token"), unit: "bytes", better: "lower" },
  "hit-rate": { title: message("Prefix hits"), unit: "share", better: "higher" },
  gain: { title: message("Gain"), unit: "ratio", better: "higher" },
  cost: { title: message("For a million tokens of output"), unit: "$", better: "lower" },
};

/** A figure of a sweep or a comparison, in the unit of its metric. */
export function metricText(metric: Metric, value: number): string {
  const { unit } = metricWords[metric];
  switch (unit) {
    case "s":
      return duration(value);
    case "tok/s":
    case "req/s":
      return rate(value, unit);
    case "share":
      return percent(value);
    case "tokens":
      return whole(value);
    case "bytes":
      return value >= 2 ** 27 ? gib(value) : `${whole(value)} B`;
    case "ratio":
      return `${figure(value)} ×`;
    case "$":
      return dollars(value, value);
    default:
      return unit satisfies never;
  }
}
