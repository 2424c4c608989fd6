import { KeyTable } from "../engine/key-table.ts";

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
  // By entry, in a ring from the least to the most recently used.
  private key = new Int32Array(256);
  private next = new Int32Array(256);
  private previous = new Int32Array(256);
  private readyAt = new Float64Array(256);
  private heldUntil = new Float64Array(256);
  private oldest = -1;
  private newest = -1;

  constructor(
    /** Blocks; Infinity where nothing bounds it. */
    readonly capacity: number,
  ) {}

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
    this.unlink(entry);
    this.append(entry);
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
    this.append(entry);
    return true;
  }

  /** An entry that may be filled, or −1. */
  private room(now: number): number {
    if (this.count < this.capacity) {
      if (this.count === this.key.length) this.grow();
      return this.count++;
    }
    const entry = this.oldest;
    if (entry < 0 || (this.heldUntil[entry] as number) > now) return -1;
    this.unlink(entry);
    this.evictions++;
    if (this.key[entry] !== nameless) this.known.delete(this.key[entry] as number);
    return entry;
  }

  private append(entry: number): void {
    this.previous[entry] = this.newest;
    this.next[entry] = -1;
    if (this.newest >= 0) this.next[this.newest] = entry;
    else this.oldest = entry;
    this.newest = entry;
  }

  private unlink(entry: number): void {
    const before = this.previous[entry] as number;
    const after = this.next[entry] as number;
    if (before >= 0) this.next[before] = after;
    else this.oldest = after;
    if (after >= 0) this.previous[after] = before;
    else this.newest = before;
  }

  private grow(): void {
    const length = this.key.length * 2;
    const larger = (array: Int32Array) => {
      const copy = new Int32Array(length);
      copy.set(array);
      return copy;
    };
    const longer = (array: Float64Array) => {
      const copy = new Float64Array(length);
      copy.set(array);
      return copy;
    };
    this.key = larger(this.key);
    this.next = larger(this.next);
    this.previous = larger(this.previous);
    this.readyAt = longer(this.readyAt);
    this.heldUntil = longer(this.heldUntil);
  }
}
