import { KeyTable } from "../../engine/key-table.ts";
import type { PromptBlocks } from "./prompt-blocks.ts";

/**
 * Blocks of prompts that went to one target, the least recently sent forgotten first: a router's guess of that target's cache. Blocks that
 * no other request can have take room as one entry.
 */
export class PrefixList {
  /** Blocks in the list. */
  size = 0;
  private readonly known = new KeyTable();
  private key = new Int32Array(1024);
  private blocks = new Int32Array(1024);
  private next = new Int32Array(1024);
  private previous = new Int32Array(1024);
  private used = 0;
  private free = -1;
  private oldest = -1;
  private newest = -1;

  constructor(private readonly capacity: number) {}

  has(key: number): boolean {
    return this.known.get(key) >= 0;
  }

  /** A prompt was sent: its blocks become the newest, from first to last. */
  add(prompts: PromptBlocks, r: number): void {
    const keyed = prompts.keyed(r);
    for (let i = 0; i < keyed; i++) {
      const key = prompts.key(r, i);
      const entry = this.known.get(key);
      if (entry < 0) this.append(key, 1);
      else if (entry !== this.newest) {
        this.unlink(entry);
        this.link(entry);
      }
    }
    const own = prompts.count(r) - keyed;
    if (own > 0) this.append(-1, Math.min(own, this.capacity));
    while (this.size > this.capacity) this.forgetOne();
  }

  private append(key: number, blocks: number): void {
    const entry = this.takeEntry();
    this.key[entry] = key;
    this.blocks[entry] = blocks;
    if (key >= 0) this.known.set(key, entry);
    this.size += blocks;
    this.link(entry);
  }

  private forgetOne(): void {
    const entry = this.oldest;
    const blocks = this.blocks[entry] as number;
    this.size--;
    this.blocks[entry] = blocks - 1;
    if (blocks > 1) return;
    if ((this.key[entry] as number) >= 0) this.known.delete(this.key[entry] as number);
    this.unlink(entry);
    this.next[entry] = this.free;
    this.free = entry;
  }

  private takeEntry(): number {
    const entry = this.free;
    if (entry >= 0) {
      this.free = this.next[entry] as number;
      return entry;
    }
    if (this.used === this.key.length) {
      this.key = doubled(this.key);
      this.blocks = doubled(this.blocks);
      this.next = doubled(this.next);
      this.previous = doubled(this.previous);
    }
    return this.used++;
  }

  private link(entry: number): void {
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
}

function doubled(array: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(array.length * 2);
  larger.set(array);
  return larger;
}
