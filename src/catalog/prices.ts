import type { GpuId, GpuOffer, GpuPrice } from "./facts.ts";

/** What a GPU costs by all offers of it, from the least to the most, each told with its month; undefined where there is none. */
export function offeredPrice(offers: readonly GpuOffer[], gpu: GpuId): GpuPrice | undefined {
  const own = offers.filter((offer) => offer.gpu === gpu);
  if (own.length === 0) return undefined;
  return {
    gpu,
    low: Math.min(...own.map(({ low }) => low)),
    high: Math.max(...own.map(({ high }) => high)),
    typical: median(own.map(({ low, high }) => (low + high) / 2)),
    source: own.map(offerWords).join(", "),
    months: [...new Set(own.map(({ asOf }) => asOf))].sort(),
  };
}

/** A price that somebody names, of whom nobody asks when. */
export function ownPrice(gpu: GpuId, price: number, source: string): GpuPrice {
  return { gpu, low: price, high: price, typical: price, source, months: [] };
}

function offerWords({ provider, low, high, asOf }: GpuOffer): string {
  return `${provider} ${low === high ? low : `${low} to ${high}`} (${asOf})`;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}
