import type { VllmScheduling } from "../../deployment/settled.ts";
import { decoding } from "../requests.ts";
import type { Cohort } from "./cohort.ts";
import type { EngineCore } from "./engine-core.ts";
import { admitted, noBlocks, noBudget, noSequences, type Slot } from "./scheduling.ts";
import type { SchedulingPolicy } from "./scheduling-policy.ts";

/**
 * vLLM V1: running requests first, then waiting ones first come first served, one token budget, prompts cut into chunks by what is left
 * of it, preemption by recomputation of the last running request (v1/core/sched/scheduler.py).
 */
export class VllmPolicy implements SchedulingPolicy {
  isSteady = false;
  /** Kept free where a request starts beside others. */
  private readonly watermarkBlocks: number;

  constructor(
    private readonly core: EngineCore,
    private readonly scheduling: VllmScheduling,
    /** What a waiting request needs is on its way to blocks of this core, and there at that time. */
    private readonly loads: (r: number, time: number) => void,
  ) {
    this.watermarkBlocks = Math.floor((scheduling.watermark ?? 0) * core.pool.usable);
  }

  fill(slot: Slot, cohort: Cohort, now: number): number {
    const { waiting, loaded, limits } = this.core;
    const fits = this.fitsAtOnce(cohort);
    let short = false;
    if (fits) this.runAll(cohort, slot);
    else short = this.runInOrder(cohort, slot);
    const nobodyWaits = waiting.head < 0 && loaded.head < 0;
    this.isSteady = fits && nobodyWaits;
    if (nobodyWaits) return admitted;
    if (short) return noBlocks;
    const blockedBy = this.admit(slot, limits.maxNumBatchedTokens - cohort.tokens - slot.batch.prefillTokens, now);
    this.isSteady = fits && this.core.staysOut(blockedBy);
    return blockedBy;
  }

  skip(): void {
    // It keeps nothing between steps.
  }

  /** Whether every running request gets what it asks for, so that their order does not matter. */
  private fitsAtOnce(cohort: Cohort): boolean {
    const { core } = this;
    const { partial, requests } = core;
    let budget = core.limits.maxNumBatchedTokens - cohort.tokens;
    let blocks = core.pool.free - cohort.opening;
    if (budget < 0 || blocks < 0) return false;
    let whole = true;
    for (let i = 0; i < partial.count; i++) {
      const r = partial.items[i] as number;
      const wanted = this.chunkOf(r);
      const chunk = Math.min(wanted, budget);
      if (chunk < wanted) whole = false;
      budget -= chunk;
      blocks -= core.blocksFor(requests.computed[r] as number, chunk);
    }
    if (blocks < 0) return false;
    return whole || this.scheduling.decodesFirst === true || this.decodesComeFirst();
  }

  /** No request decodes behind the first partly computed prompt. */
  private decodesComeFirst(): boolean {
    const { requests, partial } = this.core;
    for (let r = partial.items[0] as number; r >= 0; r = requests.next[r] as number) if (requests.state[r] === decoding) return false;
    return true;
  }

  private chunkOf(r: number): number {
    return this.cut(this.core.promptLeft(r));
  }

  private cut(chunk: number): number {
    const most = this.core.limits.longPrefillTokenThreshold;
    return most > 0 && chunk > most ? most : chunk;
  }

  private runAll(cohort: Cohort, slot: Slot): void {
    const { core } = this;
    const { partial } = core;
    core.openBlocks(cohort);
    let budget = core.limits.maxNumBatchedTokens - cohort.tokens;
    const count = partial.count;
    let kept = 0;
    for (let i = 0; i < count; i++) {
      const r = partial.items[i] as number;
      const chunk = Math.min(this.chunkOf(r), budget);
      if (chunk > 0) {
        core.proceed(slot, r, chunk);
        budget -= chunk;
      } else partial.items[kept++] = r;
    }
    partial.count = kept;
  }

