import type { RequestRecords } from "../../src/simulation/report/report.ts";

/** Requests by the time to their first token, slowest first; those without one are left out. */
export class Ranking {
  /** Requests, and their seconds. */
  private readonly order: Int32Array;
  private readonly seconds: Float64Array;

  constructor({ arrival, firstToken }: RequestRecords) {
    this.seconds = firstToken.map((time, r) => time - (arrival[r] as number));
    const { seconds } = this;
    const known = Int32Array.from(seconds.keys()).filter((r) => !Number.isNaN(seconds[r] as number));
    this.order = known.sort((a, b) => (seconds[b] as number) - (seconds[a] as number) || a - b);
  }

  get slowest(): number | undefined {
    return this.order[0];
  }

  get median(): number {
    return this.seconds[this.order[this.order.length >> 1] ?? -1] ?? Number.NaN;
  }

  /** Time to the first token; NaN where it had none. */
  of(r: number): number {
    return this.seconds[r] ?? Number.NaN;
  }

  /** How many were slower. */
  slowerThan(r: number): number {
    return Math.max(0, this.order.indexOf(r));
  }

  /** The one that was slower by least. */
  nextSlower(r: number): number | undefined {
    const at = this.order.indexOf(r);
    return at > 0 ? this.order[at - 1] : undefined;
  }
}

/** What was typed into the field: `412`, `request 412`, `#412`, `worst`, `slowest ttft`; undefined where it is none of that. */
export function foundRequest(text: string, count: number, ranking: Ranking): number | undefined {
  const asked = text.trim().toLowerCase();
  if (/^(worst|slowest)\b/.test(asked)) return ranking.slowest;
  const digits = /^\D*?(\d+)\s*$/.exec(asked)?.[1];
  const request = digits === undefined ? Number.NaN : Number(digits);
  return Number.isInteger(request) && request < count ? request : undefined;
}
