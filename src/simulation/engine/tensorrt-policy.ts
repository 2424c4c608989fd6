import type { TensorrtScheduling } from "../../deployment/settled.ts";
import { decoding } from "../requests.ts";
import type { Cohort } from "./cohort.ts";
import type { EngineCore } from "./engine-core.ts";
import type { PromptTurns } from "./prompt-turns.ts";
import { admitted, noBlocks, noBudget, noSequences, type Slot } from "./scheduling.ts";
import type { SchedulingPolicy } from "./scheduling-policy.ts";

/**
 * TensorRT-LLM: answers and prompts share a step within its tokens and sequences, prompts whole unless chunked context is on. By default a
 * request starts only when its prompt and longest answer fit beside what is kept for the running ones, so that none is ever taken out
 * (_torch/pyexecutor/scheduler.py of 1.2, capacity and micro-batch schedulers).
 */
export class TensorrtPolicy implements SchedulingPolicy {
  isSteady = false;
  /** Of the batch that goes to its end before the next, those who have not started; Infinity where batches are in flight. */
  private gathered = Number.POSITIVE_INFINITY;

  /** Steps for which prompts have waited for more of them. */
  private waited = 0;

  constructor(
    private readonly core: EngineCore,
    private readonly scheduling: TensorrtScheduling,
    private readonly turns: PromptTurns,
  ) {}

  fill(slot: Slot, cohort: Cohort, now: number): number {
    const { core } = this;
    const paused = this.decode(cohort);
    this.isSteady = core.waiting.head < 0;
    if (!this.turns.isOpen || this.waitsForMore(cohort)) return admitted;
    const left = this.proceed(slot, core.limits.maxNumBatchedTokens - cohort.tokens);
    if (core.waiting.head < 0) return admitted;
    // Who has just been taken out waits for a step at least, unless nothing else would run.
    if (paused && cohort.size > 0) return noBlocks;
    const blockedBy = this.admit(slot, left, now);
    const { batchWait, balance } = this.scheduling;
    this.isSteady = !batchWait && !balance && core.staysOut(blockedBy);
    return blockedBy;
  }

  skip(_steps: number, opened: number): void {
    this.promise(-opened);
  }

  /** Beside answers, prompts wait for others to share their step (py_executor.py of 1.2, _waiting_requests). */
  private waitsForMore(cohort: Cohort): boolean {
    const { batchWait } = this.scheduling;
    if (!batchWait || cohort.size === 0) return false;
    const { limits } = this.core;
    const prompts = this.promptsOffered(limits.maxNumBatchedTokens - cohort.tokens);
    if (prompts === 0) return false;
    const waits = this.waited < batchWait.steps && prompts + cohort.tokens < batchWait.share * limits.maxNumBatchedTokens;
    this.waited = waits ? this.waited + 1 : 0;
    return waits;
  }

  /** Prompt tokens that would run in this step, as far as its budget goes. */
  private promptsOffered(budget: number): number {
    const { partial, waiting, requests, limits, running } = this.core;
    let tokens = 0;
    for (let i = 0; i < partial.count && tokens < budget; i++) tokens += this.core.promptLeft(partial.items[i] as number);
    let places = limits.maxNumSeqs - running.count;
    for (let r = waiting.head; r >= 0 && places-- > 0; r = requests.next[r] as number) {
      const prompt = requests.target[r] as number;
      if (tokens > 0 && tokens + prompt > budget) break;
      tokens += prompt;
    }
    return tokens;
  }

  /** Opens the blocks of the decoding requests; true where others were taken out for them. */
  private decode(cohort: Cohort): boolean {
    const { core } = this;
    if (cohort.tokens > core.limits.maxNumBatchedTokens) this.holdYoungest(cohort);
    let paused = false;
    for (; cohort.opening > core.pool.free; paused = true) this.pause(core.lastIdle());
    this.promise(-cohort.opening);
    core.openBlocks(cohort);
    return paused;
  }

  private holdYoungest(cohort: Cohort): void {
    const { requests, running, decoders, limits } = this.core;
    let kept = 0;
    for (let r = running.head; r >= 0; r = requests.next[r] as number) {
      if (requests.state[r] !== decoding || requests.cohort[r] !== cohort.index) continue;
      if (cohort.tokensOf(kept + 1) > limits.maxNumBatchedTokens) decoders.hold(r);
      else kept++;
    }
  }

