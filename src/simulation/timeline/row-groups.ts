/** Rows of a table by one of its columns, whole numbers from 0, in the table's own order; found in two passes. */
export class RowGroups {
  private readonly starts: Int32Array;
  private readonly rows: Int32Array;

  constructor(key: Int32Array) {
    let count = 0;
    for (const one of key) count = Math.max(count, one + 1);
    this.starts = new Int32Array(count + 1);
    for (const one of key) this.starts[one + 1] = (this.starts[one + 1] as number) + 1;
    for (let one = 0; one < count; one++) this.starts[one + 1] = (this.starts[one + 1] as number) + (this.starts[one] as number);
    const next = this.starts.slice(0, count);
    this.rows = new Int32Array(key.length);
    for (let i = 0; i < key.length; i++) {
      const one = key[i] as number;
      this.rows[next[one] as number] = i;
      next[one] = (next[one] as number) + 1;
    }
  }

  /** Empty where the column does not name it. */
  of(one: number): Int32Array {
    return this.rows.subarray(this.starts[one] ?? 0, this.starts[one + 1] ?? this.starts[one] ?? 0);
  }
}
