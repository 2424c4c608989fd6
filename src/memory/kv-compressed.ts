import type { CompressionFacts, Model } from "../catalog/facts.ts";
import { atLeast } from "../deployment/version.ts";
import type { Grouping } from "./kv-groups.ts";
import { windowTokens } from "./kv-layers.ts";
import type { KvGroup, Span } from "./kv-shape.ts";
import type { VllmPool } from "./vllm/pool.ts";

/** Bytes of an entry with its scales and unquantised rope part (vLLM, models/deepseek_v4: 448 + 128 + 8). */
const entryBytes = 584;
/** Blocks end at multiples of what the attention kernel reads at once. */
const alignment = 576;
/** Tokens of a block of the layers' own windows, and of the states of layers that share entries among 4 or more tokens. */
const windowBlock = 64;
const stateBlocks = { four: 4, more: 8 };

/** A bucket of layers that keep tokens alike: how many layers have pages of each size. */
interface Bucket {
  readonly span: Span;
  readonly blockTokens: number;
  readonly pages: readonly { readonly bytes: number; readonly layers: number }[];
}

export interface CompressedCache extends Grouping {
  /** What the start check takes a block for. */
  readonly checkedBytes: number;
  readonly blockTokens: number;
  readonly bytesPerToken: number;
  readonly tokenFormula: string;
}

/** The cache of layers whose tokens share entries: entries, indexer, windows and the compressors' states in groups of one pool (vLLM, kv_cache_utils.py). */
export function compressedCache(facts: CompressionFacts, model: Model, pool: VllmPool, share: number): CompressedCache {
  const { version } = pool;
  const blockTokens = Math.max(256, pool.settings.blockTokens);
  const [entries, ...windows] = buckets(facts, model, pool, blockTokens, share);
  if (!entries) return { groups: [], blockBytes: 0, checkedBytes: 0, blockTokens, bytesPerToken: 0, tokenFormula: "0 B" };
  const repeats = nearestDivisor([mostLayers(entries), ...windows.map(mostLayers)], mostLayers(entries));
  // Up to 0.26 a window's page is padded to the entries' page that it shares memory with.
  const padded = atLeast(version, "0.27.0") ? windows : windows.map((bucket) => paddedTo(bucket, entries));
  const parts = [{ bucket: entries, times: 1, layers: mostLayers(entries) }, ...padded.flatMap((bucket) => parted(bucket, repeats))];
  const sizes = parts.map(({ bucket, layers }) => bytesOf(bucket, layers));
  const widest = Math.max(...parts.map(({ layers }) => layers));
  const tuple = distinct(entries).reduce((sum, bytes) => sum + bytes, 0) * widest;
  const blockBytes = atLeast(version, "0.27.0") ? Math.max(...sizes) : atLeast(version, "0.23.0") ? slotBytes(parts) : tuple;
  const entryTotal = bytesOf(entries, mostLayers(entries));
  const groups: KvGroup[] = parts.map(({ bucket, times, layers }) => ({
    span: bucket.span,
    times,
    blockTokens: bucket.blockTokens,
    // From 0.27 the printed concurrency counts blocks, before it counted bytes.
    bytes: atLeast(version, "0.27.0") ? blockBytes : bytesOf(bucket, layers),
  }));
  return {
    groups,
    blockBytes,
    checkedBytes: atLeast(version, "0.29.0") ? blockBytes : tuple,
    blockTokens,
    bytesPerToken: entryTotal / blockTokens,
    tokenFormula: `${entryTotal} B / ${blockTokens}`,
  };
}

