import { KeyTable } from "../engine/key-table.ts";
import { doubled, UseOrder } from "../engine/use-order.ts";

/** A block that nobody can ask for: it takes room like any other. */
export const nameless = -1;

/**
 * Blocks of KV cache kept outside of a GPU, found by their key. A full store gives up the block that was used longest ago, unless it is
 * being copied: then nothing is kept. A block counts from the start of its copy on and is found from the end on. Costs O(1) a call, and
 * memory for the most blocks that it ever held.
 */
export class TierStore {
  count = 0;
  evictions = 0;
  private readonly known = new KeyTable();
  private readonly order = new UseOrder();
  // By entry.
  private key = new Int32Array(256);
  private readyAt = new Float64Array(256);
  private heldUntil = new Float64Array(256);

  constructor(
    /** Blocks; Infinity where nothing bounds it. */
    private most: number,
  ) {}

  get capacity(): number {
    return this.most;
  }

  /** Another engine brings room for so many blocks. */
  extend(blocks: number): void {
    this.most += blocks;
  }

  /** Whether a block is there, or on the way. */
  has(key: number): boolean {
    return this.known.get(key) >= 0;
  }

  /** Whether a block can be read now. */
  isReady(key: number, now: number): boolean {
    const entry = this.known.get(key);
    return entry >= 0 && (this.readyAt[entry] as number) <= now;
  }

  /** When a block that is there or on the way can be read. */
  readyTime(key: number): number {
    return this.readyAt[this.known.get(key)] as number;
  }

  /** The block is used, and not given up before that time. */
  use(key: number, until: number): void {
    const entry = this.known.get(key);
    if (entry < 0) return;
    if (until > (this.heldUntil[entry] as number)) this.heldUntil[entry] = until;
    this.order.unlink(entry);
    this.order.append(entry);
  }

  /** A block that was on its way without anybody knowing how long is there. */
  ready(key: number, now: number): void {
    const entry = this.known.get(key);
    if (entry < 0 || (this.readyAt[entry] as number) <= now) return;
    this.readyAt[entry] = now;
    this.heldUntil[entry] = now;
  }

  /** Begins to keep a block that can be read from `readyAt` on; false where there is no room for it. */
  put(key: number, now: number, readyAt: number): boolean {
    const entry = this.room(now);
    if (entry < 0) return false;
    this.key[entry] = key;
    this.readyAt[entry] = readyAt;
    this.heldUntil[entry] = readyAt;
    if (key !== nameless) this.known.set(key, entry);
    this.order.append(entry);
    return true;
  }

  /** An entry that may be filled, or −1. */
  private room(now: number): number {
    if (this.count < this.capacity) {
      if (this.count === this.key.length) this.grow();
      return this.count++;
    }
    const entry = this.order.oldest;
    if (entry < 0 || (this.heldUntil[entry] as number) > now) return -1;
    this.order.unlink(entry);
    this.evictions++;
    if (this.key[entry] !== nameless) this.known.delete(this.key[entry] as number);
    return entry;
  }

  private grow(): void {
    const longer = (array: Float64Array) => {
      const copy = new Float64Array(array.length * 2);
      copy.set(array);
      return copy;
    };
    this.key = doubled(this.key);
    this.readyAt = longer(this.readyAt);
    this.heldUntil = longer(this.heldUntil);
  }
}