  private pause(r: number): void {
    this.promise(-this.unopened(r));
    this.core.preempt(r);
    this.core.waiting.prepend(r);
  }

  /** Blocks of a running request's prompt and answer that it has not opened. */
  private unopened(r: number): number {
    const { requests, decoders } = this.core;
    const computed = requests.state[r] === decoding ? decoders.computedOf(r) : (requests.computed[r] as number);
    return this.core.blocksFor(computed, Math.max(0, this.lastRead(r) - computed));
  }

  /** Tokens of a request that are read in the end: the last one never is. */
  private lastRead(r: number): number {
    return (this.core.requests.target[r] as number) + this.core.answerLeft(r) - 1;
  }

  private promise(blocks: number): void {
    if (this.scheduling.reservesAnswer) this.core.promisedBlocks += blocks;
  }

  /** Goes on with prompts that were cut, oldest first; returns the tokens left. */
  private proceed(slot: Slot, budget: number): number {
    const { core } = this;
    const { partial, pool, requests } = core;
    let left = budget;
    while (partial.count > 0) {
      const r = partial.items[0] as number;
      const chunk = this.chunkOf(core.promptLeft(r), left);
      if (chunk <= 0) break;
      const blocks = core.blocksFor(requests.computed[r] as number, chunk);
      while (blocks > pool.free && partial.count > 1) this.pause(partial.items[partial.count - 1] as number);
      if (blocks > pool.free) break;
      partial.remove(r);
      core.proceed(slot, r, chunk);
      this.promise(-blocks);
      left -= chunk;
    }
    return left;
  }

  /** All of a prompt that fits; a prompt is cut at whole blocks, and only where it may be. */
  private chunkOf(prompt: number, left: number): number {
    const { chunkedPrefill, blockTokens } = this.core.limits;
    if (prompt <= left) return prompt;
    return chunkedPrefill ? Math.max(0, left - (left % blockTokens)) : 0;
  }

  /** A step's first prompt is taken however long it is, where nobody wrote a limit or it would never run: it has grown by a lost answer. */
  private goesWhole(slot: Slot): boolean {
    const { limits, running } = this.core;
    return slot.chunkCount === 0 && !limits.chunkedPrefill && (!this.scheduling.budgetIsWritten || running.count === 0);
  }

  /** Waiting requests, from the first on, that an empty cache takes to their ends together. */
  private fitting(): number {
    const { requests, pool, limits, waiting } = this.core;
    let blocks = 0;
    let count = 0;
    for (let r = waiting.head; r >= 0 && count < limits.maxNumSeqs; r = requests.next[r] as number) {
      blocks += this.core.blocksFor(0, this.lastRead(r)) + pool.stateBlocks;
      if (blocks > pool.usable && count > 0) break;
      count++;
    }
    return count;
  }

  /** Starts waiting requests in order of arrival while tokens, sequences and blocks last; returns what keeps the next one out. */
  private admit(slot: Slot, budget: number, now: number): number {
    const { core } = this;
    const { requests, pool, limits, waiting, running } = core;
    if (this.scheduling.staticBatch && running.count === 0) this.gathered = this.fitting();
    let left = budget;
    for (let r = waiting.head; r >= 0; r = waiting.head) {
      if (running.count >= limits.maxNumSeqs || this.gathered === 0) return noSequences;
      const target = requests.target[r] as number;
      const hits = pool.findHits(r, target);
      const stored = core.findStored(r, hits);
      const cached = hits * limits.blockTokens;
      const known = cached + stored * limits.blockTokens;
      const prompt = target - known;
      const chunk = this.goesWhole(slot) ? prompt : this.chunkOf(prompt, left);
      if (chunk <= 0) return noBudget;
      const needed = core.blocksFor(cached, (this.scheduling.reservesAnswer ? this.lastRead(r) : target) - cached);
      if (needed + core.promisedBlocks + pool.stateBlocks + pool.evictableHits > pool.free) return noBlocks;
      core.start(slot, hits, stored, chunk, now);
      this.gathered--;
      this.promise(needed - core.blocksFor(cached, known - cached + chunk));
      left -= chunk;
    }
    return admitted;
  }
}
