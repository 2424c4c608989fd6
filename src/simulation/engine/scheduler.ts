import { draftingSequences } from "../../timing/speculative-gain.ts";
import type { Batch } from "../../timing/step-model.ts";
import {
  decoding,
  done,
  handedOver,
  leavesAnswered,
  leavesWithCache,
  loading,
  prefetching,
  prefilling,
  queued,
  stays,
  waiting,
} from "../requests.ts";
import type { Cohort } from "./cohort.ts";
import type { EngineCore } from "./engine-core.ts";
import type { Inbox } from "./inbox.ts";
import type { Intake } from "./intake.ts";
import { OrderedList } from "./ordered-list.ts";
import { admitted, Slot } from "./scheduling.ts";
import type { SchedulingPolicy } from "./scheduling-policy.ts";
import { SteadySteps } from "./steady-steps.ts";

/**
 * The scheduler of one engine core: its policy fills a step, and what the step made is written down when it ends. A step costs O(1) plus
 * the requests that start, end, open a block or compute prompt in it.
 */
export class Scheduler {
  blockedBy = admitted;
  /** Requests whose last token came with the last `finish`, as the engine frees them: it decides which cached blocks stay longest. */
  readonly completed: OrderedList;
  /** Tokens that the last `finish` brought, and those of them that were decoded. */
  produced = 0;
  decoded = 0;
  readonly slots: readonly Slot[];
  /** The last fill took somebody out, or left somebody who came for the next one. */
  looksAgain = false;
  /** Most blocks in use at once since it was last set. */
  private peakBlocks = 0;
  readonly steady: SteadySteps;
  /** Requests whose prompt was completed by the last `finish` for the first time, and that go on here. */
  readonly begun: Int32Array;
  begunCount = 0;

  constructor(
    readonly core: EngineCore,
    private readonly policy: SchedulingPolicy,
    /** Of a core that may take caches over. */
    private readonly intake: Intake | null,
    private readonly inbox: Inbox,
    slots: number,
    maxRunning: number,
  ) {
    this.completed = new OrderedList(core.requests.order);
    this.slots = Array.from({ length: slots }, () => new Slot(maxRunning));
    this.begun = new Int32Array(maxRunning);
    this.steady = new SteadySteps(core, policy, intake, inbox, this.slots[0] as Slot);
  }

  /** Requests that are here and do not run. */
  get waitingCount(): number {
    return this.core.waiting.count + this.inbox.count + (this.intake?.count ?? 0);
  }

  get usedBlocks(): number {
    return this.core.pool.usable - this.core.pool.free;
  }

  /** Largest share of its blocks that was in use since `clearPeak`. */
  get peakUsage(): number {
    const { usable } = this.core.pool;
    return usable > 0 ? this.peakBlocks / usable : 0;
  }

  clearPeak(): void {
    this.peakBlocks = this.usedBlocks;
  }

  notePeak(): void {
    this.peakBlocks = Math.max(this.peakBlocks, this.usedBlocks);
  }

  get speculates(): boolean {
    return this.core.limits.speculation !== null;
  }

  /** Tokens that fit what is free. */
  get freeTokens(): number {
    return this.core.pool.free * this.core.limits.blockTokens;
  }

  /** Requests that run here, or have blocks kept for them. */
  get runningCount(): number {
    return this.core.running.count + (this.intake?.heldCount ?? 0);
  }

  /** Decoding requests of a slot, to choose the one that needs least merging. */
  decodingIn(index: number): number {
    return this.core.decoders.of(index).size;
  }

  /** A request whose prompt is to be computed here; returns when it comes again, 0 where it queues now. */
  enqueue(r: number, now: number): number {
    const { core } = this;
    const { requests } = core;
    if (requests.state[r] === loading) {
      core.arrive(r);
      return 0;
    }
    if (requests.state[r] === prefetching) core.totals.waiting--;
    else {
      const there = core.prefetch(r, now);
      if (there > now) {
        core.totals.waiting++;
        requests.state[r] = prefetching;
        return there;
      }
    }
    requests.state[r] = waiting;
    core.pendingTokens += requests.target[r] as number;
    this.inbox.append(r);
    return 0;
  }

  /** A request whose prompt was computed elsewhere: it queues for room for its cache, and stays to its end. */
  takeOver(r: number): void {
    const { requests } = this.core;
    requests.state[r] = queued;
    requests.leaving[r] = stays;
    this.inbox.append(r);
  }

  /** The cache of a request has come for which blocks were kept here. */
  arrive(r: number): void {
    this.inbox.append(r);
  }

  /** Gives back what a request left here that was handed over. */
  letGo(r: number): void {
    const { pool, requests, totals, running } = this.core;
    const used = this.usedBlocks;
    pool.release(r, requests.prompt[r] as number, false);
    running.departures++;
    totals.usedBlocks += this.usedBlocks - used;
  }

  /** Takes notice of requests before a step is filled. */
  receive(): void {
    this.inbox.open();
  }

