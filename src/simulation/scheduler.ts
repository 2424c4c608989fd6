import type { Batch } from "../timing/step-model.ts";
import type { BlockPool } from "./block-pool.ts";
import type { Cohort } from "./cohort.ts";
import { Decoders } from "./decoders.ts";
import type { Gaps } from "./gaps.ts";
import { OrderedList } from "./ordered-list.ts";
import { RunningList, WaitingQueue } from "./queues.ts";
import { computing, decoding, done, prefilling, type Requests, waiting } from "./requests.ts";
import { admitted, noBlocks, noBudget, noSequences, type SchedulerLimits, Slot, type Totals } from "./scheduling.ts";

/**
 * The scheduler of vLLM V1 for one engine core: running requests first, then waiting ones first come first served, one token budget,
 * prompts cut into chunks by what is left of it, preemption by recomputation of the last running request. A step costs O(1) plus the
 * requests that start, end, open a block or compute prompt in it.
 */
export class Scheduler {
  blockedBy = admitted;
  /** Requests whose last token came with the last `finish`, as the engine frees them: it decides which cached blocks stay longest. */
  readonly completed: OrderedList;
  /** Tokens that the last `finish` brought. */
  produced = 0;
  readonly slots: readonly Slot[];
  private readonly decoders: Decoders;
  private readonly waiting: WaitingQueue;
  private readonly running: RunningList;
  /** Partly computed prompts that are in no step. */
  private readonly partial: OrderedList;

  constructor(
    private readonly requests: Requests,
    private readonly pool: BlockPool,
    private readonly limits: SchedulerLimits,
    private readonly gaps: Gaps,
    private readonly totals: Totals,
    slots: number,
    maxRunning: number,
  ) {
    this.waiting = new WaitingQueue(requests, totals);
    this.running = new RunningList(requests, totals);
    this.completed = new OrderedList(requests.order, maxRunning);
    this.partial = new OrderedList(requests.order, maxRunning);
    this.slots = Array.from({ length: slots }, () => new Slot(maxRunning));
    this.decoders = new Decoders(requests, gaps, slots, limits.blockTokens, maxRunning);
  }

  get usedBlocks(): number {
    return this.pool.usable - this.pool.free;
  }

  /** Decoding requests of a slot, to choose the one that needs least merging. */
  decodingIn(slot: number): number {
    return this.decoders.of(slot).size;
  }

  enqueue(r: number): void {
    this.requests.state[r] = waiting;
    this.waiting.append(r);
  }

  /** Fills the slot's batch; it has no tokens where nothing can run. The slot must not be in flight. */
  schedule(slot: number, now: number): Batch {
    const used = this.usedBlocks;
    const entry = this.slots[slot] as Slot;
    const cohort = this.decoders.of(slot);
    const { batch } = entry;
    batch.prefillTokens = 0;
    batch.prefillChunks = 0;
    batch.prefillPairs = 0;
    batch.prefillContext = 0;
    entry.chunkCount = 0;
    this.blockedBy = admitted;
    this.decoders.gather(cohort);
    let short = false;
    if (this.fitsAtOnce(cohort)) this.runAll(cohort, entry);
    else short = this.runInOrder(cohort, entry);
    if (this.waiting.head >= 0) {
      if (short) this.blockedBy = noBlocks;
      else this.blockedBy = this.admit(entry, this.limits.maxNumBatchedTokens - cohort.size - batch.prefillTokens, now);
    }
    batch.decodeSequences = cohort.size;
    batch.decodeContext = cohort.context;
    batch.tokens = cohort.size + batch.prefillTokens;
    cohort.inFlight = batch.tokens > 0;
    this.totals.usedBlocks += this.usedBlocks - used;
    return batch;
  }

