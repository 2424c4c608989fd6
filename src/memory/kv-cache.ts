import type { Model } from "../catalog/facts.ts";
import type { SettledPool } from "../deployment/settled.ts";
import { atLeast } from "../deployment/version.ts";
import type { Stage } from "./stages.ts";

/** KV cache of one rank: layers in groups of equal size that share one pool of blocks (RULES VM08–VM14). */
export interface KvShape {
  readonly stage: Stage;
  /** Tokens of one block, enlarged in hybrids so that a state fits one (VM13). */
  readonly blockTokens: number;
  /** Bytes of one block over the layers of a group. */
  readonly blockBytes: number;
  readonly full: Group;
  readonly sliding: Group;
  readonly recurrent: Group;
  /** Bytes that one further token takes over all layers that keep it. */
  readonly bytesPerToken: number;
  readonly window: number;
  /** Tokens in flight that a window keeps beside itself (VM10). */
  readonly inFlight: number;
  /** Ranks that share the tokens of one sequence. */
  readonly contextRanks: number;
}

interface Group {
  readonly layers: number;
  readonly groups: number;
  /** Bytes of one block of one layer. */
  readonly pageBytes: number;
}

/** KV heads on a rank: whole heads, at least one, under tensor and sequence parallelism alike (VP02, systems.md 5). */
export function kvHeadsPerRank({ kvHeads }: Model, { layout }: Pick<SettledPool, "layout">): number {
  return Math.max(1, Math.floor(kvHeads / (layout.tensor * layout.sequence)));
}

/** Elements that one token keeps in one attention layer of a rank; the latent of MLA is never split (VP03). */
function kvElementsPerRank(model: Model, pool: Pick<SettledPool, "layout">): number {
  return model.mla ? model.kvElementsPerLayer : (model.kvElementsPerLayer / model.kvHeads) * kvHeadsPerRank(model, pool);
}

/** Latent of sparse MLA in fp8 with its scales and unquantised rope part (fp8_ds_mla, VM11). */
const sparseLatentBytes = 656;

/** Bytes that one token keeps in one attention layer of a rank, a sparse-attention indexer's included. */
export function tokenBytesPerLayer(model: Model, pool: Pick<SettledPool, "layout" | "kvElementBytes">): number {
  const indexer = model.indexerBytesPerLayer ?? 0;
  if (indexer > 0 && model.mla && pool.kvElementBytes === 1) return sparseLatentBytes + indexer;
  return kvElementsPerRank(model, pool) * pool.kvElementBytes + indexer;
}

export function kvShape(model: Model, pool: SettledPool, stage: Stage): KvShape {
  const { layout, settings } = pool;
  const contextRanks = layout.decodeContext * layout.prefillContext;
  const tokenBytes = tokenBytesPerLayer(model, pool);
  const stateBytes = stage.recurrent > 0 ? stateBytesPerLayer(model) / (layout.tensor * layout.sequence) : 0;
  const blocksOf16 = Math.ceil(Math.ceil(stateBytes / Math.max(1, tokenBytes)) / 16) * 16;
  const blockTokens = Math.max(settings.blockTokens, blocksOf16);
  // Before 0.9.2 there is no allocator for mixed attention: windows keep the whole context.
  const windowed = atLeast(pool.version, "0.9.2") && stage.full + stage.sliding + stage.recurrent > 0;
  const full = windowed ? stage.full : stage.full + stage.sliding;
  const sliding = windowed ? stage.sliding : 0;
  const size = groupSize([full, sliding, stage.recurrent].filter((layers) => layers > 0));
  const pageBytes = blockTokens * tokenBytes;
  const group = (layers: number): Group => ({ layers, groups: size === 0 ? 0 : Math.ceil(layers / size), pageBytes });
  return {
    stage,
    blockTokens,
    blockBytes: size * pageBytes,
    full: group(full),
    sliding: group(sliding),
    recurrent: group(stage.recurrent),
    bytesPerToken: ((stage.full + stage.sliding) * tokenBytes) / contextRanks,
    window: model.slidingWindow ?? Number.POSITIVE_INFINITY,
    inFlight: concurrentBatches(pool) * settings.maxNumBatchedTokens,
    contextRanks,
  };
}

/** Batches whose tokens a window must keep: up to 0.25 one, from 0.26 all that are scheduled and not yet settled (VM10; vLLM pull request 47728). */
function concurrentBatches({ version, settings, layout }: SettledPool): number {
  return atLeast(version, "0.26.0") ? Math.max(settings.asyncScheduling ? 2 : 1, layout.pipeline) : 1;
}

function stateBytesPerLayer({ recurrent }: Model): number {
  return recurrent && recurrent.layers > 0 ? (recurrent.stateBytesPerSequence ?? 0) / recurrent.layers : 0;
}

/** Layers in a group: the rarest kind's count, or the commonest's where they differ by less than a quarter (v1/core/kv_cache_utils.py). */
function groupSize(counts: readonly number[]): number {
  if (counts.length === 0) return 0;
  const least = Math.min(...counts);
  const most = Math.max(...counts);
  return most < least * 1.25 ? most : least;
}

/** Blocks of each group that one sequence of `tokens` needs at most (VM09, VM10, VM12). */
function blocksPerGroup(shape: KvShape, tokens: number): { readonly full: number; readonly sliding: number; readonly recurrent: number } {
  const full = Math.ceil(Math.ceil(tokens / shape.contextRanks) / shape.blockTokens);
  const kept = Math.min(shape.window - 1 + shape.inFlight, tokens);
  return { full, sliding: Math.ceil(kept / shape.blockTokens) + 1, recurrent: 1 };
}

/** Blocks of the pool that one sequence of `tokens` takes (VM14). */
export function blocksNeeded(shape: KvShape, tokens: number): number {
  const need = blocksPerGroup(shape, tokens);
  return need.full * shape.full.groups + need.sliding * shape.sliding.groups + need.recurrent * shape.recurrent.groups;
}

/** Bytes of one sequence of `tokens`, as the start check sums them layer by layer (VM07). */
export function bytesNeeded(shape: KvShape, tokens: number): number {
  const need = blocksPerGroup(shape, tokens);
  const { full, sliding, recurrent } = shape;
  return (need.full * full.layers + need.sliding * sliding.layers + need.recurrent * recurrent.layers) * full.pageBytes;
}

export function poolBlocks(shape: KvShape, kvBytes: number): number {
  return shape.blockBytes > 0 ? Math.max(0, Math.floor(kvBytes / shape.blockBytes)) : 0;
}

const longest = 2 ** 31;

/** Longest sequence whose need stays within these bytes, found as the engine does by halving; 0 where not one token fits. */
export function longestSequence(shape: KvShape, kvBytes: number): number {
  let fits = 0;
  let over = longest;
  while (over - fits > 1) {
    const middle = Math.floor((fits + over) / 2);
    if (bytesNeeded(shape, middle) <= kvBytes) fits = middle;
    else over = middle;
  }
  return fits;
}
