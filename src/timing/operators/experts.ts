import type { MoeFacts } from "../../catalog/facts.ts";
import type { Layout } from "../../deployment/settled.ts";
import { expertImbalance } from "../constants.ts";
import { inEngine, slower } from "./gemm.ts";
import type { TokenOperator } from "./operator.ts";
import type { GemmKind } from "./rates.ts";

/** How the experts of a layer lie on the ranks that share them. */
interface ExpertSplit {
  /** Ranks over which whole experts are spread. */
  readonly spread: number;
  /** Ranks that share each expert. */
  readonly tensor: number;
  /** Load of the busiest rank against the mean. */
  readonly imbalance: number;
}

/** Experts over `ranks` ranks: split by tensor, or spread whole where expert parallelism says so. */
function splitOf(ranks: number, { expert }: Layout): ExpertSplit {
  if (expert <= 1) return { spread: 1, tensor: ranks, imbalance: 1 };
  const spread = Math.max(1, Math.min(ranks, expert));
  return { spread, tensor: Math.max(1, ranks / spread), imbalance: expertImbalance };
}

/**
 * Gate, up and down of the experts that one of `ranks` ranks holds, by the tokens of the whole group. Few tokens touch few experts:
 * E · (1 − (1 − k/E)^tokens) of them, spread evenly over the ranks.
 */
export function routedExperts(kind: GemmKind, moe: MoeFacts, hidden: number, ranks: number, layout: Layout): TokenOperator {
  const split = splitOf(ranks, layout);
  const { spread, tensor, imbalance } = split;
  const width = Math.ceil(moe.intermediate / tensor);
  const measured = kind.measured?.by(hidden, moe.intermediate, moe.expertsPerToken, moe.experts, tensor, spread);
  const choices = (tokens: number): number => (imbalance * tokens * moe.expertsPerToken) / spread;
  const flops = (tokens: number): number => 6 * choices(tokens) * hidden * width;
  const bytes = (tokens: number): number => {
    const hit = Math.min(moe.experts / spread, (imbalance * expertsHit(moe.experts, moe.expertsPerToken, tokens)) / spread);
    return hit * 3 * hidden * width * kind.weightBytes + choices(tokens) * (2 * hidden + 3 * width) * kind.outputBytes;
  };
  const shares = (tokens: number): number => {
    const memory = bytes(tokens) / (kind.bytesPerSecond * kind.rates.bandwidth);
    return kind.rates.floor + slower(memory, flops(tokens) / (kind.flops * kind.rates.efficiency));
  };
  // With twice as many tokens as it takes to choose each expert once, most of them are read.
  const most = (2 * moe.experts) / moe.expertsPerToken;
  const seconds = measured ? inEngine(measured, kind.hidden, most) : (tokens: number) => (tokens > 0 ? shares(tokens) : 0);
  return { name: "experts", basis: kind.basis, seconds, flops, bytes };
}

/** Experts that at least one of `tokens` chooses, with even routing. */
export function expertsHit(experts: number, perToken: number, tokens: number): number {
  return experts * (1 - (1 - Math.min(1, perToken / experts)) ** tokens);
}
