import type { PhasedScheduling } from "../../deployment/settled.ts";
import type { Cohort } from "./cohort.ts";
import type { EngineCore } from "./engine-core.ts";
import { admitted, noBlocks, noBudget, noSequences, type Slot } from "./scheduling.ts";
import type { SchedulingPolicy } from "./scheduling-policy.ts";

/**
 * Engines of papers: prompts whole, first come first served, as many in a step as its tokens suffice for; answers join where they suffice
 * for both and pause otherwise. A request starts only where its whole answer fits too, so that none is ever taken out.
 */
export class PhasedPolicy implements SchedulingPolicy {
  isSteady = false;
  /** Steps in a row for which answers have paused. */
  private pauses = 0;
  private readonly most: number;
  private readonly mostPauses: number;

  constructor(
    private readonly core: EngineCore,
    { promptTokens, mostPauses }: PhasedScheduling,
  ) {
    this.most = promptTokens ?? Number.POSITIVE_INFINITY;
    this.mostPauses = mostPauses ?? Number.POSITIVE_INFINITY;
  }

  fill(slot: Slot, cohort: Cohort, now: number): number {
    const { core } = this;
    const waited = this.pauses >= this.mostPauses;
    const blockedBy = this.admit(slot, waited ? cohort.tokens : 0, now);
    const pauses = slot.chunkCount > 0 && !waited && slot.batch.prefillTokens + cohort.tokens > this.most;
    this.pauses = pauses && cohort.size > 0 ? this.pauses + 1 : 0;
    slot.decodes = !pauses;
    this.isSteady = !pauses && !waited && (core.waiting.head < 0 || core.staysOut(blockedBy));
    if (pauses) return blockedBy;
    core.promisedBlocks -= cohort.opening;
    core.openBlocks(cohort);
    return blockedBy;
  }

  skip(_steps: number, opened: number): void {
    this.core.promisedBlocks -= opened;
  }

  /** Starts waiting requests beside so many tokens of others; returns what keeps the next one out. */
  private admit(slot: Slot, others: number, now: number): number {
    const { core } = this;
    const { requests, pool, limits, waiting, running } = core;
    for (let r = waiting.head; r >= 0; r = waiting.head) {
      if (running.count >= limits.maxNumSeqs) return noSequences;
      const target = requests.target[r] as number;
      const hits = pool.findHits(r, target);
      const stored = core.findStored(r, hits);
      const cached = hits * limits.blockTokens;
      const known = cached + stored * limits.blockTokens;
      const prompt = target - known;
      const taken = slot.batch.prefillTokens + others;
      // A prompt longer than any step has one to itself.
      if (taken > 0 && taken + prompt > this.most) return noBudget;
      // The last token is never read.
      const needed = core.blocksFor(cached, target + core.answerLeft(r) - 1 - cached);
      if (needed + core.promisedBlocks + pool.stateBlocks + pool.evictableHits > pool.free) return noBlocks;
      core.start(slot, hits, stored, prompt, now);
      core.promisedBlocks += needed - core.blocksFor(cached, target - cached);
    }
    return admitted;
  }
}
