/** Most links that a flow crosses: a port and a node's network at each end. */
export const mostLinks = 4;

/** What is on its way, one row a flow in order of their starts. */
export class Flows {
  count = 0;
  request = new Int32Array(64);
  /** `mostLinks` a flow; −1 = none. */
  path = new Int32Array(64 * mostLinks);
  /** Bytes still to come. */
  left = new Float64Array(64);
  /** Bytes in a nanosecond. */
  rate = new Float64Array(64);
  /** Bytes in a nanosecond that come about at most: a prompt's cache is sent while it is computed. */
  most = new Float64Array(64);
  /** 1 = more bytes will be added. */
  open = new Uint8Array(64);

  /** A further row, of nothing. */
  add(r: number): number {
    if (this.count === this.request.length) this.grow();
    const i = this.count++;
    this.request[i] = r;
    this.path.fill(-1, i * mostLinks, (i + 1) * mostLinks);
    this.left[i] = 0;
    this.rate[i] = 0;
    this.most[i] = Number.POSITIVE_INFINITY;
    this.open[i] = 0;
    return i;
  }

  remove(i: number): void {
    const last = this.count--;
    for (const row of [this.request, this.left, this.rate, this.most, this.open]) row.copyWithin(i, i + 1, last);
    this.path.copyWithin(i * mostLinks, (i + 1) * mostLinks, last * mostLinks);
  }

  private grow(): void {
    const rows = 2 * this.request.length;
    this.request = copied(this.request, new Int32Array(rows));
    this.path = copied(this.path, new Int32Array(rows * mostLinks));
    this.left = copied(this.left, new Float64Array(rows));
    this.rate = copied(this.rate, new Float64Array(rows));
    this.most = copied(this.most, new Float64Array(rows));
    this.open = copied(this.open, new Uint8Array(rows));
  }
}

function copied<T extends { set(from: T): void }>(from: T, to: T): T {
  to.set(from);
  return to;
}
