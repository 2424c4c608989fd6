import { KeyTable } from "../key-table.ts";

/**
 * Prefix blocks that one node keeps in its DRAM, by the ids of the workload. The least recently used goes first, and of one chain the tail
 * before the blocks that lead to it, so that what is kept can be reached (Mooncake, FAST 2025, section 4.2).
 */
export class PrefixStore {
  count = 0;
  private readonly slots = new KeyTable();
  // By slot, in a ring through slot 0: behind it the newest, before it the oldest.
  private id = new Int32Array(256);
  private next = new Int32Array(256);
  private previous = new Int32Array(256);

  constructor(
    /** Infinity where nothing is ever given up. */
    private readonly capacityBlocks: number,
  ) {}

  /** Blocks of the chain `ids[from … to)` that are here, up to the first that is not. */
  match(ids: Int32Array, from: number, to: number): number {
    let at = from;
    while (at < to && this.slots.get(ids[at] as number) > 0) at++;
    return at - from;
  }

  /** Keeps the chain, or its beginning where it is longer than the store, as the newest. */
  keep(ids: Int32Array, from: number, to: number): void {
    for (let at = Math.min(to, from + this.capacityBlocks) - 1; at >= from; at--) {
      const id = ids[at] as number;
      let slot = this.slots.get(id);
      if (slot > 0) this.unlink(slot);
      else {
        slot = this.takeSlot();
        this.id[slot] = id;
        this.slots.set(id, slot);
      }
      this.linkNewest(slot);
    }
  }

  private takeSlot(): number {
    if (this.count < this.capacityBlocks) {
      this.count++;
      if (this.count === this.id.length) this.grow();
      return this.count;
    }
    const oldest = this.previous[0] as number;
    this.unlink(oldest);
    this.slots.delete(this.id[oldest] as number);
    return oldest;
  }

  private linkNewest(slot: number): void {
    const after = this.next[0] as number;
    this.next[slot] = after;
    this.previous[slot] = 0;
    this.previous[after] = slot;
    this.next[0] = slot;
  }

  private unlink(slot: number): void {
    const before = this.previous[slot] as number;
    const after = this.next[slot] as number;
    this.next[before] = after;
    this.previous[after] = before;
  }

  private grow(): void {
    this.id = twice(this.id);
    this.next = twice(this.next);
    this.previous = twice(this.previous);
  }
}

function twice(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(array.length * 2);
  larger.set(array);
  return larger;
}
