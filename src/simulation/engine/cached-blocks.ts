import type { Requests } from "../requests.ts";
import { BlockKeys } from "./block-keys.ts";
import type { BlockPool, PooledCache } from "./block-pool.ts";
import { KeyTable } from "./key-table.ts";
import type { RequestBlocks } from "./request-blocks.ts";

/** Who wants to know of blocks whose content the cache gives up. */
export interface Evictions {
  shared(key: number): void;
  /** A full block that only one request can have made. */
  own(r: number, index: number): void;
}

/**
 * Real block ids, as vLLM's prefix cache keeps them: full blocks are known by the chain of their content, stay known after release, and
 * the least recently released block is taken first; a request's blocks are released in reverse, so tails go before the prefixes they need.
 */
export class CachedBlocks implements BlockPool {
  readonly usable: number;
  /** Counted, not named: what they push out of the cache stays a little longer. */
  readonly stateBlocks: number;
  free: number;
  evictableHits = 0;
  private readonly blockTokens: number;
  private readonly keys: BlockKeys;
  private readonly tables: (Int32Array | undefined)[];
  private readonly held: Int32Array;
  private readonly published: Int32Array;
  private hitBlocks = new Int32Array(64);
  private readonly known = new KeyTable();

  // By block. Blocks never used are taken first and have no entry yet.
  private fresh = 0;
  private references = new Int32Array(64);
  private key = new Int32Array(64).fill(-1);
  private owner = new Int32Array(64).fill(-1);
  private ownerIndex = new Int32Array(64);
  private next = new Int32Array(64);
  private previous = new Int32Array(64);
  private sameNext = new Int32Array(64);
  private samePrevious = new Int32Array(64);
  private head = -1;
  private tail = -1;

  constructor(
    { usableBlocks, stateBlocks, blockTokens }: PooledCache,
    private readonly requests: Requests,
    private readonly blocks: RequestBlocks,
    /** Of the deployment's cores. */
    private readonly core: number,
    private readonly evictions: Evictions | null = null,
  ) {
    this.usable = usableBlocks;
    this.stateBlocks = stateBlocks;
    this.blockTokens = blockTokens;
    this.free = usableBlocks;
    this.keys = new BlockKeys(requests, blockTokens);
    this.tables = blocks.tables;
    this.held = blocks.held;
    this.published = blocks.published;
  }

  findHits(r: number, target: number): number {
    const limit = Math.floor((target - 1) / this.blockTokens);
    const keyed = this.keys.shared(r);
    const table = this.tables[this.row(r)];
    let hits = 0;
    this.evictableHits = 0;
    while (hits < limit) {
      let block: number;
      if (hits < keyed) block = this.known.get(this.keys.at(r, hits));
      else {
        // Blocks that only this request can have made: before it was preempted.
        block = table && hits < table.length ? (table[hits] as number) : -1;
        if (block >= 0 && (this.owner[block] !== r || this.ownerIndex[block] !== hits)) block = -1;
      }
      if (block < 0) break;
      if (hits === this.hitBlocks.length) this.hitBlocks = grown(this.hitBlocks, 0);
      this.hitBlocks[hits++] = block;
      if (this.references[block] === 0) this.evictableHits++;
    }
    return hits;
  }

  /** Where its blocks stand: of one that this core takes over, apart from those on the core before it. */
  private row(r: number): number {
    return this.requests.decodeCore[r] === this.core ? r + this.requests.count : r;
  }

  admit(r: number, hits: number, fresh: number): void {
    const { requests } = this;
    const blocks = Math.ceil(((requests.prompt[r] as number) + (requests.output[r] as number)) / this.blockTokens);
    const table = this.blocks.open(this.row(r), blocks);
    for (let i = 0; i < hits; i++) {
      const block = this.hitBlocks[i] as number;
      if (this.references[block] === 0) {
        this.unlinkFree(block);
        this.free--;
      }
      this.references[block] = (this.references[block] as number) + 1;
      table[i] = block;
    }
    this.held[this.row(r)] = hits;
    this.published[this.row(r)] = hits;
    this.free -= this.stateBlocks;
    this.take(r, fresh);
  }

  extend(r: number, fresh: number, computed: number): void {
    this.publish(r, computed);
    this.take(r, fresh);
  }

