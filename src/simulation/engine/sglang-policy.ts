import type { SglangScheduling } from "../../deployment/settled.ts";
import { decoding } from "../requests.ts";
import type { Cohort } from "./cohort.ts";
import type { EngineCore } from "./engine-core.ts";
import { NewTokenRatio } from "./new-token-ratio.ts";
import { admitted, noBlocks, noBudget, noSequences, type Slot } from "./scheduling.ts";
import type { SchedulingPolicy } from "./scheduling-policy.ts";
import { WaitingOrder } from "./waiting-order.ts";

/** An answer is expected to be no longer than this when room for it is kept (SGLANG_CLIP_MAX_NEW_TOKENS_ESTIMATION). */
const longestExpected = 4096;

/** What is left of one prefill batch. */
interface Room {
  input: number;
  chunk: number;
  /** Tokens of the pool that running requests are expected to take yet. */
  promised: number;
}

/**
 * SGLang: prompts before answers. While requests wait and there is room, a step computes prompts alone and the others' answers stand still,
 * unless chunks are mixed with decodes; a full pool retracts the requests with the shortest answers (managers/scheduler.py and
 * schedule_policy.py of 0.5.9).
 */
export class SglangPolicy implements SchedulingPolicy {
  private readonly ratio: NewTokenRatio;
  /** Null = as they came. */
  private readonly order: WaitingOrder | null;
  /** Why no prompt was let in the last time: nobody asks again until a request leaves. */
  private full = admitted;
  private departures = 0;
  /** The prompt that was cut and is not computed yet, or −1: one at a time. */
  private cut = -1;

  constructor(
    private readonly core: EngineCore,
    private readonly scheduling: SglangScheduling,
  ) {
    this.ratio = new NewTokenRatio(scheduling.conservativeness);
    const { requests, pool, limits } = core;
    this.order = scheduling.order ? new WaitingOrder(scheduling.order, requests, pool, limits.blockTokens) : null;
  }

  get isSteady(): boolean {
    const { running, waiting } = this.core;
    return this.cut < 0 && running.departures === this.departures && (waiting.head < 0 || this.full !== admitted);
  }

  skip(steps: number): void {
    for (let step = 0; step < steps; step++) this.ratio.decay();
  }

  fill(slot: Slot, cohort: Cohort, now: number): number {
    const { core } = this;
    const { mixedChunk } = this.scheduling;
    if (core.running.count === 0) this.ratio.reset();
    const blockedBy = this.prefill(slot, mixedChunk ? cohort.tokens : 0, now);
    if (slot.chunkCount > 0) {
      if (mixedChunk && cohort.opening <= core.pool.free) core.openBlocks(cohort);
      else slot.decodes = false;
      return blockedBy;
    }
    this.decode(cohort);
    // The last one that decoded has made way for a prompt that was cut.
    return cohort.size === 0 ? this.prefill(slot, 0, now) : blockedBy;
  }

  /** Fills the slot with prompts, a prompt begun before all others; returns what keeps the next one out. */
  private prefill(slot: Slot, decodes: number, now: number): number {
    const { core } = this;
    const { limits, partial, waiting, running } = core;
    if (running.departures !== this.departures) this.full = admitted;
    this.departures = running.departures;
    const isWaiting = waiting.head >= 0;
    if (this.cut < 0 && (!isWaiting || this.full !== admitted)) return isWaiting ? this.full : admitted;
    // Its chunk is in another stage's step: the next one comes before all others.
    if (this.cut >= 0 && partial.count === 0) return isWaiting ? noBudget : admitted;
    const room: Room = {
      input: this.scheduling.maxPrefillTokens - decodes,
      chunk: limits.chunkedPrefill ? limits.maxNumBatchedTokens - decodes : Number.POSITIVE_INFINITY,
      promised: decodes + this.ratio.value * this.expected(),
    };
    if (this.cut >= 0) this.proceed(slot, this.cut, room);
    if (this.full !== admitted) return isWaiting ? this.full : admitted;
    const blockedBy = this.admit(slot, room, now);
    if (blockedBy === noBlocks || blockedBy === noSequences) this.full = blockedBy;
    return blockedBy;
  }

