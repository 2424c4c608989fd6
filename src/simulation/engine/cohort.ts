import type { Speculation } from "../../deployment/settled.ts";
import { draftedTokens, tokensPerStep } from "../../timing/speculative-gain.ts";
import type { Requests } from "../requests.ts";

/** Last tokens further ahead share places with nearer ones. */
const wheelSize = 512;
/** Sums of shares that come to a whole are one. */
const roundingSlack = 1e-9;

/**
 * Decoding requests that step together: all that a step needs to know of them is kept as sums. Each step every member gains as many tokens,
 * one without speculation, so a member's context is its base plus their sum; who opens a new KV block and who finishes is found by that alone.
 */
export class Cohort {
  size = 0;
  /** Σ of the members' contexts in the next step, the new token included. */
  context = 0;
  /** Tokens that each member has gained since the cohort began. */
  steps = 0;
  /** Tokens that each gains in the next step: whole ones, whose mean follows what is accepted. */
  gain = 1;
  private meanGain = 1;
  /** Steps since that mean holds, the tokens that each has gained in them, and what was owed of the means before. */
  private meanSteps = 0;
  private meanGained = 0;
  private owed = 0;
  /** Gains up to which nobody with a last token is left. */
  private looked = 0;
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
    readonly speculation: Speculation | null,
  ) {
    this.heads = new Int32Array(blockTokens).fill(-1);
    this.sizes = new Int32Array(blockTokens);
    this.oddOnes = new Int32Array(maxSize);
  }

  /** Scheduled tokens of the next step: the next one of each member, and drafts. */
  get tokens(): number {
    return this.tokensOf(this.size);
  }

  /** The same of so many members. */
  tokensOf(members: number): number {
    return this.speculation === null ? members : members + draftedTokens(this.speculation, members);
  }

  /** Blocks that the members' next tokens open. */
  get opening(): number {
    return this.openingAt(this.steps, this.gain);
  }

  /** The same having gained so many tokens. */
  private openingAt(steps: number, gain: number): number {
    let blocks = this.sizes[this.openingBucket(steps)] as number;
    for (let token = 1; token < gain; token++)
      blocks += (this.sizes[this.openingBucket(steps + token)] as number) - this.endedBefore(steps, token);
    return blocks;
  }

  /** First of the members who open a block for the next token but `token`; follow `bucketNext`, and leave those out who end before. */
  openingHead(token: number): number {
    return this.heads[this.openingBucket(this.steps + token)] as number;
  }

  /** Whether a member's answer goes on for more than so many tokens. */
  goesBeyond(r: number, tokens: number): boolean {
    return (this.requests.finishAt[r] as number) - this.steps > tokens;
  }

  /** Tokens that a member gains in the next step: no more than its answer has. */
  gainOf(r: number): number {
    return Math.min(this.gain, (this.requests.finishAt[r] as number) - this.steps);
  }

  /** Of those who open a block for the token behind so many gained ones. */
  private openingBucket(gained: number): number {
    return modulo(-gained, this.blockTokens);
  }

  /** Members who would open a block for the next token but `token` having gained so many, but have their last token before. */
  private endedBefore(steps: number, token: number): number {
    const { finishAt, base, wheelNext } = this.requests;
    const bucket = this.openingBucket(steps + token);
    let ended = 0;
    for (let end = steps + 1; end <= steps + token; end++)
      for (let r = this.wheel[end & (wheelSize - 1)] as number; r >= 0; r = wheelNext[r] as number)
        if (finishAt[r] === end && modulo(base[r] as number, this.blockTokens) === bucket) ended++;
    return ended;
  }

  /** Settles what the next step gains. */
  plan(): void {
    if (this.speculation === null) return;
    const mean = tokensPerStep(this.speculation, this.size);
    if (mean !== this.meanGain) {
      this.owed += this.meanSteps * this.meanGain - this.meanGained;
      this.meanGain = mean;
      this.meanSteps = 0;
      this.meanGained = 0;
    }
    this.gain = this.gainedAfter(1);
  }

  /** Tokens that each gains in so many steps, the next one and those behind it, where its size stays. */
  gainedAfter(steps: number): number {
    if (this.speculation === null) return steps;
    return Math.floor(this.owed + (this.meanSteps + steps) * this.meanGain + roundingSlack) - this.meanGained;
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
    this.oddOnes[this.oddCount++] = r;
  }

  /** It leaves before that gap was counted. */
  forgetOdd(r: number): void {
    this.requests.odd[r] = 0;
    const place = this.oddOnes.indexOf(r);
    this.oddOnes[place] = this.oddOnes[--this.oddCount] as number;
  }

  /** Every member gains what was settled. */
  advance(): void {
    this.meanSteps++;
    this.meanGained += this.gain;
    this.looked = this.steps + 1;
    this.steps += this.gain;
    this.context += this.gain * this.size;
  }

  /** Steps, at most `most`, that can follow the next one before a member has its last token or more than `blocks` are opened. */
  steadySteps(most: number, blocks: number): number {
    let left = blocks;
    let gained = 0;
    for (let step = 1; step <= most; step++) {
      const before = gained;
      gained = this.gainedAfter(step);
      for (let token = before + 1; token <= gained; token++) if (this.finishedAfter(this.steps + token) >= 0) return step - 1;
      left -= this.openingAt(this.steps + gained, this.gainedAfter(step + 1) - gained);
      if (left < 0) return step - 1;
    }
    return most;
  }

  /** A member with its last token, or −1. Detach it before asking again. */
  nextFinished(): number {
    for (; this.looked <= this.steps; this.looked++) {
      const r = this.finishedAfter(this.looked);
      if (r >= 0) return r;
    }
    return -1;
  }

  /** A member whose last token comes with so many gained, or −1. */
  private finishedAfter(gained: number): number {
    const { finishAt, wheelNext } = this.requests;
    for (let r = this.wheel[gained & (wheelSize - 1)] as number; r >= 0; r = wheelNext[r] as number) if (finishAt[r] === gained) return r;
    return -1;
  }

  /** Tokens of the last gain that are beyond a member's answer. */
  beyondAnswer(r: number): number {
    return this.steps - (this.requests.finishAt[r] as number);
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
