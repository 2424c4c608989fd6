import { CollectiveCurve } from "./collective-curve.ts";

/** What an exchange takes at least: a launch and its hops, then what each GPU sends over its link. */
export interface CollectiveLaw {
  /** Bytes that a GPU sends for each byte of the message. */
  sent(ranks: number): number;
}

const othersShare = (ranks: number): number => (ranks - 1) / ranks;

export const collectiveLaws = {
  all_reduce: { sent: (ranks) => 2 * othersShare(ranks) },
  all_gather: { sent: othersShare },
  reduce_scatter: { sent: othersShare },
  alltoall: { sent: othersShare },
} as const satisfies Record<string, CollectiveLaw>;

export type CollectiveKind = keyof typeof collectiveLaws;

const launchSeconds = 4e-6;

/** Ranks, bytes and microseconds. */
export type CollectiveRow = readonly number[];

/** An exchange inside one node with what was measured of it. Its ratio to the link's roofline goes over to other ranks and links of the same kind. */
export class MeasuredCollective {
  private readonly measured: readonly { readonly ranks: number; readonly curve: CollectiveCurve }[];

  constructor(
    private readonly law: CollectiveLaw,
    rows: readonly CollectiveRow[],
    /** Rates of the link in one direction: the measured one, and the one asked about. */
    private readonly measuredRate: number,
    private readonly rate: number,
  ) {
    const counts = [...new Set(rows.map(([ranks = 1]) => ranks))].sort((a, b) => a - b);
    this.measured = counts.map((ranks) => {
      const own = rows.filter(([of]) => of === ranks);
      return { ranks, curve: new CollectiveCurve(own.map(([, bytes = 1, us = 1]) => ({ bytes, seconds: us * 1e-6 }))) };
    });
  }

  /** Between the numbers of ranks that were measured by their logarithm, beyond them as at the last. */
  seconds(ranks: number, bytes: number): number {
    if (ranks <= 1) return 0;
    const above = this.measured.findIndex((one) => one.ranks >= ranks);
    const upper = this.measured.at(above);
    const lower = this.measured[Math.max(0, above < 0 ? this.measured.length - 1 : above - 1)];
    if (!upper || !lower) return this.roofline(ranks, bytes, this.rate);
    const high = this.logRatio(upper.ranks, upper.curve, bytes);
    const low = lower === upper ? high : this.logRatio(lower.ranks, lower.curve, bytes);
    const share =
      lower.ranks < upper.ranks && ranks > lower.ranks ? Math.log(ranks / lower.ranks) / Math.log(upper.ranks / lower.ranks) : 0;
    return Math.exp(low + (high - low) * share) * this.roofline(ranks, bytes, this.rate);
  }

  private logRatio(ranks: number, curve: CollectiveCurve, bytes: number): number {
    return Math.log(curve.at(bytes) / this.roofline(ranks, bytes, this.measuredRate));
  }

  private roofline(ranks: number, bytes: number, rate: number): number {
    return launchSeconds + (this.law.sent(ranks) * bytes) / rate;
  }
}