  /** The slot's step has ended: every decoding request and every completed prompt has a new token. */
  finish(slot: number, now: number): void {
    const used = this.usedBlocks;
    const { requests } = this;
    const entry = this.slots[slot] as Slot;
    const cohort = this.decoders.of(slot);
    this.completed.count = 0;
    this.produced = cohort.size;
    cohort.inFlight = false;
    if (cohort.size > 0) {
      this.decoders.recordGaps(cohort, now);
      cohort.advance();
      for (let r = cohort.nextFinished(); r >= 0; r = cohort.nextFinished()) {
        requests.computed[r] = cohort.computedOf(r);
        cohort.detach(r);
        this.completed.add(r);
      }
    }
    cohort.lastFinish = now;
    for (let i = 0; i < entry.chunkCount; i++) this.finishChunk(entry.chunks[i] as number, cohort, now);
    entry.chunkCount = 0;
    for (let i = 0; i < this.completed.count; i++) this.complete(this.completed.items[i] as number, now);
    this.totals.usedBlocks += this.usedBlocks - used;
  }

  private finishChunk(r: number, cohort: Cohort, now: number): void {
    const { requests } = this;
    const computed = requests.computed[r] as number;
    if (computed < (requests.target[r] as number)) {
      requests.state[r] = prefilling;
      this.partial.add(r);
      return;
    }
    if (Number.isNaN(requests.firstToken[r] as number)) requests.firstToken[r] = now;
    else this.gaps.add(now - (requests.lastToken[r] as number), 1);
    this.produced++;
    requests.target[r] = computed + 1;
    if (this.decoders.remaining(r, computed) <= 0) {
      this.completed.add(r);
      return;
    }
    requests.state[r] = decoding;
    this.decoders.attach(r, computed, cohort);
  }

  private complete(r: number, now: number): void {
    const { requests } = this;
    requests.finished[r] = now;
    requests.target[r] = (requests.prompt[r] as number) + (requests.output[r] as number);
    requests.state[r] = done;
    this.running.remove(r);
    this.pool.release(r, requests.computed[r] as number, false);
  }

  /** Whether every running request gets what it asks for, so that their order does not matter. */
  private fitsAtOnce(cohort: Cohort): boolean {
    let budget = this.limits.maxNumBatchedTokens - cohort.size;
    let blocks = this.pool.free - cohort.opening;
    if (budget < 0 || blocks < 0) return false;
    let whole = true;
    for (let i = 0; i < this.partial.count; i++) {
      const r = this.partial.items[i] as number;
      const wanted = this.chunkOf(r);
      const chunk = Math.min(wanted, budget);
      if (chunk < wanted) whole = false;
      budget -= chunk;
      blocks -= this.blocksFor(r, chunk);
    }
    if (blocks < 0) return false;
    return whole || this.decodesComeFirst();
  }

  /** No request decodes behind the first partly computed prompt. */
  private decodesComeFirst(): boolean {
    const { requests } = this;
    for (let r = this.partial.items[0] as number; r >= 0; r = requests.next[r] as number) if (requests.state[r] === decoding) return false;
    return true;
  }

  private chunkOf(r: number): number {
    const rest = (this.requests.target[r] as number) - (this.requests.computed[r] as number);
    const most = this.limits.longPrefillTokenThreshold;
    return most > 0 && rest > most ? most : rest;
  }

  private blocksFor(r: number, chunk: number): number {
    const { blockTokens } = this.limits;
    const computed = this.requests.computed[r] as number;
    return Math.ceil((computed + chunk) / blockTokens) - Math.ceil(computed / blockTokens);
  }

  private runAll(cohort: Cohort, entry: Slot): void {
    const { requests, pool } = this;
    for (let r = cohort.openingHead; r >= 0; r = requests.bucketNext[r] as number) pool.extend(r, 1, cohort.computedOf(r));
    let budget = this.limits.maxNumBatchedTokens - cohort.size;
    const count = this.partial.count;
    let kept = 0;
    for (let i = 0; i < count; i++) {
      const r = this.partial.items[i] as number;
      const chunk = Math.min(this.chunkOf(r), budget);
      if (chunk > 0) {
        pool.extend(r, this.blocksFor(r, chunk), requests.computed[r] as number);
        this.addChunk(entry, r, chunk);
        budget -= chunk;
      } else this.partial.items[kept++] = r;
    }
    this.partial.count = kept;
  }

