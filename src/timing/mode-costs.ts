import type { Model } from "../catalog/facts.ts";
import { captureSizes } from "../deployment/defaults.ts";
import type { SettledPool } from "../deployment/settled.ts";
import { type AttentionCost, attentionCost } from "./attention.ts";
import { gatherSeconds, sequenceGroup } from "./collectives.ts";
import { headCost } from "./head.ts";
import { layerCosts, type Sharing } from "./layer.ts";
import type { GpuRates } from "./rates.ts";
import { TokenTable } from "./token-table.ts";

/** All that one way of running a step costs, tabulated once: everything that depends on the number of tokens or sequences alone. */
export interface ModeCosts {
  readonly denseMatrix: TokenTable;
  readonly expertMatrix: TokenTable;
  readonly denseCollectives: TokenTable;
  readonly expertCollectives: TokenTable;
  /** Embedding on the first stage; the gather over sequence ranks after the last layer. */
  readonly embedding: TokenTable;
  readonly gather: TokenTable;
  readonly head: TokenTable;
  readonly attention: AttentionCost;
  /** Largest step that runs as a captured graph. */
  readonly captured: number;
}

export function modeCosts(model: Model, pool: SettledPool, rates: GpuRates, sharing: Sharing): ModeCosts {
  const { settings } = pool;
  const { sequence, tensor } = sharing;
  const most = settings.maxNumBatchedTokens;
  const captured = settings.maxCaptureSize * sequence;
  const padded = paddedTokens(settings.maxCaptureSize, sequence);
  const { dense, expert } = layerCosts(model, pool, rates, sharing);
  const same = !model.moe;
  const denseMatrix = new TokenTable(most, padded, dense.matrix);
  const denseCollectives = new TokenTable(most, padded, dense.collectives);
  const tokenBytes = model.hidden * pool.activationBytes;
  const ulysses = sequenceGroup(sequence, tensor, pool);
  return {
    denseMatrix,
    expertMatrix: same ? denseMatrix : new TokenTable(most, padded, expert.matrix),
    denseCollectives,
    expertCollectives: same ? denseCollectives : new TokenTable(most, padded, expert.collectives),
    embedding: new TokenTable(most, padded, (tokens) => rates.plain.rates.floor + (2 * tokens * tokenBytes) / rates.bytesPerSecond),
    gather: new TokenTable(most, padded, (tokens) => gatherSeconds(pool, ulysses, tokens * tokenBytes)),
    head: new TokenTable(Math.min(most, settings.maxNumSeqs + 1), (sequences) => sequences, headCost(model, pool, rates, tensor)),
    attention: attentionCost(model, pool, rates, tensor * sequence),
    captured,
  };
}

/** Tokens that really run: the next captured size (times the sequence ranks), beyond them a multiple of those ranks (systems.md 5). */
export function paddedTokens(maxCaptureSize: number, sequence: number): (tokens: number) => number {
  const sizes = captureSizes(maxCaptureSize);
  const largest = (sizes.at(-1) ?? 0) * sequence;
  return (tokens) => {
    if (tokens > largest) return Math.ceil(tokens / sequence) * sequence;
    return (sizes.find((size) => size * sequence >= tokens) ?? largest / sequence) * sequence;
  };
}
