import type { OperatorName, TokenOperator } from "./operator.ts";
import type { GemmKind } from "./rates.ts";

const tile = 128;

/** y[m, n] = x[m, k] · W[k, n] by m: as measured where kernels of its kind were; nothing where a side is empty. */
export function gemm(name: OperatorName, kind: GemmKind, n: number, k: number): readonly TokenOperator[] {
  if (n <= 0 || k <= 0) return [];
  const measured = kind.measured?.by(n, k);
  const seconds = measured ? inEngine(measured, kind.hidden, fewTokens) : (m: number) => gemmSeconds(kind, m, n, k);
  return [{ name, basis: kind.basis, seconds, flops: (m) => 2 * m * n * k, bytes: (m) => (m > 0 ? gemmBytes(kind, m, n, k) : 0) }];
}

/** Up to so many tokens streaming the weights is all that a product does. */
const fewTokens = 16;

/** A measured kernel as an engine runs it: quicker by a share of what streaming its weights takes, which is its time up to `streaming` tokens. */
export function inEngine(measured: (tokens: number) => number, hidden: number, streaming: number): (tokens: number) => number {
  return (tokens) => (tokens > 0 ? measured(tokens) - hidden * measured(Math.min(tokens, streaming)) : 0);
}

function gemmBytes({ weightBytes, inputBytes, outputBytes }: GemmKind, m: number, n: number, k: number): number {
  return n * k * weightBytes + m * k * inputBytes + m * n * outputBytes;
}

/** From shares of the card's peaks: a floor, then the slower of memory and compute, rounded where they meet. */
export function gemmSeconds(kind: GemmKind, m: number, n: number, k: number): number {
  const { rates } = kind;
  if (m <= 0 || n <= 0 || k <= 0) return 0;
  const memory = gemmBytes(kind, m, n, k) / (kind.bytesPerSecond * rates.bandwidth);
  const tiles = Math.ceil(m / tile) * Math.ceil(n / tile);
  const filled = tiles / (Math.ceil(tiles / kind.tilesAtOnce) * kind.tilesAtOnce);
  const used = 1 - rates.wave + rates.wave * Math.max(filled, 1 / 16);
  const compute = (2 * m * n * k) / (kind.flops * rates.efficiency * used);
  return rates.floor + slower(memory, compute);
}

/** Fourth root of the sum of fourth powers, by squares: `**` costs ten times as much. */
export function slower(memory: number, compute: number): number {
  const m = memory * memory;
  const c = compute * compute;
  return Math.sqrt(Math.sqrt(m * m + c * c));
}
