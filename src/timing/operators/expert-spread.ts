import type { MoeFacts } from "../../catalog/facts.ts";
import type { ExpertLoad } from "../../deployment/expert-load.ts";
import type { SettledPool } from "../../deployment/settled.ts";
import { expertImbalance } from "../constants.ts";
import { tellsRouting } from "../expert-routing.ts";
import { balanced, inOrder, type RankExperts } from "./expert-placement.ts";

/** Layers that are drawn where a law alone says how unevenly experts are chosen: their mean is steady to some per cent. */
const drawnLayers = 16;

/** How a layer's experts meet the ranks that share them: the mean of all layers. */
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
  const layers = expertLoad && sharesByLayer(expertLoad, experts);
  if (!layers) {
    const imbalance = spread === 1 ? 1 : expertLoad?.kind === "factor" ? expertLoad.factor : expertImbalance;
    const even = (tokens: number): number => (imbalance * expertsHit(experts, expertsPerToken, tokens)) / spread;
    return { spread, tensor, isSent, ...against(imbalance, spread, pool), hit: (tokens) => Math.min(experts / spread, even(tokens)) };
  }
  const copies = Math.ceil((experts + (layout.redundantExperts ?? 0)) / spread) * spread;
  const places = {
    ranks: spread,
    copies,
    groups: settings.expertsBalanced === "by-group" ? (moe.groups ?? 1) : 1,
    nodes: Math.max(1, Math.ceil(ranks / gpusPerNode)),
  };
  const placed = layers.map((shares) => (settings.expertsBalanced ? balanced(shares, places) : inOrder(shares, spread)));
  const chances = placed.flatMap((layer, i) => [chancesOf(layer, layers[i] ?? [], expertsPerToken)]);
  return {
    spread,
    tensor,
    isSent,
    // Layers follow each other, and in each of them all wait for its busiest rank.
    ...against(mean(placed.map(busiestShare)) * spread, spread, pool),
    hit: (tokens) => mean(chances.map((layer) => mostHit(layer, tokens))),
  };
}

function busiestShare(placed: readonly RankExperts[]): number {
  return placed.reduce((most, { share }) => Math.max(most, share), 0);
}

/** Experts that so many tokens choose on the rank where these are most. */
function mostHit(ranks: readonly (readonly number[])[], tokens: number): number {
  const hit = (own: readonly number[]): number => own.reduce((sum, chance) => sum + 1 - (1 - chance) ** tokens, 0);
  return ranks.reduce((most, own) => Math.max(most, hit(own)), 0);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
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

/** By rank, chance of each of its copies that one token chooses it: copies of an expert share its tokens. */
function chancesOf(placed: readonly RankExperts[], shares: readonly number[], expertsPerToken: number): readonly (readonly number[])[] {
  const copies = shares.map(() => 0);
  for (const { experts } of placed) for (const expert of experts) copies[expert] = (copies[expert] ?? 0) + 1;
  return placed.map(({ experts }) =>
    experts.map((expert) => Math.min(1, ((shares[expert] ?? 0) * expertsPerToken) / (copies[expert] ?? 1))),
  );
}

/** Shares of all choices by expert, in the model's order, of layers that stand for all; undefined where only the busiest rank is told. */
function sharesByLayer(load: ExpertLoad, experts: number): readonly (readonly number[])[] | undefined {
  switch (load.kind) {
    case "factor":
      return undefined;
    case "shares":
      return load.layers.map((shares) => proportions(Array.from({ length: experts }, (_, expert) => shares[expert] ?? 0)));
    case "zipf": {
      const weights = proportions(Array.from({ length: experts }, (_, i) => (i + 1) ** -load.exponent));
      return Array.from({ length: drawnLayers }, (_, layer) => shuffled(weights, layer + 1));
    }
    default: {
      const never: never = load;
      return never;
    }
  }
}

/** Weights as parts of one; alike where all that count are left out. */
function proportions(weights: readonly number[]): readonly number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => (total > 0 ? weight / total : 1 / weights.length));
}

/** Busy experts lie anywhere among the others, elsewhere in each layer, and always at the same places. */
function shuffled(weights: readonly number[], layer: number): readonly number[] {
  const mixed = [...weights];
  let state = layer;
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
