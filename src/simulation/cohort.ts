import type { Requests } from "./requests.ts";

const wheelSize = 4096;

/**
 * Decoding requests that step together: all that a step needs to know of them is kept as sums. Each step every member gains a token, so
 * a member's context is its base plus the count of steps; who opens a new KV block and who finishes is found by that count alone.
 */
export class Cohort {
  size = 0;
  /** Σ of the members' contexts in the next step, the new token included. */
  context = 0;
  steps = 0;
  lastFinish = 0;
  inFlight = false;
  readonly oddOnes: Int32Array;
  oddCount = 0;
  private readonly heads: Int32Array;
  private readonly sizes: Int32Array;
  private readonly wheel = new Int32Array(wheelSize).fill(-1);

  constructor(
    private readonly requests: Requests,
    readonly index: number,
    readonly blockTokens: number,
    maxSize: number,
  ) {
    this.heads = new Int32Array(blockTokens).fill(-1);
    this.sizes = new Int32Array(blockTokens);
    this.oddOnes = new Int32Array(maxSize);
  }

  /** Members whose next token does not fit the blocks they hold. */
  get opening(): number {
    return this.sizes[this.openingBucket] as number;
  }

  /** First of them; follow `bucketNext`. */
  get openingHead(): number {
    return this.heads[this.openingBucket] as number;
  }

  private get openingBucket(): number {
    return modulo(-this.steps, this.blockTokens);
  }

  computedOf(r: number): number {
    return (this.requests.base[r] as number) + this.steps;
  }

  attach(r: number, computed: number, remaining: number): void {
    const { requests } = this;
    const base = computed - this.steps;
    const finishAt = this.steps + remaining;
    requests.cohort[r] = this.index;
    requests.base[r] = base;
    requests.finishAt[r] = finishAt;
    this.size++;
    this.context += computed + 1;
    const bucket = modulo(base, this.blockTokens);
    this.sizes[bucket] = (this.sizes[bucket] as number) + 1;
    link(this.heads, bucket, r, requests.bucketNext, requests.bucketPrevious);
    link(this.wheel, finishAt & (wheelSize - 1), r, requests.wheelNext, requests.wheelPrevious);
  }

  detach(r: number): void {
    const { requests } = this;
    const bucket = modulo(requests.base[r] as number, this.blockTokens);
    this.size--;
    this.context -= this.computedOf(r) + 1;
    this.sizes[bucket] = (this.sizes[bucket] as number) - 1;
    unlink(this.heads, bucket, r, requests.bucketNext, requests.bucketPrevious);
    unlink(this.wheel, (requests.finishAt[r] as number) & (wheelSize - 1), r, requests.wheelNext, requests.wheelPrevious);
    requests.cohort[r] = -1;
  }

  /** Its next gap counts from its own last token, not from the cohort's last step. */
  markOdd(r: number): void {
    this.requests.odd[r] = 1;
    if (this.oddCount < this.oddOnes.length) this.oddOnes[this.oddCount++] = r;
  }

  /** Every member gains a token. */
  advance(): void {
    this.steps++;
    this.context += this.size;
  }

  /** A member with its last token, or −1. Detach it before asking again. */
  nextFinished(): number {
    const { finishAt, wheelNext } = this.requests;
    for (let r = this.wheel[this.steps & (wheelSize - 1)] as number; r >= 0; r = wheelNext[r] as number)
      if (finishAt[r] === this.steps) return r;
    return -1;
  }

  /** Any member, or −1. */
  anyMember(): number {
    for (const head of this.heads) if (head >= 0) return head;
    return -1;
  }
}

function modulo(value: number, by: number): number {
  const rest = value % by;
  return rest < 0 ? rest + by : rest;
}

function link(heads: Int32Array, list: number, r: number, next: Int32Array, previous: Int32Array): void {
  const head = heads[list] as number;
  next[r] = head;
  previous[r] = -1;
  if (head >= 0) previous[head] = r;
  heads[list] = r;
}

function unlink(heads: Int32Array, list: number, r: number, next: Int32Array, previous: Int32Array): void {
  const after = next[r] as number;
  const before = previous[r] as number;
  if (before >= 0) next[before] = after;
  else heads[list] = after;
  if (after >= 0) previous[after] = before;
}