  /** Fills the slot's batch; it has no tokens where nothing can run. The slot must not be in flight. */
  schedule(index: number, now: number): Batch {
    const used = this.usedBlocks;
    const slot = this.slots[index] as Slot;
    const cohort = this.core.decoders.of(index);
    const { preemptions } = this.core.totals;
    const { batch } = slot;
    const { tiers } = this.core;
    slot.clear();
    tiers?.begin(now);
    this.core.decoders.gather(cohort);
    this.intake?.join(cohort, now);
    cohort.plan();
    this.blockedBy = this.policy.fill(slot, cohort, now);
    if (this.core.limits.chunksOverlap) this.core.keepGoing(slot);
    if (this.intake) this.blockedBy = this.intake.reserve(now) || this.blockedBy;
    this.inbox.close(slot);
    this.looksAgain = this.core.totals.preemptions > preemptions || this.inbox.hasNoticed;
    if (tiers !== null) {
      slot.loadedAt = tiers.loadedAt;
      slot.overlapLayers = tiers.plan.overlapLayers;
    }
    batch.decodeSequences = slot.decodes ? cohort.size : 0;
    batch.decodeContext = slot.decodes ? cohort.context : 0;
    this.setDrafts(slot, cohort);
    batch.tokens = batch.decodeSequences + batch.draftTokens + batch.prefillTokens;
    cohort.inFlight = batch.tokens > 0;
    this.core.totals.usedBlocks += this.usedBlocks - used;
    this.notePeak();
    return batch;
  }

  /** The slot's step has ended: every request that decoded in it and every completed prompt has a new token. */
  finish(index: number, now: number): void {
    const used = this.usedBlocks;
    const slot = this.slots[index] as Slot;
    const cohort = this.core.decoders.of(index);
    this.core.tiers?.begin(now);
    this.completed.count = 0;
    this.begunCount = 0;
    this.produced = 0;
    this.decoded = 0;
    cohort.inFlight = false;
    if (slot.decodes) this.finishDecodes(cohort, now);
    for (let i = 0; i < slot.chunkCount; i++) this.finishChunk(i, slot, cohort, now);
    slot.chunkCount = 0;
    this.core.made.add(this.produced, this.produced, now);
    for (let i = 0; i < this.completed.count; i++) this.complete(this.completed.items[i] as number, now);
    this.core.totals.usedBlocks += this.usedBlocks - used;
  }

  private setDrafts({ decodes, batch }: Slot, cohort: Cohort): void {
    const { speculation } = this.core.limits;
    if (speculation === null) return;
    batch.draftTokens = decodes ? cohort.tokens - cohort.size : 0;
    batch.draftSequences = decodes && speculation.passes > 0 ? draftingSequences(speculation, cohort.size) : 0;
  }

  private finishDecodes(cohort: Cohort, now: number): void {
    const { requests, decoders } = this.core;
    const { size, gain } = cohort;
    this.produced = size * gain;
    if (size > 0) {
      decoders.recordGaps(cohort, now);
      cohort.advance();
      for (let r = cohort.nextFinished(); r >= 0; r = cohort.nextFinished()) {
        const beyond = cohort.beyondAnswer(r);
        this.produced -= beyond;
        requests.computed[r] = cohort.computedOf(r) - beyond;
        cohort.detach(r);
        this.completed.add(r);
      }
      // What one step brings comes together.
      this.core.gaps.add(0, this.produced - size);
    }
    this.decoded = this.produced;
    cohort.lastFinish = now;
  }

  private finishChunk(index: number, slot: Slot, cohort: Cohort, now: number): void {
    const { requests, decoders, partial, limits } = this.core;
    const r = slot.chunks[index] as number;
    const computed = slot.chunkEnds[index] as number;
    const others = (requests.chunksInFlight[r] as number) - 1;
    requests.chunksInFlight[r] = others;
    if (computed < (requests.target[r] as number)) {
      if (others === 0) requests.state[r] = prefilling;
      if (!limits.chunksOverlap) partial.add(r);
      return;
    }
    this.core.tiers?.computed(r, computed);
    requests.timeline?.moment("prefilled", r);
    const leaving = requests.leaving[r] as number;
    if (leaving !== stays) {
      // A token that is not handed over is thrown away.
      if (leaving !== leavesWithCache) {
        this.produced++;
        requests.target[r] = computed + 1;
      }
      if (leaving === leavesAnswered) {
        requests.firstToken[r] = now;
        requests.lastToken[r] = now;
      }
      this.completed.add(r);
      return;
    }
    if (Number.isNaN(requests.firstToken[r] as number)) {
      requests.firstToken[r] = now;
      this.begun[this.begunCount++] = r;
    } else this.core.gaps.add(now - (requests.lastToken[r] as number), 1);
    this.produced++;
    requests.target[r] = computed + 1;
    if (decoders.remaining(r, computed) <= 0) {
      this.completed.add(r);
      return;
    }
    requests.state[r] = decoding;
    decoders.attach(r, computed, cohort);
    if (slot.decodes) return;
    // The others' last token is older than this one.
    requests.lastToken[r] = now;
    cohort.markOdd(r);
  }

  private complete(r: number, now: number): void {
    const { requests, running, pool } = this.core;
    if (requests.leaving[r] !== stays) {
      running.remove(r);
      requests.state[r] = handedOver;
      return;
    }
    requests.finished[r] = now;
    this.showFirst(r, now);
    requests.target[r] = (requests.prompt[r] as number) + (requests.output[r] as number);
    requests.state[r] = done;
    running.remove(r);
    this.core.tiers?.computed(r, requests.computed[r] as number);
    pool.release(r, requests.computed[r] as number, false);
  }

  /** A client whose messages hold several tokens has the first one with the last of its message, about as late as that request's pace says. */
  private showFirst(r: number, now: number): void {
    const { requests, limits } = this.core;
    const tokens = requests.output[r] as number;
    if (limits.firstMessage <= 1 || tokens <= 1) return;
    const first = requests.firstToken[r] as number;
    const later = Math.min(limits.firstMessage, tokens) - 1;
    requests.firstToken[r] = first + Math.round((later * (now - first)) / (tokens - 1));
  }
}
