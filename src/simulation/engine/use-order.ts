/** Entries from the least to the most recently used. Costs O(1) a call, and memory for the largest entry. */
export class UseOrder {
  oldest = -1;
  newest = -1;
  private next = new Int32Array(256);
  private previous = new Int32Array(256);

  /** An entry that is not in the order becomes the newest. */
  append(entry: number): void {
    while (entry >= this.next.length) {
      this.next = doubled(this.next);
      this.previous = doubled(this.previous);
    }
    this.previous[entry] = this.newest;
    this.next[entry] = -1;
    if (this.newest >= 0) this.next[this.newest] = entry;
    else this.oldest = entry;
    this.newest = entry;
  }

  unlink(entry: number): void {
    const before = this.previous[entry] as number;
    const after = this.next[entry] as number;
    if (before >= 0) this.next[before] = after;
    else this.oldest = after;
    if (after >= 0) this.previous[after] = before;
    else this.newest = before;
  }
}

export function doubled(array: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(array.length * 2);
  larger.set(array);
  return larger;
}
