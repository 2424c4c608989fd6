import { type Batch, emptyBatch } from "../../../timing/step-model.ts";
import type { Requests } from "../../requests.ts";
import type { Core, Replica } from "../fleet.ts";

/** What a router can learn of the instances behind it. Each looks only at what its real one is told. */
export interface Sight {
  /** Requests that wait in the engines of an instance, and those that run. */
  waiting(target: number): number;
  running(target: number): number;
  /** Share of its KV cache that is in use. */
  cacheUsage(target: number): number;
  /** Tokens of a request's prompt that its KV cache holds. */
  cachedTokens(target: number, r: number): number;
  /** Seconds that it would compute at a prompt of so many tokens of which some are cached. */
  promptSeconds(target: number, tokens: number, cached: number): number;
}

/** The instances of a fleet as they are. */
export class FleetSight implements Sight {
  private readonly batch: Batch = emptyBatch();

  constructor(
    private readonly replicas: readonly Replica[],
    private readonly requests: Requests,
  ) {}

  waiting(target: number): number {
    let count = 0;
    for (const { scheduler } of this.cores(target)) count += scheduler.waitingCount;
    return count;
  }

  running(target: number): number {
    let count = 0;
    for (const { scheduler } of this.cores(target)) count += scheduler.core.running.count;
    return count;
  }

  cacheUsage(target: number): number {
    let used = 0;
    let usable = 0;
    for (const { scheduler } of this.cores(target)) {
      used += scheduler.usedBlocks;
      usable += scheduler.core.pool.usable;
    }
    return usable > 0 ? used / usable : 0;
  }

  cachedTokens(target: number, r: number): number {
    let most = 0;
    const prompt = this.requests.prompt[r] as number;
    for (const { scheduler } of this.cores(target)) {
      const { pool, limits } = scheduler.core;
      most = Math.max(most, pool.findHits(r, prompt) * limits.blockTokens);
    }
    return most;
  }

  /** In chunks of one length: their sum is that of the engine's own, which differ little. */
  promptSeconds(target: number, tokens: number, cached: number): number {
    const { instance, scheduler } = this.cores(target)[0] as Core;
    const { batch } = this;
    const fresh = Math.max(1, tokens - cached);
    const chunks = Math.ceil(fresh / scheduler.core.limits.maxNumBatchedTokens);
    batch.tokens = fresh / chunks;
    batch.prefillTokens = batch.tokens;
    batch.prefillChunks = 1;
    batch.prefillPairs = (fresh * (cached + fresh / 2)) / chunks;
    batch.prefillContext = cached + (fresh - batch.tokens) / 2;
    return chunks * instance.model.stepSeconds(batch);
  }

  private cores(target: number): readonly Core[] {
    const { cores } = this.replicas[target] as Replica;
    for (const { instance } of cores) instance.catchUp();
    return cores;
  }
}
