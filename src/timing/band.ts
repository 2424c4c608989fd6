import type { Gpu, Model } from "../catalog/facts.ts";
import type { SettledPool } from "../deployment/settled.ts";
import { bandWidths } from "./band-widths.ts";
import { unmeasuredBand } from "./constants.ts";

/**
 * How the error grows with the distance of a card from the one whose kernels speak for it. TPOT of every twentieth closed-loop row
 * (silicon_e2e) with the kernels of another card, 80th percentile of the error: 15 % at 1.4 times the bandwidth, 23 % at 1.6, 56 % at 2.3.
 */
const perLogarithm = 0.55;

/** Half-width of the 80 % band of a step, relative: the wider, the farther the card's figures are from those that were measured. */
export function timingBand(model: Model, { gpu, kernels, budget }: SettledPool, isFamilyMeasured: boolean): number {
  if (!isFamilyMeasured || model.approximate) return unmeasuredBand;
  const [nearest] = kernels;
  const lent = nearest ? perLogarithm * apart(gpu, nearest.measuredOn) : 0;
  return Math.min(unmeasuredBand, Math.max(bandWidths[budget.engine].step, lent));
}

/** The larger of the ratios of bandwidth and of the 16-bit peak, as a logarithm. */
function apart(a: Gpu, b: Gpu): number {
  const ratios = [a.memoryBytesPerSecond / b.memoryBytesPerSecond, plainFlops(a) / plainFlops(b)];
  return Math.max(...ratios.map((ratio) => Math.abs(Math.log(ratio))));
}

function plainFlops({ flops }: Gpu): number {
  return flops.bf16 ?? flops.fp16 ?? 1e14;
}
