import type { Evictions } from "../engine/cached-blocks.ts";
import type { PromptSeconds } from "../placement/prompt-seconds.ts";
import type { Requests } from "../requests.ts";
import type { Prefetch } from "./prefetch.ts";
import type { Tier } from "./tier.ts";
import type { TiersPlan } from "./tier-plan.ts";

/** What all cores of a pool took from their stores, and what it was worth. */
export class LoadTotals {
  loads = 0;
  loadedTokens = 0;
  loadedBytes = 0;
  /** From the wish for it to the last block. */
  loadSeconds = 0;
  /** That computing the same tokens would have taken. */
  computeSeconds = 0;
  /** Loads that took longer than that. */
  slower = 0;
  /** Tokens found and computed all the same, as that was sooner. */
  leftTokens = 0;

  reset(): void {
    this.loads = 0;
    this.loadedTokens = 0;
    this.loadedBytes = 0;
    this.loadSeconds = 0;
    this.computeSeconds = 0;
    this.slower = 0;
    this.leftTokens = 0;
  }
}

/**
 * The stores behind the cache of one engine core, nearest first: a request's blocks are looked for in the GPU's cache and then, where that
 * ends, in the first store that has the next one. What a core computes is written to each store by that store's own policy.
 */
export class CoreTiers {
  /** Of the step that is being put together; nanoseconds. */
  now = 0;
  /** When the last block that the step waits for is there. */
  loadedAt = 0;
  // Stretches of the last search: from which store, up to which block.
  private stretches = 0;
  private stretchTier = new Int32Array(8);
  private stretchEnd = new Int32Array(8);
  private searched = -1;
  private foundFrom = 0;
  private leftBlocks = 0;
  /** Those of the stores that keep what the GPU gives up. */
  private readonly back: readonly Tier[];

  constructor(
    private readonly requests: Requests,
    readonly plan: TiersPlan,
    private readonly tiers: readonly Tier[],
    readonly totals: LoadTotals,
    private readonly prompt: PromptSeconds,
    private readonly blockTokens: number,
    /** By request, blocks that the GPU's cache had when it started: what they are is used again. */
    private readonly reused: Int32Array,
    /** By request, tokens that have gone to the stores since it started. */
    private readonly gone: Int32Array,
    /** Of the stores behind the nearest; null where they are read when a request starts. */
    private readonly ahead: Prefetch | null,
  ) {
    this.back = tiers.filter(({ plan: { writePolicy } }) => writePolicy === "write-back");
  }

  /** Whether what the GPU gives up is written: a step that opens blocks writes then. */
  get keepsEvicted(): boolean {
    return this.back.length > 0;
  }

  /** A request has come; returns when what is brought ahead for it is there, `now` where it waits for nothing. */
  prefetch(r: number, hits: number, target: number, now: number): number {
    const there = this.ahead === null ? now : this.ahead.begin(r, hits, target, now);
    return this.plan.prefetch === "wait" ? there : now;
  }

  /** A step is put together. */
  begin(now: number): void {
    this.now = now;
    this.loadedAt = 0;
  }

  /** Blocks behind the first `hits` of a prompt of `target` tokens that stores have and that are to be loaded. */
  find(r: number, hits: number, target: number): number {
    const { now, blockTokens } = this;
    const limit = Math.floor((target - 1) / blockTokens);
    let at = hits;
    this.stretches = 0;
    this.searched = r;
    this.foundFrom = hits;
    this.leftBlocks = 0;
    while (at < limit) {
      const tier = this.tierWith(r, at, target, now);
      if (tier < 0) break;
      const { chunkBlocks } = (this.tiers[tier] as Tier).plan;
      at = Math.min(limit, (Math.floor(at / chunkBlocks) + 1) * chunkBlocks);
      this.stretch(tier, at);
    }
    const blocks = at - hits;
    if (blocks === 0 || blocks < this.plan.leastBlocks) return 0;
    if (this.plan.takes === "sooner" && this.loadNanoseconds() / 1e9 >= this.computeSeconds(hits, at, target)) {
      this.leftBlocks = blocks;
      return 0;
    }
    return blocks;
  }

