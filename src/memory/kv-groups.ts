import type { SettledPool } from "../deployment/settled.ts";
import { atLeast, type Version } from "../deployment/version.ts";
import type { PagedLayers } from "./kv-pages.ts";
import type { KvGroup } from "./kv-shape.ts";

/** Groups of layers that share one pool, and the bytes of the pool's blocks. */
export interface Grouping {
  readonly groups: readonly KvGroup[];
  readonly blockBytes: number;
}

/** Layers that all keep the same tokens: one group, whatever they store of each (kv_cache_utils.py, UniformTypeKVCacheSpecs). */
export function oneGroup(layers: readonly PagedLayers[]): Grouping {
  const [first] = layers;
  const bytes = layers.reduce((sum, { count, pageBytes }) => sum + count * pageBytes, 0);
  return first
    ? { groups: [{ span: first.span, times: 1, blockTokens: first.blockTokens, bytes }], blockBytes: bytes }
    : { groups: [], blockBytes: 0 };
}

/** Layers of several kinds in groups of equal size, made of the whole model and then cut to the stage (kv_cache_utils.py, _get_kv_cache_groups_uniform_page_size). */
export function equalGroups(layers: readonly PagedLayers[], { version }: Pick<SettledPool, "version">): Grouping {
  // Up to 0.10 each worker made its groups of its own layers.
  const ownLayers = !atLeast(version, "0.11.0");
  const whole = layers.map(({ count, inModel }) => (ownLayers ? count : inModel));
  const size = groupSize(
    whole.filter((count) => count > 0),
    version,
  );
  const times = whole.map((count) => Math.ceil(count / size));
  const widest = Math.max(...layers.map(({ count }, index) => Math.ceil(count / Math.max(1, times[index] ?? 1))));
  const page = layers[0]?.pageBytes ?? 0;
  const blockBytes = widest * page;
  const groups = layers.flatMap(({ span, blockTokens }, index) => {
    const count = times[index] ?? 0;
    return count > 0 ? [{ span, times: count, blockTokens, bytes: blockBytes }] : [];
  });
  return { groups, blockBytes };
}

/** Layers in a group: the rarest kind's count, or the commonest's where they differ by less than a quarter, from 0.18 by less than a half. */
function groupSize(counts: readonly number[], version: Version): number {
  if (counts.length === 0) return 1;
  const least = Math.min(...counts);
  const most = Math.max(...counts);
  const nearness = atLeast(version, "0.18.0") ? 1.5 : atLeast(version, "0.12.0") ? 1.25 : 1;
  return most < least * nearness ? most : least;
}
