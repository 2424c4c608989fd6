/**
 * Blocks of each request on the core that holds it: one for all cores, as a request is on one of them at a time. A second half is for those
 * that another core takes over, whose blocks lie on both for a while.
 */
export class RequestBlocks {
  readonly tables: (Int32Array | undefined)[];
  /** Tables that nobody uses, by the power of two that is their length. */
  private readonly spare: Int32Array[][] = Array.from({ length: 32 }, () => []);
  /** Blocks held. */
  readonly held: Int32Array;
  /** Blocks whose content others may find. */
  readonly published: Int32Array;

  constructor(requests: number) {
    this.tables = new Array<Int32Array | undefined>(requests).fill(undefined);
    this.held = new Int32Array(requests);
    this.published = new Int32Array(requests);
  }

  /** Its table, one for so many blocks where it has none: what stands there is of nobody. */
  open(row: number, blocks: number): Int32Array {
    const size = 32 - Math.clz32(Math.max(0, blocks - 1));
    const table = this.tables[row] ?? this.spare[size]?.pop() ?? new Int32Array(2 ** size);
    this.tables[row] = table;
    return table;
  }

  close(row: number): void {
    const table = this.tables[row];
    if (table) this.spare[31 - Math.clz32(table.length)]?.push(table);
    this.tables[row] = undefined;
  }
}
