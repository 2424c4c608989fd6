/** How much a store holds: so many bytes, so many times the GPU's own cache, or so many of its chunks. */
export type TierSize =
  | { readonly kind: "bytes"; readonly bytes: number }
  | { readonly kind: "of-cache"; readonly times: number }
  | { readonly kind: "chunks"; readonly chunks: number };

/** A store of KV cache behind that of the GPUs. Sizes and rates are those of one engine over all its GPUs. */
export interface KvTier {
  readonly kind: TierKind;
  readonly size: TierSize;
  readonly readBytesPerSecond: number;
  readonly writeBytesPerSecond: number;
  /** Until the first byte comes. */
  readonly latencySeconds: number;
  /** Tokens that are kept, found and given up together; 0 = those of the engine's own blocks. */
  readonly blockTokens: number;
  readonly writePolicy: WritePolicy;
  /** Who finds what is in it: its engine, or all, in one store of that size or, pooled, in one to which every engine brings as much. */
  readonly shared: "engine" | "all" | "pooled";
  /** Bytes per second that a store which all share gives or takes altogether; null = each engine brings as much as it uses. */
  readonly serverBytesPerSecond: number | null;
}

export type TierKind = "dram" | "ssd" | "remote";

/** A block is written when it is computed, when it is used again, or when the GPU gives it up. */
export type WritePolicy = "write-through" | "write-through-selective" | "write-back";

/**
 * How an engine takes what a store has: the step of the request waits for all of it, computes each layer as soon as that layer is there, or
 * goes on without the request, which joins a later one.
 */
export type TierLoading = "before-step" | "layer-by-layer" | "aside";

/** All stores of a pool's engines, nearest first, and how they are used. */
export interface KvTiers {
  /** What keeps them: `LMCache`, `HiCache`. */
  readonly system: string;
  readonly tiers: readonly KvTier[];
  readonly loading: TierLoading;
  /** Fewer tokens than this are computed again instead. */
  readonly leastTokens: number;
  /** Whether what is found is always taken, or only where that is sooner than computing it. */
  readonly takes: "always" | "sooner";
  /** Tokens of answers are kept too, not only those of prompts. */
  readonly keepsAnswers: boolean;
  /**
   * What lies behind the nearest store is brought there while a request waits: it queues when that is done, or at once and uses what has come
   * when it starts. Absent = read when the request starts.
   */
  readonly prefetch?: "wait" | "best-effort";
}

/** A store as a file says it: what is left out follows from the GPU and its links. */
export type WrittenTier = Pick<KvTier, "kind"> & { readonly [Member in Exclude<keyof KvTier, "kind">]?: KvTier[Member] | undefined };

export type WrittenTiers = Omit<KvTiers, "tiers"> & { readonly tiers: readonly WrittenTier[] };
