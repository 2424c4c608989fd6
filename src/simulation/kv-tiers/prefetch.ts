import type { Tier } from "./tier.ts";

/** Shorter starts of a prompt are not fetched ahead (SGLang, mem_cache/hiradix_cache.py: prefetch_threshold). */
const leastTokens = 256;

/**
 * What stores behind the host have of a request is brought to the host's memory while the request waits in the queue; a step then loads from
 * there alone.
 */
export class Prefetch {
  private readonly host: Tier;
  private readonly behind: readonly Tier[];

  constructor(
    [host, ...behind]: readonly [Tier, ...Tier[]],
    private readonly blockTokens: number,
    /** By request, blocks that were brought for it. */
    private readonly fetched: Int32Array,
  ) {
    this.host = host;
    // Chunks that are cut otherwise cannot be kept in the host.
    this.behind = behind.filter(({ plan }) => plan.chunkBlocks === host.plan.chunkBlocks);
  }

  /** A request has come whose first `hits` blocks the GPU's cache has; returns when what is to come has come, `now` where nothing is. */
  begin(r: number, hits: number, target: number, now: number): number {
    const { host } = this;
    const { chunkBlocks, chunkTokens } = host.plan;
    const limit = Math.floor((target - 1) / this.blockTokens);
    const first = Math.floor(hits / chunkBlocks);
    let last = first;
    let wanted = 0;
    for (; last * chunkBlocks < limit && (last + 1) * chunkTokens <= target; last++) {
      const key = host.keys.of(r, last);
      if (host.store.chunks.has(key)) continue;
      if (!this.holder(key, now)) break;
      wanted++;
    }
    this.fetched[r] = 0;
    return wanted * chunkTokens < leastTokens ? now : this.bring(r, first, last, now);
  }

  private bring(r: number, first: number, last: number, now: number): number {
    const { host } = this;
    let end = now;
    for (let chunk = first; chunk < last; chunk++) {
      const key = host.keys.of(r, chunk);
      if (host.store.chunks.has(key)) {
        end = Math.max(end, host.store.chunks.readyTime(key));
        continue;
      }
      const tier = this.holder(key, now);
      if (!tier) break;
      const there = tier.bring(host.plan.chunkBlocks, now);
      tier.store.chunks.use(key, there);
      if (!host.passing(key, now, there)) break;
      this.fetched[r] = (this.fetched[r] as number) + host.plan.chunkBlocks;
      end = Math.max(end, there);
    }
    return end;
  }

  /** Blocks of so many that came from behind the host for this request, counted once. */
  takeFetched(r: number, blocks: number): number {
    const fetched = Math.min(blocks, this.fetched[r] as number);
    this.fetched[r] = 0;
    return fetched;
  }

  private holder(key: number, now: number): Tier | undefined {
    return this.behind.find(({ store }) => store.chunks.isReady(key, now));
  }
}
