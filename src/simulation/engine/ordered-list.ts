/** Requests in the order in which they were admitted, in a flat array: few at a time, so that inserting may walk. */
export class OrderedList {
  count = 0;
  items = new Int32Array(8);

  constructor(private readonly order: Int32Array) {}

  add(r: number): void {
    if (this.count === this.items.length) this.grow();
    const { items, order } = this;
    let at = this.count++;
    while (at > 0 && (order[items[at - 1] as number] as number) > (order[r] as number)) {
      items[at] = items[at - 1] as number;
      at--;
    }
    items[at] = r;
  }

  remove(r: number): void {
    const at = this.items.indexOf(r);
    if (at < 0 || at >= this.count) return;
    this.items.copyWithin(at, at + 1, this.count);
    this.count--;
  }

  private grow(): void {
    const larger = new Int32Array(2 * this.items.length);
    larger.set(this.items);
    this.items = larger;
  }
}
