type Columns = Readonly<Record<string, Float64Array | Int32Array>>;

const firstRows = 1024;

/** A table that grows by doubling: flat columns, written at the row that `next` gives. */
export class Rows<C extends Columns> {
  columns: C;
  count = 0;
  private room = 0;

  constructor(columns: C) {
    this.columns = columns;
  }

  next(): number {
    if (this.count === this.room) this.grow();
    return this.count++;
  }

  /** The rows that were written, in arrays of their own. */
  taken(): C {
    return this.mapped((column) => column.slice(0, this.count));
  }

  private grow(): void {
    this.room = Math.max(firstRows, 2 * this.room);
    const { room } = this;
    this.columns = this.mapped((column) => {
      const longer = column instanceof Float64Array ? new Float64Array(room) : new Int32Array(room);
      longer.set(column);
      return longer;
    });
  }

  private mapped(change: (column: Float64Array | Int32Array) => Float64Array | Int32Array): C {
    return Object.fromEntries(Object.entries(this.columns).map(([name, column]) => [name, change(column)])) as C;
  }
}