  /** Walks the running list as the engine does, where budget or blocks do not suffice for all. True where blocks ran short. */
  private runInOrder(cohort: Cohort, entry: Slot): boolean {
    const { requests, pool, limits } = this;
    let budget = limits.maxNumBatchedTokens;
    let preempted = false;
    let next: number;
    for (let r = this.running.head; r >= 0; r = next) {
      next = requests.next[r] as number;
      if (this.decoders.isInFlight(r)) continue;
      const decodes = requests.state[r] === decoding;
      if (budget === 0) {
        if (decodes) this.decoders.hold(r);
        continue;
      }
      const computed = decodes ? cohort.computedOf(r) : (requests.computed[r] as number);
      const chunk = decodes ? 1 : Math.min(this.chunkOf(r), budget);
      const blocks = Math.ceil((computed + chunk) / limits.blockTokens) - Math.ceil(computed / limits.blockTokens);
      while (blocks > pool.free) {
        const victim = this.lastNotInFlight();
        if (victim === r && r !== this.running.tail) {
          // Younger ones hold blocks, but are in a step: it waits for them instead of giving way to them.
          if (decodes) this.decoders.hold(r);
          return true;
        }
        this.preempt(victim);
        preempted = true;
        // Nothing behind it is left to run.
        if (victim === r) return true;
      }
      pool.extend(r, blocks, computed);
      budget -= chunk;
      if (!decodes) {
        this.partial.remove(r);
        this.addChunk(entry, r, chunk);
      }
      next = requests.next[r] as number;
    }
    return preempted;
  }

  private lastNotInFlight(): number {
    let r = this.running.tail;
    while (r >= 0 && this.decoders.isInFlight(r)) r = this.requests.previous[r] as number;
    return r;
  }

  private preempt(r: number): void {
    const { requests } = this;
    if (requests.state[r] === decoding) this.decoders.leave(r);
    else this.partial.remove(r);
    this.running.remove(r);
    this.pool.release(r, requests.computed[r] as number, true);
    requests.computed[r] = 0;
    requests.preemptions[r] = (requests.preemptions[r] as number) + 1;
    requests.state[r] = waiting;
    this.waiting.prepend(r);
    this.totals.preemptions++;
  }

  /** Starts waiting requests while budget, sequences and blocks last; returns what keeps the next one out. */
  private admit(entry: Slot, left: number, now: number): number {
    const { requests, pool, limits } = this;
    const { blockTokens } = limits;
    let budget = left;
    for (let r = this.waiting.head; r >= 0; r = this.waiting.head) {
      if (budget <= 0) return noBudget;
      if (this.running.count >= limits.maxNumSeqs) return noSequences;
      const target = requests.target[r] as number;
      const hits = pool.findHits(r, target);
      const cached = hits * blockTokens;
      let chunk = target - cached;
      if (limits.longPrefillTokenThreshold > 0 && chunk > limits.longPrefillTokenThreshold) chunk = limits.longPrefillTokenThreshold;
      if (chunk > budget) {
        // Without chunked prefill a prompt waits for a step that can take it whole; one longer than any budget gets a step of its own.
        if (!limits.chunkedPrefill && (this.running.count > 0 || budget < limits.maxNumBatchedTokens)) return noBudget;
        if (limits.chunkedPrefill) chunk = budget;
      }
      const fresh = Math.ceil((cached + chunk) / blockTokens) - hits;
      const wanted = limits.reserveFullPrompt ? Math.ceil(target / blockTokens) - hits : fresh;
      if (wanted + pool.stateBlocks + pool.evictableHits > pool.free) return noBlocks;
      this.waiting.takeFirst();
      this.running.append(r);
      pool.admit(r, hits, fresh);
      if (Number.isNaN(requests.firstScheduled[r] as number)) {
        requests.firstScheduled[r] = now;
        requests.cached[r] = cached;
        this.totals.queriedTokens += target;
        this.totals.hitTokens += cached;
      }
      requests.computed[r] = cached;
      this.addChunk(entry, r, chunk);
      budget -= chunk;
    }
    return admitted;
  }

  private addChunk(entry: Slot, r: number, chunk: number): void {
    const { requests } = this;
    const before = requests.computed[r] as number;
    const { batch } = entry;
    batch.prefillChunks++;
    batch.prefillTokens += chunk;
    batch.prefillPairs += chunk * (before + chunk / 2);
    batch.prefillContext += before;
    requests.computed[r] = before + chunk;
    requests.state[r] = computing;
    entry.chunks[entry.chunkCount++] = r;
    this.pool.publish(r, before + chunk);
  }
}
