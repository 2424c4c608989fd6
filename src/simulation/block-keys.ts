import type { Requests } from "./requests.ts";

/** Keys are whole numbers of 31 bits. */
const mostKeys = 2 ** 31 - 1;

/** Names for the blocks of requests, cut at so many tokens: blocks of one content behind one prefix have one name in every cache. */
export class BlockKeys {
  /** Blocks under one id are told apart by this many numbers. */
  private readonly ratio: number;

  constructor(
    private readonly requests: Requests,
    readonly blockTokens: number,
  ) {
    this.ratio = Math.floor(requests.prefixBlockTokens / blockTokens) + 2;
  }

  /** Blocks from the request's start whose content the workload's ids tell. */
  shared(r: number): number {
    return Math.floor((this.requests.keyedTokens[r] as number) / this.blockTokens);
  }

  /** Of a block that others may have too: the id at its end tells its whole prefix. */
  at(r: number, index: number): number {
    const { prefixStart, prefixIds, prefixBlockTokens } = this.requests;
    const place = Math.ceil(((index + 1) * this.blockTokens) / prefixBlockTokens) - 1;
    const id = prefixIds[(prefixStart[r] as number) + place] as number;
    return id * this.ratio + index - Math.floor((place * prefixBlockTokens) / this.blockTokens);
  }

  /** Whether the ids of a workload give every block a number of its own. */
  static fits(distinctPrefixIds: number, prefixBlockTokens: number, blockTokens: number): boolean {
    return distinctPrefixIds * (Math.floor(prefixBlockTokens / blockTokens) + 2) <= mostKeys;
  }
}
