import type { Requests } from "../requests.ts";

/** Keys are whole numbers of 31 bits. */
const mostKeys = 2 ** 31 - 1;

/** Names for the blocks of requests, cut at so many tokens: blocks of one content behind one prefix have one name in every cache. */
export class BlockKeys {
  /** Blocks under one id are told apart by this many numbers. */
  private readonly ratio: number;
  /** From here on numbers are for blocks that only one request can have; they come round. */
  private readonly firstOwn: number;
  private ownCount = 0;
  private ownStart: Int32Array | undefined;

  constructor(
    private readonly requests: Requests,
    readonly blockTokens: number,
  ) {
    this.ratio = Math.floor(requests.prefixBlockTokens / blockTokens) + 2;
    this.firstOwn = Math.min(mostKeys - 1, requests.distinctPrefixIds * this.ratio);
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

  /** Of any block of a request: one whose content no id tells is its own. */
  of(r: number, index: number): number {
    const shared = this.shared(r);
    return index < shared ? this.at(r, index) : this.firstOwn + ((this.startOf(r, shared) + index - shared) % (mostKeys - this.firstOwn));
  }

  private startOf(r: number, shared: number): number {
    const { prompt, output, count } = this.requests;
    this.ownStart ??= new Int32Array(count).fill(-1);
    const known = this.ownStart[r] as number;
    if (known >= 0) return known;
    const start = this.ownCount;
    const blocks = Math.ceil(((prompt[r] as number) + (output[r] as number)) / this.blockTokens) - shared;
    this.ownCount = (start + blocks) % (mostKeys - this.firstOwn);
    this.ownStart[r] = start;
    return start;
  }

  /** Whether the ids of a workload give every block a number of its own. */
  static fits(distinctPrefixIds: number, prefixBlockTokens: number, blockTokens: number): boolean {
    return distinctPrefixIds * (Math.floor(prefixBlockTokens / blockTokens) + 2) <= mostKeys;
  }
}
