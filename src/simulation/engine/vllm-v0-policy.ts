import type { VllmScheduling } from "../../deployment/settled.ts";
import { decoding } from "../requests.ts";
import type { Cohort } from "./cohort.ts";
import type { EngineCore } from "./engine-core.ts";
import { WaitingQueue } from "./queues.ts";
import { admitted, noBlocks, noBudget, noSequences, type Slot } from "./scheduling.ts";
import type { SchedulingPolicy } from "./scheduling-policy.ts";

/**
 * vLLM V0 without chunks: whole prompts go first, in steps of their own, while answers stand still; a full cache takes the youngest request
 * out, to be computed again or, where asked for, swapped to host memory (core/scheduler.py of 0.8, _schedule_default).
 */
export class VllmV0Policy implements SchedulingPolicy {
  isSteady = false;
  /** An answer that opens none asks for one, too. */
  readonly keepsFree = 1;
  private readonly swapped: WaitingQueue;
  private swappedBlocks = 0;
  /** Of the step that is filled. */
  private movedBlocks = 0;
  private tookOut = false;
  private readonly watermarkBlocks: number;

  constructor(
    private readonly core: EngineCore,
    scheduling: VllmScheduling,
  ) {
    this.swapped = new WaitingQueue(core.requests, core.totals);
    this.watermarkBlocks = Math.floor((scheduling.watermark ?? 0) * core.pool.usable);
  }

  fill(slot: Slot, cohort: Cohort, now: number): number {
    this.movedBlocks = 0;
    let blockedBy = this.fillOnce(slot, cohort, now);
    // The last one that decoded has been taken out: the engine looks again at once.
    if (this.tookOut && cohort.size === 0) blockedBy = this.fillOnce(slot, cohort, now);
    const { swap } = this.core.limits;
    if (swap !== null && this.movedBlocks > 0) slot.loadedAt = now + Math.round(this.movedBlocks * swap.nanosecondsPerBlock);
    const nobodyWaits = this.core.waiting.head < 0 && this.swapped.head < 0;
    this.isSteady = !this.tookOut && this.movedBlocks === 0 && (nobodyWaits || this.core.staysOut(blockedBy));
    return blockedBy;
  }

  skip(): void {
    // It keeps nothing between steps.
  }

  private fillOnce(slot: Slot, cohort: Cohort, now: number): number {
    this.tookOut = false;
    // Who was swapped out comes before who waits.
    const blockedBy = this.swapped.head < 0 ? this.admit(slot, now) : noBlocks;
    slot.decodes = slot.chunkCount === 0;
    if (slot.decodes) {
      this.decode(cohort);
      if (!this.tookOut) this.swapIn(cohort);
    }
    return blockedBy;
  }

  /** Starts waiting requests whole while tokens, sequences and blocks last; returns what keeps the next one out. */
  private admit(slot: Slot, now: number): number {
    const { core } = this;
    const { requests, pool, limits, waiting: queue, running } = core;
    let budget = limits.maxNumBatchedTokens;
    for (let r = queue.head; r >= 0; r = queue.head) {
      if (running.count >= limits.maxNumSeqs) return noSequences;
      const target = requests.target[r] as number;
      const hits = pool.findHits(r, target);
      const stored = core.findStored(r, hits);
      const cached = hits * limits.blockTokens;
      const prompt = target - cached - stored * limits.blockTokens;
      const blocks = core.blocksFor(cached, target - cached) + pool.stateBlocks + pool.evictableHits;
      const kept = running.count > 0 ? this.watermarkBlocks : 0;
      if (blocks + kept > pool.free) return noBlocks;
      // One that has grown by a lost answer beyond any step has one of its own.
      if (prompt > budget && slot.chunkCount > 0) return noBudget;
      core.start(slot, hits, stored, prompt, now);
      budget -= prompt;
    }
    return admitted;
  }

  /** Every answer goes on; each asks for a free block, whether it will open one or not. */
  private decode(cohort: Cohort): void {
    const { core } = this;
    if (cohort.opening < core.pool.free && cohort.tokens <= core.limits.maxNumBatchedTokens) {
      core.openBlocks(cohort);
      return;
    }
    const { requests, pool, running, decoders } = core;
    let tokens = 0;
    let next: number;
    for (let r = running.head; r >= 0; r = next) {
      next = requests.next[r] as number;
      if (requests.cohort[r] !== cohort.index || requests.state[r] !== decoding) continue;
      if (cohort.tokensOf(tokens + 1) > core.limits.maxNumBatchedTokens) {
        decoders.hold(r);
        continue;
      }
      const computed = cohort.computedOf(r);
      const blocks = core.blocksFor(computed, cohort.gainOf(r));
      while (pool.free < Math.max(1, blocks)) {
        const victim = core.lastIdle();
        this.takeOut(victim);
        if (victim === r) return;
      }
      pool.extend(r, blocks, computed);
      tokens++;
      next = requests.next[r] as number;
    }
  }

  private takeOut(r: number): void {
    const { core } = this;
    this.tookOut = true;
    const { swap } = core.limits;
    const blocks = core.blocksFor(0, core.decoders.computedOf(r));
    if (swap === null || this.swappedBlocks + blocks > swap.blocks) {
      core.preempt(r);
      core.waiting.prepend(r);
      return;
    }
    core.swapOut(r);
    this.swapped.append(r);
    this.swappedBlocks += blocks;
    this.movedBlocks += blocks;
  }

  /** Brings back who was swapped out, the first first, while sequences and blocks last; it decodes in this step. */
  private swapIn(cohort: Cohort): void {
    const { core, swapped } = this;
    const { requests, pool, running, limits } = core;
    for (let r = swapped.head; r >= 0; r = swapped.head) {
      if (running.count >= limits.maxNumSeqs || cohort.tokensOf(cohort.size + 1) > limits.maxNumBatchedTokens) return;
      const computed = requests.computed[r] as number;
      const moved = core.blocksFor(0, computed);
      // Beside others one more is asked for, whether its next tokens will open it or not.
      const asked = running.count > 0 ? moved + 1 + this.watermarkBlocks : 0;
      const opened = core.blocksFor(0, computed + Math.min(cohort.gain, core.decoders.remaining(r, computed)));
      if (Math.max(asked, opened) + pool.stateBlocks > pool.free) return;
      swapped.takeFirst();
      core.swapIn(r, cohort);
      this.swappedBlocks -= moved;
      this.movedBlocks += moved;
    }
  }
}
