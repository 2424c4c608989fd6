import type { MoeFacts } from "../../catalog/facts.ts";
import type { ExpertSpread } from "./expert-spread.ts";
import { inEngine, slower } from "./gemm.ts";
import type { TokenOperator } from "./operator.ts";
import type { GemmKind } from "./rates.ts";

/**
 * Gate, up and down of the experts that one rank holds, by the tokens of the whole group. Few tokens touch few experts:
 * E · (1 − (1 − k/E)^tokens) of them, spread evenly over the ranks where nothing else is known.
 */
export function routedExperts(kind: GemmKind, moe: MoeFacts, hidden: number, experts: ExpertSpread): TokenOperator {
  const { spread, tensor, imbalance, unevenKernels } = experts;
  const width = Math.ceil(moe.intermediate / tensor);
  // Of tokens that are sent a rank sees its own alone: its experts are all there are.
  const group = experts.isSent ? spread : 1;
  const measured = kind.measured?.by(hidden, moe.intermediate, moe.expertsPerToken, moe.experts / group, tensor, spread / group);
  const choices = (tokens: number): number => (imbalance * tokens * moe.expertsPerToken) / spread;
  const flops = (tokens: number): number => 6 * choices(tokens) * hidden * width;
  const bytes = (tokens: number): number =>
    experts.hit(tokens) * 3 * hidden * width * kind.weightBytes + choices(tokens) * (2 * hidden + 3 * width) * kind.outputBytes;
  const shares = (tokens: number): number => {
    const memory = bytes(tokens) / (kind.bytesPerSecond * kind.rates.bandwidth);
    return kind.rates.floor + slower(memory, flops(tokens) / (kind.flops * kind.rates.efficiency));
  };
  // With twice as many tokens as it takes to choose each expert once, most of them are read.
  const most = (2 * moe.experts) / moe.expertsPerToken;
  // Another unevenness than the measured one is like so many more tokens.
  const seconds = measured
    ? inEngine((tokens) => measured((tokens * unevenKernels) / group), kind.hidden, most)
    : (tokens: number) => (tokens > 0 ? shares(tokens) : 0);
  return { name: "experts", basis: kind.basis, seconds, flops, bytes };
}