  /** A request starts whose first `hits` blocks the GPU's cache has. */
  starts(r: number, hits: number): void {
    this.reused[r] = hits;
    this.gone[r] = 0;
    this.totals.leftTokens += this.leftBlocks * this.blockTokens;
    this.leftBlocks = 0;
  }

  /** Takes what the last search has found; returns when all of it is there. `counts`: the request is looked up for the first time. */
  load(r: number, hits: number, target: number, counts: boolean): number {
    if (r !== this.searched || hits !== this.foundFrom) throw new Error("Another request was searched for.");
    const { now, totals, blockTokens } = this;
    let from = hits;
    let end = now;
    for (let i = 0; i < this.stretches; i++) {
      const until = this.stretchEnd[i] as number;
      end = Math.max(end, this.bring(r, this.stretchTier[i] as number, from, until));
      if (counts) this.count(r, this.tiers[this.stretchTier[i] as number] as Tier, until - from);
      from = until;
    }
    const compute = this.computeSeconds(hits, from, target);
    const seconds = (end - now) / 1e9;
    totals.loads++;
    totals.loadedTokens += (from - hits) * blockTokens;
    totals.loadSeconds += seconds;
    totals.computeSeconds += compute;
    if (seconds > compute) totals.slower++;
    if (this.plan.loading !== "aside" && end > this.loadedAt) this.loadedAt = end;
    this.searched = -1;
    return end;
  }

  /** Tokens from a prompt's start that the nearest store has, or is about to have. */
  keptTokens(r: number): number {
    const { plan, keys, store } = this.nearest;
    const chunks = Math.floor(Math.min(this.requests.prompt[r] as number, this.requests.keyedTokens[r] as number) / plan.chunkTokens);
    let chunk = 0;
    while (chunk < chunks && store.chunks.has(keys.of(r, chunk))) chunk++;
    return chunk * plan.chunkTokens;
  }

  /** The nearest store begins to take the first `tokens` of a prompt from another node's; they can be read when `came` is called. */
  comes(r: number, tokens: number, now: number): void {
    const { plan, keys } = this.nearest;
    for (let chunk = Math.ceil(tokens / plan.chunkTokens) - 1; chunk >= 0; chunk--)
      this.nearest.passing(keys.of(r, chunk), now, Number.POSITIVE_INFINITY);
  }

  came(r: number, tokens: number, now: number): void {
    const { plan, keys, store } = this.nearest;
    for (let chunk = Math.ceil(tokens / plan.chunkTokens) - 1; chunk >= 0; chunk--) store.chunks.ready(keys.of(r, chunk), now);
  }

  /** The first `tokens` of a prompt are read by another node: they count as used. */
  lent(r: number, tokens: number, now: number): void {
    const { plan, keys, store } = this.nearest;
    for (let chunk = Math.ceil(tokens / plan.chunkTokens) - 1; chunk >= 0; chunk--) store.chunks.use(keys.of(r, chunk), now);
  }

  private get nearest(): Tier {
    return this.tiers[0] as Tier;
  }

  /** The first `tokens` of a request are computed: its prompt, or all of it when it leaves. */
  computed(r: number, tokens: number): void {
    const { prompt } = this.requests;
    const kept = this.plan.keepsAnswers ? tokens : Math.min(tokens, prompt[r] as number);
    const before = this.gone[r] as number;
    for (const tier of this.tiers) {
      const { writePolicy, chunkTokens } = tier.plan;
      if (writePolicy === "write-back") continue;
      const until = writePolicy === "write-through" ? kept : Math.min(kept, (this.reused[r] as number) * this.blockTokens);
      const chunks = Math.floor(until / chunkTokens);
      for (let chunk = Math.floor(before / chunkTokens); chunk < chunks; chunk++) tier.keep(tier.keys.of(r, chunk), this.now);
    }
    this.gone[r] = Math.max(before, kept);
  }

