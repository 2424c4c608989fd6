import type { GemmKind } from "./rates.ts";

const tile = 128;

/** Seconds of y[m, n] = x[m, k] · W[k, n] by m: as measured where kernels of its kind were. */
export function gemmCost(kind: GemmKind, n: number, k: number): (m: number) => number {
  if (n <= 0 || k <= 0) return () => 0;
  const measured = kind.measured?.by(n, k);
  return measured ? (m) => (m > 0 ? measured(m) : 0) : (m) => gemmSeconds(kind, m, n, k);
}

/** From shares of the card's peaks: a floor, then the slower of memory and compute, rounded where they meet. */
export function gemmSeconds(kind: GemmKind, m: number, n: number, k: number): number {
  const { rates } = kind;
  if (m <= 0 || n <= 0 || k <= 0) return 0;
  const bytes = n * k * kind.weightBytes + m * k * kind.inputBytes + m * n * kind.outputBytes;
  const memory = bytes / (kind.bytesPerSecond * rates.bandwidth);
  const tiles = Math.ceil(m / tile) * Math.ceil(n / tile);
  const filled = tiles / (Math.ceil(tiles / kind.tilesAtOnce) * kind.tilesAtOnce);
  const used = 1 - rates.wave + rates.wave * Math.max(filled, 1 / 16);
  const compute = (2 * m * n * k) / (kind.flops * rates.efficiency * used);
  return rates.floor + slower(memory, compute);
}

/**
 * Gate, up and down of the experts one rank holds, for the choices that land on it. Few tokens touch few experts:
 * E · (1 − (1 − k/E)^tokens) of them, spread evenly over the ranks.
 */
export function expertsSeconds(
  kind: GemmKind,
  shape: {
    readonly tokens: number;
    readonly experts: number;
    readonly perToken: number;
    readonly ranks: number;
    readonly imbalance: number;
  },
  hidden: number,
  width: number,
): number {
  const { tokens, experts, perToken, ranks, imbalance } = shape;
  if (tokens <= 0) return 0;
  const hit = Math.min(experts / ranks, (imbalance * expertsHit(experts, perToken, tokens)) / ranks);
  const choices = (imbalance * tokens * perToken) / ranks;
  const bytes = hit * 3 * hidden * width * kind.weightBytes + choices * (2 * hidden + 3 * width) * kind.outputBytes;
  const memory = bytes / (kind.bytesPerSecond * kind.rates.bandwidth);
  const compute = (6 * choices * hidden * width) / (kind.flops * kind.rates.efficiency);
  return kind.rates.floor + slower(memory, compute);
}

/** Experts that at least one of `tokens` chooses, with even routing. */
export function expertsHit(experts: number, perToken: number, tokens: number): number {
  return experts * (1 - (1 - Math.min(1, perToken / experts)) ** tokens);
}

/** Fourth root of the sum of fourth powers, by squares: `**` costs ten times as much. */
function slower(memory: number, compute: number): number {
  const m = memory * memory;
  const c = compute * compute;
  return Math.sqrt(Math.sqrt(m * m + c * c));
}
