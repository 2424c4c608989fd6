/** Decode attention of one layer: what every token of context costs, and by the sequences of a batch a floor, read in O(1). */
export class DecodeLines {
  private readonly floors: Float64Array;

  /** `floor` is asked at doublings of the batch, between which lines are drawn. More sequences never take less. */
  constructor(
    readonly perContextToken: number,
    most: number,
    floor: (batch: number) => number,
  ) {
    const size = Math.max(2, Math.min(most, largest) + 1);
    this.floors = new Float64Array(size);
    let from = 1;
    let before = Math.max(0, floor(1));
    this.floors[1] = before;
    while (from < size - 1) {
      const to = Math.min(size - 1, from * 2);
      const next = Math.max(before, floor(to));
      for (let batch = from + 1; batch <= to; batch++) this.floors[batch] = before + ((next - before) * (batch - from)) / (to - from);
      from = to;
      before = next;
    }
  }

  floor(batch: number): number {
    return this.floors[Math.min(Math.max(batch, 1), this.floors.length - 1)] as number;
  }
}

/** Larger batches stand as this one does. */
const largest = 4096;
