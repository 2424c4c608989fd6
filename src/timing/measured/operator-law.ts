import type { KernelTable } from "../../catalog/kernels.ts";

/** What a card can do at most, as an operator of some format meets it. */
export interface Card {
  /** Dense peak of the operands' format. */
  readonly flops: number;
  /** Dense 16-bit peak, at which attention multiplies whatever the cache holds. */
  readonly plainFlops: number;
  readonly bytesPerSecond: number;
  /** Bytes of one weight, or of one element of the cache, scales counted. */
  readonly elementBytes: number;
}

/** An operator: the least time its sizes allow on a card, and where those sizes lie among measured ones. */
export interface OperatorLaw {
  /** Names of the sizes, as the rows of its table hold them. */
  readonly sizes: readonly string[];
  /** How many of the coordinates, from the first on, the first size moves. */
  readonly moved: 1 | 2;
  /** Seconds of a kernel that wastes nothing, its launch inside a graph counted. */
  roofline(sizes: readonly number[], card: Card): number;
  /** Logarithms of the sizes, scaled by how much they matter beside one another. */
  coordinates(sizes: readonly number[]): readonly number[];
}

const us = 1e-6;
const { log } = Math;

/** y[m, n] = x[m, k] · W[k, n]. */
export const gemmLaw: OperatorLaw = {
  sizes: ["m", "n", "k"],
  moved: 1,
  roofline: ([m = 1, n = 1, k = 1], card) =>
    4 * us + Math.max((2 * m * n * k) / card.flops, (n * k * card.elementBytes + 2 * m * (k + n)) / card.bytesPerSecond),
  // Tokens move a kernel through more regimes than widths do.
  coordinates: ([m = 1, n = 1, k = 1]) => [1.2 * log(m), log(n), log(k)],
};

/** Causal attention of whole prompts: batch, length, query heads, KV heads, head size. */
export const prefillLaw: OperatorLaw = {
  sizes: ["batch", "length", "heads", "kvHeads", "headDim"],
  moved: 1,
  roofline: ([batch = 1, length = 1, heads = 1, kvHeads = 1, headDim = 1], card) =>
    8 * us +
    Math.max(
      (2 * batch * heads * headDim * length * length) / card.plainFlops,
      (4 * batch * length * headDim * (heads + kvHeads)) / card.bytesPerSecond,
    ),
  coordinates: ([batch = 1, length = 1, heads = 1, kvHeads = 1, headDim = 1]) => [
    log(batch),
    1.2 * log(length),
    log(heads),
    0.5 * log(heads / kvHeads),
    log(headDim),
  ],
};

/** One decode step: batch, context of each sequence, query heads, KV heads, head size. */
export const decodeLaw: OperatorLaw = {
  sizes: ["batch", "context", "heads", "kvHeads", "headDim"],
  moved: 1,
  roofline: ([batch = 1, context = 1, heads = 1, kvHeads = 1, headDim = 1], card) =>
    8 * us + (2 * batch * context * kvHeads * headDim * card.elementBytes + 4 * batch * heads * headDim) / card.bytesPerSecond,
  coordinates: ([batch = 1, context = 1, heads = 1, kvHeads = 1, headDim = 1]) => [
    log(batch),
    log(context),
    log(kvHeads),
    0.7 * log(heads / kvHeads),
    log(headDim),
  ],
};

/** Experts of one layer on one rank, routed to by `tokens` of the whole group: hidden, expert width, choices, experts, and how they are split. */
export const expertsLaw: OperatorLaw = {
  sizes: ["tokens", "hidden", "width", "choices", "experts", "tensor", "expertRanks"],
  moved: 2,
  roofline: (sizes, card) => {
    const { choices, hidden, width, hit } = expertShare(sizes);
    const bytes = hit * 3 * hidden * width * card.elementBytes + 2 * choices * (2 * hidden + 3 * width);
    return 15 * us + (6 * choices * hidden * width) / card.flops + bytes / card.bytesPerSecond;
  },
  coordinates: (sizes) => {
    const [tokens = 1, , , , , , expertRanks = 1] = sizes;
    const { choices, hidden, width, experts } = expertShare(sizes);
    return [log(tokens), log(choices / experts + 0.05), log(hidden * width), 0.5 * log(experts), 0.5 * log(expertRanks)];
  },
};

/** What of a group's experts one rank holds and is asked for, with even routing. */
function expertShare([tokens = 1, hidden = 1, inner = 1, perToken = 1, total = 1, tensor = 1, expertRanks = 1]: readonly number[]) {
  const experts = total / expertRanks;
  const choices = (tokens * perToken) / expertRanks;
  return { experts, choices, hidden, width: inner / tensor, hit: experts * (1 - (1 - 1 / experts) ** choices) };
}

/** Latent attention of whole prompts, expanded to heads of 192 and 128: batch, length, heads on the rank. */
export const latentPrefillLaw: OperatorLaw = {
  sizes: ["batch", "length", "heads"],
  moved: 1,
  roofline: ([batch = 1, length = 1, heads = 1], card) =>
    10 * us + Math.max((batch * heads * length * length * 320) / card.plainFlops, (4 * batch * length * heads * 320) / card.bytesPerSecond),
  coordinates: ([batch = 1, length = 1, heads = 1]) => [log(batch), log(length), log(heads)],
};

/** One decode step over latents of 576 elements, each head multiplying with them: batch, context, heads on the rank. */
export const latentDecodeLaw: OperatorLaw = {
  sizes: ["batch", "context", "heads"],
  moved: 1,
  roofline: ([batch = 1, context = 1, heads = 1], card) =>
    10 * us +
    Math.max((2 * batch * heads * context * 1088) / card.plainFlops, (batch * context * 576 * card.elementBytes) / card.bytesPerSecond),
  coordinates: ([batch = 1, length = 1, heads = 1]) => [log(batch), log(length), log(heads)],
};

/** Tokens of one rank to the ranks of their experts, or back: tokens, hidden size, choices, experts, ranks. The card's bandwidth is the link's. */
export const allToAllLaw: OperatorLaw = {
  sizes: ["tokens", "hidden", "choices", "experts", "ranks"],
  moved: 1,
  roofline: ([tokens = 1, hidden = 1, choices = 1, , ranks = 1], card) =>
    10 * us + (tokens * ranksAsked(choices, ranks) * hidden * card.elementBytes) / card.bytesPerSecond,
  coordinates: ([tokens = 1, hidden = 1, choices = 1, experts = 1, ranks = 1]) => [
    1.2 * log(tokens),
    log(hidden),
    log(choices),
    0.5 * log(experts),
    log(ranks),
  ],
};

/** Other ranks that one token is sent to: each once, however many of its experts lie there. */
export function ranksAsked(choices: number, ranks: number): number {
  return (ranks - 1) * (1 - (1 - 1 / ranks) ** choices);
}

/** By the table of its measured kernels. */
export const operatorLaws = {
  gemm: gemmLaw,
  prefill: prefillLaw,
  decode: decodeLaw,
  experts: expertsLaw,
  latentPrefill: latentPrefillLaw,
  latentDecode: latentDecodeLaw,
  allToAll: allToAllLaw,
} as const satisfies Partial<Record<KernelTable, OperatorLaw>>;

export type PricedTable = keyof typeof operatorLaws;
