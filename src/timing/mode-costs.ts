import type { Model } from "../catalog/facts.ts";
import { captureSizes } from "../deployment/defaults.ts";
import type { SettledPool } from "../deployment/settled.ts";
import { gatherSeconds, sequenceGroup } from "./collectives/collectives.ts";
import { type Layers, layersOf, type Sharing } from "./layer.ts";
import { type AttentionCost, attentionCost } from "./operators/attention.ts";
import { headOperator } from "./operators/head.ts";
import { secondsOf, type TokenOperator } from "./operators/operator.ts";
import type { GpuRates } from "./operators/rates.ts";
import { TokenTable } from "./token-table.ts";

/** All that one way of running a step costs, tabulated once: everything that depends on the number of tokens or sequences alone. */
export interface ModeCosts {
  readonly denseCompute: TokenTable;
  readonly expertCompute: TokenTable;
  readonly denseExchange: TokenTable;
  readonly expertExchange: TokenTable;
  /** What of an expert layer meets the tokens of all attention replicas, by their mean; null without any. */
  readonly together: { readonly compute: TokenTable; readonly exchange: TokenTable } | null;
  /** What ranks that share contexts exchange in a layer, by the tokens that decode; null where none do. */
  readonly context: TokenTable | null;
  /** Embedding on the first stage; the gather over sequence ranks after the last layer. */
  readonly embedding: TokenTable;
  readonly gather: TokenTable;
  readonly head: TokenTable;
  readonly attention: AttentionCost;
  /** Largest step that runs as a captured graph. */
  readonly captured: number;
  /** What the tables were made of. */
  readonly made: MadeOf;
}

export interface MadeOf {
  readonly layers: Layers;
  readonly embedding: TokenOperator;
  readonly head: TokenOperator;
  /** Tokens that really run for those that are asked for. */
  readonly padded: (tokens: number) => number;
}

export function modeCosts(model: Model, pool: SettledPool, rates: GpuRates, sharing: Sharing): ModeCosts {
  const { settings } = pool;
  const { sequence, tensor } = sharing;
  const most = settings.maxNumBatchedTokens;
  const padded = paddedTokens(settings.maxCaptureSize, sequence);
  const layers = layersOf(model, pool, rates, sharing);
  const head = headOperator(model, pool, rates, tensor);
  const tokenBytes = model.hidden * pool.activationBytes;
  const embedding = embeddingOperator(rates, tokenBytes);
  const ulysses = sequenceGroup(sequence, tensor, pool);
  const byTokens = (operators: readonly TokenOperator[]): TokenTable =>
    new TokenTable(most, padded, (tokens) => secondsOf(operators, tokens));
  const { dense, expert, together, context } = layers;
  const denseCompute = byTokens(dense.compute);
  const denseExchange = byTokens(dense.exchange);
  return {
    denseCompute,
    expertCompute: expert === dense ? denseCompute : byTokens(expert.compute),
    denseExchange,
    expertExchange: expert === dense ? denseExchange : byTokens(expert.exchange),
    together: together && { compute: byTokens(together.compute), exchange: byTokens(together.exchange) },
    context: context.length > 0 ? byTokens(context) : null,
    embedding: byTokens([embedding]),
    gather: new TokenTable(most, padded, (tokens) => gatherSeconds(pool, ulysses, tokens * tokenBytes)),
    head: new TokenTable(
      Math.min(most, (settings.maxNumSeqs + 1) * (1 + (pool.speculation?.draftTokens ?? 0))),
      (sequences) => sequences,
      (sequences) => head.seconds(sequences),
    ),
    attention: attentionCost(model, pool, rates, tensor * sequence),
    captured: settings.maxCaptureSize * sequence,
    made: { layers, embedding, head, padded },
  };
}

/** Reads a row of the table for each token and writes it down. */
function embeddingOperator({ plain, bytesPerSecond }: GpuRates, tokenBytes: number): TokenOperator {
  return {
    name: "embedding",
    basis: "analytical",
    seconds: (tokens) => plain.rates.floor + (2 * tokens * tokenBytes) / bytesPerSecond,
    flops: () => 0,
    bytes: (tokens) => 2 * tokens * tokenBytes,
  };
}

/** Tokens that really run: the next captured size (times the sequence ranks), beyond them a multiple of those ranks (systems.md 5). */
export function paddedTokens(maxCaptureSize: number, sequence: number): (tokens: number) => number {
  const sizes = captureSizes(maxCaptureSize);
  const largest = sizes.at(-1) ?? 0;
  /** By tokens of one rank. */
  const captured = new Int32Array(largest + 1);
  for (const size of sizes.toReversed()) captured.fill(size, 0, size + 1);
  return (tokens) => {
    const own = Math.ceil(tokens / sequence);
    return (captured[own] ?? own) * sequence;
  };
}
