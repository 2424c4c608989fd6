import { type Flows, mostLinks } from "./flows.ts";

/**
 * Max-min fair rates: all flows rise together until a link is full or a flow gets no more than comes about; those stay, the others rise on
 * (progressive filling, Bertsekas and Gallager, Data Networks, 6.5.2).
 */
export class FairShare {
  /** By link: what is left of it, and the flows that still rise. */
  private readonly rest: Float64Array;
  private readonly rising: Int32Array;
  private readonly listed: Int32Array;
  private listedCount = 0;

  /** Bytes in a nanosecond, by link. */
  constructor(private readonly capacity: Float64Array) {
    this.rest = new Float64Array(capacity.length);
    this.rising = new Int32Array(capacity.length);
    this.listed = new Int32Array(capacity.length);
  }

  /** Fills `rate` of every flow; one with nothing to send gets nothing. */
  assign(flows: Flows): void {
    const { count, left, rate } = flows;
    this.listedCount = 0;
    let rising = 0;
    for (let i = 0; i < count; i++) {
      rate[i] = 0;
      if ((left[i] as number) === 0) continue;
      rate[i] = -1;
      rising++;
      this.enter(flows, i);
    }
    while (rising > 0) {
      const full = this.fullest();
      const level = full < 0 ? Number.POSITIVE_INFINITY : (this.rest[full] as number) / (this.rising[full] as number);
      const settled = this.settleBelow(flows, level) || this.settleOn(flows, full, level);
      rising -= settled;
    }
  }

  private enter({ path }: Flows, i: number): void {
    for (let k = i * mostLinks; k < (i + 1) * mostLinks; k++) {
      const link = path[k] as number;
      if (link < 0) continue;
      if (this.rising[link] === 0) {
        this.rest[link] = this.capacity[link] as number;
        this.listed[this.listedCount++] = link;
      }
      this.rising[link] = (this.rising[link] as number) + 1;
    }
  }

  /** The link that its flows fill first, or −1. */
  private fullest(): number {
    let best = -1;
    let least = Number.POSITIVE_INFINITY;
    for (let j = 0; j < this.listedCount; j++) {
      const link = this.listed[j] as number;
      const flows = this.rising[link] as number;
      if (flows === 0 || (this.rest[link] as number) / flows >= least) continue;
      least = (this.rest[link] as number) / flows;
      best = link;
    }
    return best;
  }

  /** Flows that get all that comes about, below the level at which a link is full; returns how many. */
  private settleBelow(flows: Flows, level: number): number {
    let settled = 0;
    for (let i = 0; i < flows.count; i++) {
      if (flows.rate[i] !== -1 || (flows.most[i] as number) > level) continue;
      this.settle(flows, i, flows.most[i] as number);
      settled++;
    }
    return settled;
  }

  private settleOn(flows: Flows, link: number, level: number): number {
    let settled = 0;
    for (let i = 0; i < flows.count; i++) {
      if (flows.rate[i] !== -1 || !crosses(flows, i, link)) continue;
      this.settle(flows, i, level);
      settled++;
    }
    return settled;
  }

  private settle(flows: Flows, i: number, rate: number): void {
    flows.rate[i] = rate;
    for (let k = i * mostLinks; k < (i + 1) * mostLinks; k++) {
      const link = flows.path[k] as number;
      if (link < 0) continue;
      this.rest[link] = Math.max(0, (this.rest[link] as number) - rate);
      this.rising[link] = (this.rising[link] as number) - 1;
    }
  }
}

function crosses({ path }: Flows, i: number, link: number): boolean {
  for (let k = i * mostLinks; k < (i + 1) * mostLinks; k++) if (path[k] === link) return true;
  return false;
}