  /** Tokens that decoding requests have still to make, no answer counted longer than expected. */
  private expected(): number {
    const { requests, running, decoders } = this.core;
    let tokens = 0;
    for (let r = running.head; r >= 0; r = requests.next[r] as number)
      if (requests.state[r] === decoding) tokens += Math.min(longestExpected, decoders.remaining(r, decoders.computedOf(r)));
    return tokens;
  }

  private tokensFree({ promised }: Room): number {
    const { pool, limits } = this.core;
    return pool.free * limits.blockTokens - promised;
  }

  /** A prompt that was cut goes on; where the pool is too full for its next chunk, decodes go on first. */
  private proceed(slot: Slot, r: number, room: Room): void {
    const { core } = this;
    const left = core.promptLeft(r);
    const free = Math.floor(this.tokensFree(room));
    const chunk = Math.min(left, room.chunk, free > 0 ? free : room.chunk);
    if (chunk <= 0 || core.blocksFor(core.requests.computed[r] as number, chunk) > core.pool.free) return;
    core.partial.remove(r);
    core.proceed(slot, r, chunk);
    if (chunk === left) this.cut = -1;
    this.take(room, chunk, chunk < left ? 0 : this.answer(r));
  }

  /** Starts waiting requests in their order while budget, sequences and pool last. */
  private admit(slot: Slot, room: Room, now: number): number {
    const { core } = this;
    const { requests, pool, limits, waiting, running } = core;
    this.order?.arrange(waiting);
    for (let r = waiting.head; r >= 0; r = waiting.head) {
      if (running.count >= limits.maxNumSeqs) return noSequences;
      if (room.input <= 0 || room.chunk <= 0 || this.cut >= 0) return noBudget;
      const target = requests.target[r] as number;
      const hits = pool.findHits(r, target);
      const stored = core.findStored(r, hits);
      const prompt = target - (hits + stored) * limits.blockTokens;
      const answer = this.answer(r);
      const taken = (pool.evictableHits + pool.stateBlocks + stored) * limits.blockTokens;
      // Nothing runs, and no cache waits here to be pulled.
      const isAlone = running.count === 0 && pool.free === pool.usable;
      if (!isAlone && prompt + answer >= this.tokensFree(room) - taken) return noBlocks;
      if (slot.chunkCount > 0 && prompt >= room.input) return noBudget;
      const chunk = Math.min(prompt, room.chunk);
      core.start(slot, hits, stored, chunk, now);
      this.take(room, chunk, chunk < prompt ? 0 : answer);
      if (chunk < prompt) this.cut = r;
    }
    return admitted;
  }

  /** Tokens of answer that room is kept for. */
  private answer(r: number): number {
    return Math.min(longestExpected, this.core.answerLeft(r));
  }

  private take(room: Room, chunk: number, answer: number): void {
    room.input -= chunk;
    room.chunk -= chunk;
    room.promised += answer;
  }

  private decode(cohort: Cohort): void {
    const { core } = this;
    if (cohort.size === 0) return;
    if (cohort.opening <= core.pool.free) this.ratio.decay();
    else {
      while (cohort.opening > core.pool.free) this.retract(cohort);
      this.reestimate(cohort);
    }
    core.openBlocks(cohort);
  }

  /** The request with the shortest answer so far goes back to the end of the queue; of equal ones that with the longest prompt. */
  private retract(cohort: Cohort): void {
    const { core } = this;
    const { requests, running } = core;
    let victim = -1;
    let shortest = 0;
    for (let r = running.head; r >= 0; r = requests.next[r] as number) {
      if (requests.cohort[r] !== cohort.index) continue;
      const prompt = requests.prompt[r] as number;
      const answer = cohort.computedOf(r) - prompt;
      if (victim >= 0 && (answer > shortest || (answer === shortest && prompt <= (requests.prompt[victim] as number)))) continue;
      victim = r;
      shortest = answer;
    }
    core.preempt(victim);
    core.waiting.append(victim);
  }

  private reestimate(cohort: Cohort): void {
    const { requests, running } = this.core;
    let made = 0;
    let most = 0;
    for (let r = running.head; r >= 0; r = requests.next[r] as number) {
      if (requests.cohort[r] !== cohort.index) continue;
      made += cohort.computedOf(r) + 1 - (requests.prompt[r] as number);
      most += requests.output[r] as number;
    }
    this.ratio.retracted(made, cohort.size, most);
  }
}
