import { gpusPerInstance, type Settled } from "../../deployment/settled.ts";

/** From the least to the most; both alike where a price is known to the cent. */
export interface MoneyRange {
  readonly low: number;
  readonly high: number;
}

/** US dollars, as GPUs are rented. */
export interface Cost {
  readonly perHour: MoneyRange;
  /** Absent where no token came. */
  readonly perMillionOutputTokens?: MoneyRange;
  /** Of all tokens, prompts included. */
  readonly perMillionTokens?: MoneyRange;
  /** Whose price it is, and of when. */
  readonly source: string;
  /** In which the offers of its GPUs were published, ascending; none where all prices are somebody's own. */
  readonly months: readonly string[];
}

/** What a run costs by the price that somebody wrote, else by the table's of each GPU; undefined where one of them is in neither. */
export function costOf({ pools, gpuHourPrice }: Settled, outputTokensPerSecond: number, tokensPerSecond: number): Cost | undefined {
  let low = 0;
  let high = 0;
  const sources = new Set<string>();
  const months = new Set<string>();
  for (const { price, instances, layout } of pools) {
    const own =
      gpuHourPrice === null
        ? price
        : { low: gpuHourPrice, high: gpuHourPrice, source: "the price of a GPU hour that is written", months: [] };
    if (!own) return undefined;
    const gpus = instances * gpusPerInstance(layout);
    low += gpus * own.low;
    high += gpus * own.high;
    sources.add(own.source);
    for (const month of own.months) months.add(month);
  }
  const perMillion = (perSecond: number): MoneyRange => ({
    low: (low * 1e6) / (perSecond * 3600),
    high: (high * 1e6) / (perSecond * 3600),
  });
  return {
    perHour: { low, high },
    ...(outputTokensPerSecond > 0 ? { perMillionOutputTokens: perMillion(outputTokensPerSecond) } : {}),
    ...(tokensPerSecond > 0 ? { perMillionTokens: perMillion(tokensPerSecond) } : {}),
    source: [...sources].join("; "),
    months: [...months].sort(),
  };
}

/** Joules of an output token if every GPU took all that its card may take, all the time; undefined where that is not known. */
export function mostJoulesPerOutputToken({ pools }: Settled, outputTokensPerSecond: number): number | undefined {
  let watts = 0;
  for (const { gpu, instances, layout } of pools) {
    if (gpu.watts === null) return undefined;
    watts += gpu.watts * instances * gpusPerInstance(layout);
  }
  return outputTokensPerSecond > 0 ? watts / outputTokensPerSecond : undefined;
}
