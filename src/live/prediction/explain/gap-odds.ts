import type { Histogram } from "../../snapshot.ts";

/** Parts that the gaps of a window are cut into, as near as its buckets allow. */
const wantedShares = [0.1, 0.3, 0.5, 0.7, 0.9, 0.97];
/** A part that holds less is mostly chance. */
const leastShare = 0.01;
/** Added to either side of odds, so that none is no infinity. */
const floor = 0.003;

/** Bounds of a measured histogram that cut its gaps into parts that tell something; none where all lie in one bucket. */
export function tellingBounds({ upper, count, total }: Histogram): readonly number[] {
  if (total <= 0) return [];
  const chosen: number[] = [];
  let before = 0;
  for (const wanted of wantedShares) {
    // The first bound that is not below what is wanted, or the one before where that is nearer.
    const at = [...count].findIndex((below) => below / total >= wanted);
    const nearest = at > 0 && wanted - (count[at - 1] ?? 0) / total < (count[at] ?? 0) / total - wanted ? at - 1 : at;
    const bound = upper[nearest];
    const below = (count[nearest] ?? 0) / total;
    if (bound === undefined || !Number.isFinite(bound) || below - before < leastShare || 1 - below < leastShare) continue;
    chosen.push(bound);
    before = below;
  }
  return chosen;
}

/** Of the gaps beyond one bound, the odds that they lie beyond the next: logarithms that chance moves independently of each other. */
export function gapOdds(histogram: Histogram | undefined, bounds: readonly number[], times = 1): readonly number[] {
  let beyond = 1;
  return bounds.map((bound) => {
    const next = histogram ? Math.min(beyond, shareBeyond(histogram, bound * times)) : 0;
    const odds = Math.log((next + floor) / (beyond - next + floor));
    beyond = next;
    return odds;
  });
}

/** Between bounds they are taken as even. */
function shareBeyond({ upper, count, total }: Histogram, bound: number): number {
  if (total <= 0) return 0;
  const at = upper.findIndex((one) => one >= bound * (1 - 1e-9));
  const [low, high] = [upper[at - 1] ?? 0, upper[at] ?? Number.POSITIVE_INFINITY];
  const [before, here] = [count[at - 1] ?? 0, count[at] ?? total];
  const inside = Number.isFinite(high) && high > low ? Math.min(1, (bound - low) / (high - low)) : 0;
  return Math.min(1, Math.max(0, 1 - (before + inside * (here - before)) / total));
}
