/** A store behind the cache, written the plain way: a list from the least to the most recently used. Times in nanoseconds. */
export interface OracleTier {
  readonly chunks: number;
  readonly chunkBlocks: number;
  /** Of one block. */
  readonly readNanoseconds: number;
  readonly writeNanoseconds: number;
  readonly isSelective: boolean;
  readonly loading: "before-step" | "layer-by-layer" | "aside";
  readonly layers: number;
}

interface Kept {
  readonly content: string;
  readonly readyAt: number;
  heldUntil: number;
}

export class OracleStore {
  private list: Kept[] = [];
  private readFree = 0;
  private writeFree = 0;
  loadedBlocks = 0;
  writtenBlocks = 0;

  constructor(private readonly tier: OracleTier) {}

  isReady(content: string, now: number): boolean {
    return this.list.some((kept) => kept.content === content && kept.readyAt <= now);
  }

  /** Loads so many blocks of these chunks; returns when the last one is there. */
  load(contents: readonly string[], blocks: number, now: number): number {
    this.readFree = Math.max(now, this.readFree) + blocks * this.tier.readNanoseconds;
    const end = Math.ceil(this.readFree);
    for (const content of contents) this.use(content, end);
    this.loadedBlocks += blocks;
    return end;
  }

  keep(content: string, now: number): void {
    if (this.list.some((kept) => kept.content === content)) {
      this.use(content, now);
      return;
    }
    if (this.list.length >= this.tier.chunks) {
      const oldest = this.list[0];
      if (!oldest || oldest.heldUntil > now) return;
      this.list.shift();
    }
    this.writeFree = Math.max(now, this.writeFree) + this.tier.chunkBlocks * this.tier.writeNanoseconds;
    const readyAt = Math.ceil(this.writeFree);
    this.list.push({ content, readyAt, heldUntil: readyAt });
    this.writtenBlocks += this.tier.chunkBlocks;
  }

  private use(content: string, until: number): void {
    const kept = this.list.find((one) => one.content === content);
    if (!kept) return;
    kept.heldUntil = Math.max(kept.heldUntil, until);
    this.list = [...this.list.filter((one) => one !== kept), kept];
  }
}