  /** Walks the running list as the engine does, where budget or blocks do not suffice for all. True where blocks ran short. */
  private runInOrder(cohort: Cohort, slot: Slot): boolean {
    const { core } = this;
    const { requests, pool, running, decoders } = core;
    let budget = core.limits.maxNumBatchedTokens;
    let preempted = false;
    let decoded = 0;
    let next: number;
    for (let r = running.head; r >= 0; r = next) {
      next = requests.next[r] as number;
      if (decoders.isInFlight(r) && !core.mayFollow(r)) continue;
      const decodes = requests.state[r] === decoding;
      if (this.scheduling.decodesFirst && !decodes) continue;
      const tokens = decodes ? cohort.tokensOf(decoded + 1) - cohort.tokensOf(decoded) : 1;
      if (budget < tokens) {
        if (decodes) decoders.hold(r);
        continue;
      }
      const computed = decodes ? cohort.computedOf(r) : (requests.computed[r] as number);
      const chunk = decodes ? cohort.gainOf(r) : Math.min(this.chunkOf(r), budget);
      const blocks = core.blocksFor(computed, chunk);
      while (blocks > pool.free) {
        const victim = core.lastIdle();
        // All are in a step, and so is what this one would follow.
        if (victim < 0) return true;
        if (victim === r && r !== running.tail) {
          // Younger ones hold blocks, but are in a step: it waits for them instead of giving way to them.
          if (decodes) decoders.hold(r);
          return true;
        }
        core.preempt(victim);
        core.waiting.prepend(victim);
        preempted = true;
        // Nothing behind it is left to run.
        if (victim === r) return true;
      }
      budget -= decodes ? tokens : chunk;
      if (decodes) {
        decoded++;
        pool.extend(r, blocks, computed);
      } else {
        core.partial.remove(r);
        core.proceed(slot, r, chunk);
      }
      next = requests.next[r] as number;
    }
    return this.scheduling.decodesFirst && this.runPrompts(slot, budget) ? true : preempted;
  }

  /** Prompts that were begun go on with what of the budget answers leave, where there are blocks; true where one was taken out. */
  private runPrompts(slot: Slot, left: number): boolean {
    const { core } = this;
    const { partial, requests, pool, running, waiting } = core;
    let budget = left;
    for (let i = 0; i < partial.count && budget > 0; ) {
      const r = partial.items[i] as number;
      const chunk = Math.min(this.chunkOf(r), budget);
      if (core.blocksFor(requests.computed[r] as number, chunk) > pool.free) {
        i++;
        continue;
      }
      partial.remove(r);
      core.proceed(slot, r, chunk);
      budget -= chunk;
    }
    // All blocks are with prompts that cannot go on: the youngest gives way to the others.
    if (slot.chunkCount > 0 || partial.count < 2 || running.count > partial.count) return false;
    const youngest = core.lastIdle();
    core.preempt(youngest);
    waiting.prepend(youngest);
    this.runPrompts(slot, left);
    return true;
  }

  /** Starts waiting requests while budget, sequences and blocks last; returns what keeps the next one out. */
  private admit(slot: Slot, left: number, now: number): number {
    const { core } = this;
    const { requests, pool, limits, waiting, running } = core;
    const { blockTokens } = limits;
    let budget = left;
    for (let r = core.loaded.head; r >= 0; r = core.loaded.head) {
      if (budget <= 0) return noBudget;
      if (running.count >= limits.maxNumSeqs) return noSequences;
      const chunk = this.chunkWithin(this.chunkOf(r), budget);
      if (chunk < 0) return noBudget;
      if (core.blocksFor(requests.computed[r] as number, chunk) > pool.free) return noBlocks;
      core.resume(slot, chunk, now);
      budget -= chunk;
    }
    for (let r = waiting.head; r >= 0; r = waiting.head) {
      if (budget <= 0) return noBudget;
      if (running.count >= limits.maxNumSeqs) return noSequences;
      const target = requests.target[r] as number;
      const hits = pool.findHits(r, target);
      const stored = core.findStored(r, hits);
      const cached = hits * blockTokens;
      const taken = pool.stateBlocks + pool.evictableHits + (running.count > 0 ? this.watermarkBlocks : 0);
      if (stored > 0 && core.tiers?.plan.loading === "aside") {
        if (core.blocksFor(cached, target - cached) + core.asideBlocks + taken > pool.free) return noBlocks;
        this.loads(r, core.setAside(hits, stored));
        continue;
      }
      const known = cached + stored * blockTokens;
      const chunk = this.chunkWithin(this.cut(target - known), budget);
      if (chunk < 0) return noBudget;
      const reserved = this.scheduling.reserveFullPrompt ? target - known : chunk;
      if (core.blocksFor(cached, known - cached + reserved) + taken > pool.free) return noBlocks;
      core.start(slot, hits, stored, chunk, now);
      budget -= chunk;
    }
    return admitted;
  }

  /** What of a chunk the budget takes; −1 where it must wait for another step. */
  private chunkWithin(chunk: number, budget: number): number {
    const { limits, running } = this.core;
    if (chunk <= budget) return chunk;
    if (limits.chunkedPrefill) return budget;
    // A prompt waits for a step that can take it whole; one longer than any budget gets a step of its own.
    return running.count > 0 || budget < limits.maxNumBatchedTokens ? -1 : chunk;
  }
}
