import type { MoeFacts } from "../../catalog/facts.ts";
import type { ExpertLoad } from "../../deployment/expert-load.ts";
import type { SettledPool } from "../../deployment/settled.ts";
import { expertImbalance } from "../constants.ts";
import { tellsRouting } from "../expert-routing.ts";
import { balanced, inOrder, type RankExperts } from "./expert-placement.ts";

/** How a layer's experts meet the ranks that share them. */
export interface ExpertSpread {
  /** Ranks over which whole experts are spread. */
  readonly spread: number;
  /** Ranks that share each expert. */
  readonly tensor: number;
  /** Choices that the busiest rank computes, against the mean. */
  readonly imbalance: number;
  /** Each token is sent to the ranks of its experts; otherwise every rank has all of them. */
  readonly isSent: boolean;
  /** The same against what kernels were measured with. */
  readonly unevenKernels: number;
  /** The same against what is usual, which exchanges are priced with. */
  readonly unevenExchange: number;
  /** Experts of one rank, the one with most of them, that so many tokens of the whole group choose. */
  hit(tokens: number): number;
}

/** Experts over `ranks` ranks: split by tensor, or spread whole where expert parallelism says so. */
export function expertSpread(moe: MoeFacts, ranks: number, pool: SettledPool): ExpertSpread {
  const { layout, gpusPerNode, settings, expertLoad } = pool;
  const { experts, expertsPerToken } = moe;
  const spread = layout.expert <= 1 ? 1 : Math.max(1, Math.min(ranks, layout.expert));
  const tensor = Math.max(1, ranks / spread);
  const isSent = spread > 1 && settings.expertExchange !== "gather";
  const shares = expertLoad && sharesOf(expertLoad, experts);
  if (!shares) {
    const imbalance = spread === 1 ? 1 : expertLoad?.kind === "factor" ? expertLoad.factor : expertImbalance;
    const even = (tokens: number): number => (imbalance * expertsHit(experts, expertsPerToken, tokens)) / spread;
    return { spread, tensor, isSent, ...against(imbalance, spread, pool), hit: (tokens) => Math.min(experts / spread, even(tokens)) };
  }
  const copies = Math.ceil((experts + (layout.redundantExperts ?? 0)) / spread) * spread;
  const nodes = Math.max(1, Math.ceil(ranks / gpusPerNode));
  // Which experts are routed to in groups is not among the model's facts: they are balanced as one.
  const placed = settings.expertsBalanced ? balanced(shares, { ranks: spread, copies, groups: 1, nodes }) : inOrder(shares, spread);
  const busiest = Math.max(...placed.map(({ share }) => share));
  const chances = placed.map((rank) => chancesOf(rank, placed, shares, expertsPerToken));
  return {
    spread,
    tensor,
    isSent,
    ...against(busiest * spread, spread, pool),
    hit: (tokens) => Math.max(...chances.map((own) => own.reduce((sum, chance) => sum + 1 - (1 - chance) ** tokens, 0))),
  };
}

function against(
  imbalance: number,
  spread: number,
  pool: SettledPool,
): Pick<ExpertSpread, "imbalance" | "unevenKernels" | "unevenExchange"> {
  if (spread === 1) return { imbalance, unevenKernels: 1, unevenExchange: 1 };
  const unevenExchange = imbalance / expertImbalance;
  return { imbalance, unevenKernels: tellsRouting(pool) ? imbalance : unevenExchange, unevenExchange };
}

/** Chance of each copy of a rank that one token chooses it: copies of an expert share its tokens. */
function chancesOf(
  { experts }: RankExperts,
  placed: readonly RankExperts[],
  shares: readonly number[],
  expertsPerToken: number,
): readonly number[] {
  const copiesOf = (expert: number): number => placed.reduce((sum, rank) => sum + rank.experts.filter((one) => one === expert).length, 0);
  return experts.map((expert) => Math.min(1, ((shares[expert] ?? 0) * expertsPerToken) / copiesOf(expert)));
}

/** Shares of all choices by expert, in the model's order; undefined where only the busiest rank is told. */
function sharesOf(load: ExpertLoad, experts: number): readonly number[] | undefined {
  if (load.kind === "factor") return undefined;
  const weights =
    load.kind === "shares"
      ? Array.from({ length: experts }, (_, expert) => load.shares[expert] ?? 0)
      : shuffled(Array.from({ length: experts }, (_, i) => (i + 1) ** -load.exponent));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return total > 0 ? weights.map((weight) => weight / total) : undefined;
}

/** Busy experts lie anywhere among the others, and always at the same places. */
function shuffled(weights: readonly number[]): readonly number[] {
  const mixed = [...weights];
  let state = 1;
  for (let i = mixed.length - 1; i > 0; i--) {
    // MINSTD (Park and Miller 1988).
    state = (state * 48_271) % 2_147_483_647;
    const other = state % (i + 1);
    [mixed[i], mixed[other]] = [mixed[other] ?? 0, mixed[i] ?? 0];
  }
  return mixed;
}

/** Experts that at least one of `tokens` chooses, with even routing. */
export function expertsHit(experts: number, perToken: number, tokens: number): number {
  return experts * (1 - (1 - Math.min(1, perToken / experts)) ** tokens);
}