  publish(r: number, computed: number): void {
    const until = Math.min(this.keys.shared(r), Math.floor(computed / this.blockTokens));
    const table = this.tables[this.row(r)] as Int32Array;
    for (let i = this.published[this.row(r)] as number; i < until; i++) this.enter(this.keys.at(r, i), table[i] as number);
    if (until > (this.published[this.row(r)] as number)) this.published[this.row(r)] = until;
  }

  release(r: number, computed: number, comesBack: boolean): void {
    const table = this.tables[this.row(r)] as Int32Array;
    this.publish(r, computed);
    if (comesBack || this.evictions !== null) {
      const full = Math.floor(computed / this.blockTokens);
      for (let i = this.keys.shared(r); i < full; i++) {
        this.owner[table[i] as number] = r;
        this.ownerIndex[table[i] as number] = i;
      }
    }
    for (let i = (this.held[this.row(r)] as number) - 1; i >= 0; i--) {
      const block = table[i] as number;
      const references = (this.references[block] as number) - 1;
      this.references[block] = references;
      if (references === 0) {
        this.appendFree(block);
        this.free++;
      }
    }
    this.held[this.row(r)] = 0;
    this.free += this.stateBlocks;
    if (!comesBack) this.blocks.close(this.row(r));
  }

  private take(r: number, count: number): void {
    const table = this.tables[this.row(r)] as Int32Array;
    let held = this.held[this.row(r)] as number;
    for (let i = 0; i < count; i++) {
      const block = this.takeOne();
      this.references[block] = 1;
      table[held++] = block;
    }
    this.held[this.row(r)] = held;
    this.free -= count;
  }

  private takeOne(): number {
    if (this.fresh < this.usable) {
      if (this.fresh === this.references.length) this.growBlocks();
      return this.fresh++;
    }
    const block = this.head;
    const owner = this.owner[block] as number;
    this.unlinkFree(block);
    if (owner >= 0) this.evictions?.own(owner, this.ownerIndex[block] as number);
    this.owner[block] = -1;
    this.forget(block);
    return block;
  }

  /** Several blocks may hold the same content; they queue behind the first, which is the one that is hit. */
  private enter(key: number, block: number): void {
    if ((this.key[block] as number) >= 0) return;
    this.key[block] = key;
    const first = this.known.get(key);
    if (first < 0) {
      this.known.set(key, block);
      this.sameNext[block] = block;
      this.samePrevious[block] = block;
      return;
    }
    const last = this.samePrevious[first] as number;
    this.sameNext[last] = block;
    this.samePrevious[block] = last;
    this.sameNext[block] = first;
    this.samePrevious[first] = block;
  }

  private forget(block: number): void {
    const key = this.key[block] as number;
    if (key < 0) return;
    this.key[block] = -1;
    const after = this.sameNext[block] as number;
    if (after === block) {
      this.known.delete(key);
      this.evictions?.shared(key);
      return;
    }
    const before = this.samePrevious[block] as number;
    this.sameNext[before] = after;
    this.samePrevious[after] = before;
    if (this.known.get(key) === block) this.known.set(key, after);
  }

  private appendFree(block: number): void {
    this.previous[block] = this.tail;
    this.next[block] = -1;
    if (this.tail >= 0) this.next[this.tail] = block;
    else this.head = block;
    this.tail = block;
  }

  private unlinkFree(block: number): void {
    const before = this.previous[block] as number;
    const after = this.next[block] as number;
    if (before >= 0) this.next[before] = after;
    else this.head = after;
    if (after >= 0) this.previous[after] = before;
    else this.tail = before;
  }

  private growBlocks(): void {
    this.references = grown(this.references, 0);
    this.key = grown(this.key, -1);
    this.owner = grown(this.owner, -1);
    this.ownerIndex = grown(this.ownerIndex, 0);
    this.next = grown(this.next, 0);
    this.previous = grown(this.previous, 0);
    this.sameNext = grown(this.sameNext, 0);
    this.samePrevious = grown(this.samePrevious, 0);
  }
}

function grown(array: Int32Array<ArrayBuffer>, fill: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(array.length * 2);
  if (fill !== 0) larger.fill(fill, array.length);
  larger.set(array);
  return larger;
}
