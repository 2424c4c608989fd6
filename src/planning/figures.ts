import type { Slo } from "../deployment/deployment.ts";
import type { Report, Summary } from "../simulation/report/report.ts";

/** What is compared of a run: enough to judge it, without its requests. */
export type RunFigures = Pick<Report, "summary" | "saturated" | "slo" | "gpus" | "layout">;

export function figuresOf({ summary, saturated, slo, gpus, layout }: Report): RunFigures {
  return { summary, saturated, slo, gpus, layout };
}

/** Share of prompt tokens that were found again, on the GPUs or in the stores behind them. */
export function foundShare({ summary: { kvCache } }: RunFigures): number {
  return (kvCache.tiers ?? []).reduce((sum, { hitRate }) => sum + hitRate, kvCache.prefixHitRate);
}

/** Dollars for a million tokens of output, the middle of what GPUs are rented for; null where no price is known. */
export function outputCost({ summary: { cost } }: RunFigures): number | null {
  const range = cost?.perMillionOutputTokens;
  return range ? (range.low + range.high) / 2 : null;
}

/** Whether the run keeps every limit for as many requests as asked; null without limits. */
export function holds({ summary, saturated, slo }: RunFigures): boolean | null {
  if (!hasLimits(slo) || summary.sloAttainment === null) return null;
  return saturated === null && summary.sloAttainment >= slo.percentile / 100;
}

export function hasLimits(slo: Slo | null): slo is Slo {
  return slo !== null && (slo.ttftSeconds !== null || slo.tpotSeconds !== null || slo.e2eSeconds !== null);
}

/** How many times its limit the worst latency is, at the percentile that the limits are for; null without limits. */
export function worstRatio(figures: RunFigures): number | null {
  const all = ratios(figures);
  return all.length > 0 ? Math.max(...all.map(({ ratio }) => ratio)) : null;
}

/** The latency that is nearest to its limit, or farthest beyond it; undefined without limits. */
export function worstLatency(figures: RunFigures): "ttft" | "tpot" | "e2e" | undefined {
  return ratios(figures).sort((a, b) => b.ratio - a.ratio)[0]?.name;
}

function ratios({ summary, slo }: RunFigures) {
  if (!hasLimits(slo)) return [];
  const at = quantileFor(slo.percentile);
  const latencies = [
    { name: "ttft" as const, value: summary.ttftSeconds[at], limit: slo.ttftSeconds },
    { name: "tpot" as const, value: summary.tpotSeconds[at], limit: slo.tpotSeconds },
    { name: "e2e" as const, value: summary.e2eSeconds[at], limit: slo.e2eSeconds },
  ];
  return latencies.flatMap(({ name, value, limit }) => (limit === null ? [] : [{ name, ratio: Number.isNaN(value) ? 0 : value / limit }]));
}

/** The summary's quantile nearest to a percentile from above. */
function quantileFor(percentile: number): keyof Summary["ttftSeconds"] {
  if (percentile <= 50) return "p50";
  if (percentile <= 90) return "p90";
  return percentile <= 95 ? "p95" : "p99";
}