/** Entries with the indexer's first, then windows, then the states of each compressor. */
function buckets(
  { entry, indexEntry, window, layers }: CompressionFacts,
  model: Model,
  pool: VllmPool,
  blockTokens: number,
  share: number,
): readonly Bucket[] {
  const counted = layers.map(({ ratio, count }) => ({ ratio, count: Math.round(count * share) })).filter(({ count }) => count > 0);
  const all = counted.reduce((sum, { count }) => sum + count, 0);
  const span = (tokens: number): Span => ({ kind: "window", tokens: windowTokens(tokens, model, pool) });
  const entries = counted.flatMap(({ ratio, count }) => {
    if (ratio <= 1) return [];
    const own = { bytes: aligned((blockTokens / ratio) * entryBytes), layers: count };
    const index = { bytes: aligned((blockTokens / ratio) * indexBytes(indexEntry)), layers: count };
    return ratio === 4 && indexEntry > 0 ? [own, index] : [own];
  });
  const states = counted.flatMap(({ ratio, count }): readonly Bucket[] => {
    if (ratio <= 1) return [];
    // Keys and gates in 32 bit; those that share among 4 keep two overlapping windows of them.
    const twice = ratio === 4 ? 2 : 1;
    const block = ratio === 4 ? stateBlocks.four : stateBlocks.more;
    const own = { bytes: aligned(block * 2 * twice * entry * 4), layers: count };
    const index = { bytes: aligned(block * 2 * twice * indexEntry * 4), layers: count };
    return [{ span: span(twice * ratio), blockTokens: block, pages: ratio === 4 && indexEntry > 0 ? [own, index] : [own] }];
  });
  return [
    { span: { kind: "context" }, blockTokens, pages: entries },
    { span: span(window), blockTokens: windowBlock, pages: [{ bytes: aligned(windowBlock * entryBytes), layers: all }] },
    ...states,
  ];
}

/** FP8 elements with a scale in 32 bit for each 128 of them. */
function indexBytes(elements: number): number {
  return elements + Math.ceil(elements / 128) * 4;
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / alignment) * alignment;
}

function mostLayers({ pages }: Bucket): number {
  return Math.max(0, ...pages.map(({ layers }) => layers));
}

function distinct({ pages }: Bucket): readonly number[] {
  return [...new Set(pages.map(({ bytes }) => bytes))];
}

function paddedTo(bucket: Bucket, entries: Bucket): Bucket {
  const sizes = distinct(entries);
  const pages = bucket.pages.map((page) => ({
    ...page,
    bytes: Math.min(...sizes.filter((size) => size >= page.bytes), Math.max(...sizes)),
  }));
  return { ...bucket, pages };
}

interface Part {
  readonly bucket: Bucket;
  readonly times: number;
  readonly layers: number;
}

/** A bucket cut into groups of at most `repeats` layers of each page size, as even as they come. */
function parted(bucket: Bucket, repeats: number): readonly Part[] {
  const most = mostLayers(bucket);
  const times = Math.ceil(most / repeats);
  const small = Math.floor(most / times);
  const large = most - small * times;
  return [
    { bucket, times: large, layers: small + 1 },
    { bucket, times: times - large, layers: small },
  ].filter((part) => part.times > 0);
}

/** Bytes of a block over a group that holds up to `layers` layers of each page size. */
function bytesOf({ pages }: Bucket, layers: number): number {
  return pages.reduce((sum, page) => sum + page.bytes * Math.min(page.layers, layers), 0);
}

/** Layers of different groups share a slot of their page size. */
function slotBytes(parts: readonly Part[]): number {
  const slots = new Map<number, number>();
  for (const { bucket, layers } of parts) {
    for (const page of bucket.pages) slots.set(page.bytes, Math.max(slots.get(page.bytes) ?? 0, Math.min(page.layers, layers)));
  }
  return [...slots].reduce((sum, [bytes, count]) => sum + bytes * count, 0);
}

/** The size of a group, from `least` on, that pads the counts the least; of several the largest (kv_cache_utils.py, _approximate_gcd). */
export function nearestDivisor(counts: readonly number[], least: number): number {
  const most = Math.max(...counts);
  let best = Math.max(1, least);
  let padding = Number.POSITIVE_INFINITY;
  for (let size = best; size <= most; size++) {
    const added = counts.reduce((sum, count) => sum + ((size - (count % size)) % size), 0);
    if (added <= padding) {
      padding = added;
      best = size;
    }
  }
  return best;
}
