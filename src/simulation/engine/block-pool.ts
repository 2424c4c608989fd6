import type { CacheRoom } from "./cache-room.ts";

/** KV blocks of one scheduler. Without prefix caching only their number matters, and only that is kept. */
export interface BlockPool {
  readonly usable: number;
  readonly free: number;
  /** Blocks that a request takes at its admission beside those of its tokens, and gives back at its release. */
  readonly stateBlocks: number;
  /** Full blocks of the request's first `target − 1` tokens that are in the cache; `evictableHits` of them are in the free list. */
  findHits(r: number, target: number): number;
  readonly evictableHits: number;
  /** Takes the hits of the last `findHits` and `fresh` more blocks. */
  admit(r: number, hits: number, fresh: number): void;
  /** A decoding request opens `fresh` blocks having computed so many tokens. */
  extend(r: number, fresh: number, computed: number): void;
  /** A chunk up to `computed` tokens has been scheduled: its full blocks can be hit from now on. */
  publish(r: number, computed: number): void;
  release(r: number, computed: number, comesBack: boolean): void;
}

/** Blocks of a cache, those that a request takes however long it is, and the tokens of one. */
export type PooledCache = Pick<CacheRoom, "usableBlocks" | "stateBlocks" | "blockTokens">;

/** Counts only. */
export class CountedBlocks implements BlockPool {
  readonly usable: number;
  readonly stateBlocks: number;
  readonly evictableHits = 0;
  free: number;
  private readonly blockTokens: number;

  constructor({ usableBlocks, stateBlocks, blockTokens }: PooledCache) {
    this.usable = usableBlocks;
    this.stateBlocks = stateBlocks;
    this.blockTokens = blockTokens;
    this.free = usableBlocks;
  }

  findHits(): number {
    return 0;
  }
  admit(_r: number, _hits: number, fresh: number): void {
    this.free -= fresh + this.stateBlocks;
  }
  extend(_r: number, fresh: number): void {
    this.free -= fresh;
  }
  publish(): void {
    // Nothing is ever hit.
  }
  release(_r: number, computed: number): void {
    this.free += Math.ceil(computed / this.blockTokens) + this.stateBlocks;
  }
}