  /** The stores that keep what the GPU gives up, or null. */
  get evictions(): Evictions | null {
    const { back } = this;
    if (back.length === 0) return null;
    const { keepsAnswers } = this.plan;
    const { prompt } = this.requests;
    return {
      shared: (key) => {
        for (const tier of back) tier.keep(key, this.now);
      },
      own: (r, index) => {
        if (!keepsAnswers && (index + 1) * this.blockTokens > (prompt[r] as number)) return;
        for (const tier of back) tier.keep(tier.keys.of(r, index), this.now);
      },
    };
  }

  /** Blocks of a first look, as hits of the store that they came from. */
  private count(r: number, tier: Tier, blocks: number): void {
    const fetched = this.ahead === null ? 0 : this.ahead.takeFetched(r, blocks);
    tier.totals.hitTokens += (blocks - fetched) * this.blockTokens;
    if (fetched > 0) (this.tiers[1] as Tier).totals.hitTokens += fetched * this.blockTokens;
  }

  private tierWith(r: number, block: number, target: number, now: number): number {
    const { tiers } = this;
    const reach = this.ahead === null ? tiers.length : 1;
    for (let i = 0; i < reach; i++) {
      const { plan, keys, store } = tiers[i] as Tier;
      const chunk = Math.floor(block / plan.chunkBlocks);
      if ((chunk + 1) * plan.chunkTokens <= target && store.chunks.isReady(keys.of(r, chunk), now)) return i;
    }
    return -1;
  }

  private stretch(tier: number, end: number): void {
    const last = this.stretches - 1;
    if (last >= 0 && this.stretchTier[last] === tier) {
      this.stretchEnd[last] = end;
      return;
    }
    if (this.stretches === this.stretchTier.length) {
      this.stretchTier = longer(this.stretchTier);
      this.stretchEnd = longer(this.stretchEnd);
    }
    this.stretchTier[this.stretches] = tier;
    this.stretchEnd[this.stretches++] = end;
  }

  private bring(r: number, index: number, from: number, until: number): number {
    const { now, tiers } = this;
    const tier = tiers[index] as Tier;
    const { chunkBlocks, blockBytes, chunkTokens } = tier.plan;
    const blocks = until - from;
    let end = tier.bring(blocks, now);
    const { nearest } = this;
    // What comes from afar goes through the host's memory and over the GPU's link.
    const passesHost = index > 0 && nearest.plan.kind === "dram";
    if (passesHost) end = Math.max(end, nearest.carry(blocks, now));
    this.totals.loadedBytes += blocks * blockBytes;
    const keepsOnWay = passesHost && nearest.plan.chunkTokens === chunkTokens;
    for (let chunk = Math.floor(from / chunkBlocks); chunk * chunkBlocks < until; chunk++) {
      const key = tier.keys.of(r, chunk);
      tier.store.chunks.use(key, end);
      if (keepsOnWay) nearest.passing(key, now, end);
    }
    return end;
  }

  /** Of what the last search has found, behind what is under way. */
  private loadNanoseconds(): number {
    let from = this.foundFrom;
    let longest = 0;
    for (let i = 0; i < this.stretches; i++) {
      const { plan, read } = this.tiers[this.stretchTier[i] as number] as Tier;
      const blocks = (this.stretchEnd[i] as number) - from;
      longest = Math.max(longest, read.endOf(blocks * plan.readNanoseconds, this.now) - this.now + plan.latencyNanoseconds);
      from = this.stretchEnd[i] as number;
    }
    return longest;
  }

  /** What blocks `from … until` cost where they are computed with the rest of the prompt. */
  private computeSeconds(from: number, until: number, target: number): number {
    const { prompt, blockTokens } = this;
    return prompt.of(target, from * blockTokens) - prompt.of(target, until * blockTokens);
  }
}

function longer(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const copy = new Int32Array(array.length * 2);
  copy.set(array);
  return copy;
}
