import { KeyTable } from "../../engine/key-table.ts";
import { doubled, UseOrder } from "../../engine/use-order.ts";
import type { PromptBlocks } from "./prompt-blocks.ts";

/**
 * Blocks of prompts that went to one target, the least recently sent forgotten first: a router's guess of that target's cache. Blocks that
 * no other request can have take room as one entry.
 */
export class PrefixList {
  /** Blocks in the list. */
  size = 0;
  private readonly known = new KeyTable();
  private readonly order = new UseOrder();
  /** Of one that is free: the next free entry. */
  private key = new Int32Array(1024);
  private blocks = new Int32Array(1024);
  private used = 0;
  private free = -1;

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
      else if (entry !== this.order.newest) {
        this.order.unlink(entry);
        this.order.append(entry);
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
    this.order.append(entry);
  }

  private forgetOne(): void {
    const entry = this.order.oldest;
    const blocks = this.blocks[entry] as number;
    this.size--;
    this.blocks[entry] = blocks - 1;
    if (blocks > 1) return;
    if ((this.key[entry] as number) >= 0) this.known.delete(this.key[entry] as number);
    this.order.unlink(entry);
    this.key[entry] = this.free;
    this.free = entry;
  }

  private takeEntry(): number {
    const entry = this.free;
    if (entry >= 0) {
      this.free = this.key[entry] as number;
      return entry;
    }
    if (this.used === this.key.length) {
      this.key = doubled(this.key);
      this.blocks = doubled(this.blocks);
    }
    return this.used++;
  }
}
