import { TierStore } from "../kv-tiers/tier-store.ts";

/**
 * Prefix blocks that one node keeps in its DRAM, by the ids of the workload. The least recently used goes first, and of one chain the tail
 * before the blocks that lead to it, so that what is kept can be reached (Mooncake, FAST 2025, section 4.2).
 */
export class PrefixStore {
  private readonly blocks: TierStore;

  constructor(
    /** Infinity where nothing is ever given up. */
    private readonly capacityBlocks: number,
  ) {
    this.blocks = new TierStore(capacityBlocks);
  }

  /** Blocks kept. */
  get count(): number {
    return this.blocks.count;
  }

  /** Blocks of the chain `ids[from … to)` that are here, up to the first that is not. */
  match(ids: Int32Array, from: number, to: number): number {
    let at = from;
    while (at < to && this.blocks.has(ids[at] as number)) at++;
    return at - from;
  }

  /** Keeps the chain, or its beginning where it is longer than the store, as what was used last. */
  keep(ids: Int32Array, from: number, to: number): void {
    for (let at = Math.min(to, from + this.capacityBlocks) - 1; at >= from; at--) {
      const id = ids[at] as number;
      if (this.blocks.has(id)) this.blocks.use(id, 0);
      else this.blocks.put(id, 0, 0);
    }
  }
}
