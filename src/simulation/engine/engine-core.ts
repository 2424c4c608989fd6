import type { CoreTiers } from "../kv-tiers/core-tiers.ts";
import type { Gaps } from "../report/gaps.ts";
import { computing, decoding, loading, type Requests, stays, waiting } from "../requests.ts";
import type { BlockPool } from "./block-pool.ts";
import type { Cohort } from "./cohort.ts";
import { Decoders } from "./decoders.ts";
import { MadeTokens } from "./made-tokens.ts";
import { OrderedList } from "./ordered-list.ts";
import { RunningList, WaitingQueue } from "./queues.ts";
import { noSequences, type SchedulerLimits, type Slot, type Totals } from "./scheduling.ts";

/** What one engine core holds between steps, and the moves that its policy has: every engine's requests and blocks go the same ways. */
export class EngineCore {
  readonly waiting: WaitingQueue;
  readonly running: RunningList;
  /** Partly computed prompts that are in no step. */
  readonly partial: OrderedList;
  readonly decoders: Decoders;
  /** Prompt tokens of requests here that are not computed. */
  pendingTokens = 0;
  /** Blocks that running requests will open yet, kept where an engine starts none that it might have to take out. */
  promisedBlocks = 0;
  /** Whose start of the prompt has come from a store: they hold its blocks, and go before those that wait. */
  readonly loaded: WaitingQueue;
  /** Blocks that prompts will open yet whose start is on its way or here. */
  asideBlocks = 0;
  readonly made = new MadeTokens();

  constructor(
    readonly requests: Requests,
    readonly pool: BlockPool,
    readonly limits: SchedulerLimits,
    readonly gaps: Gaps,
    readonly totals: Totals,
    slots: number,
    maxRunning: number,
    /** Stores behind the cache; null where it has none. */
    readonly tiers: CoreTiers | null,
  ) {
    this.waiting = new WaitingQueue(requests, totals);
    this.loaded = new WaitingQueue(requests, totals);
    this.running = new RunningList(requests, totals);
    this.partial = new OrderedList(requests.order);
    this.decoders = new Decoders(requests, gaps, slots, limits.blockTokens, maxRunning, limits.speculation);
  }

  /** Prompt tokens that a running or waiting request has still to compute. */
  promptLeft(r: number): number {
    return (this.requests.target[r] as number) - (this.requests.computed[r] as number);
  }

  /** Tokens of answer that a request may still make here: one that leaves makes its first. */
  answerLeft(r: number): number {
    const { prompt, output, target, leaving } = this.requests;
    return leaving[r] === stays ? (prompt[r] as number) + (output[r] as number) - (target[r] as number) : 1;
  }

  /**
   * Whether one that was kept out stays so while others only decode: their answers may be what it waits for where ids tell their blocks, and
   * what a store has of it changes with other engines' steps and with time.
   */
  staysOut(blockedBy: number): boolean {
    return blockedBy === noSequences || (!this.requests.namesAnswers && this.tiers === null);
  }

  /** Blocks that so many tokens more open, behind `computed` ones. */
  blocksFor(computed: number, tokens: number): number {
    const { blockTokens } = this.limits;
    return Math.ceil((computed + tokens) / blockTokens) - Math.ceil(computed / blockTokens);
  }

  /** A request has come: when what stores bring nearer for it is there, `now` where it waits for nothing. */
  prefetch(r: number, now: number): number {
    const { tiers } = this;
    if (tiers === null || tiers.plan.prefetch === null) return now;
    const target = this.requests.target[r] as number;
    return tiers.prefetch(r, this.pool.findHits(r, target), target, now);
  }

  /** Blocks behind the first `hits` of a waiting request that a store has, where they are worth a load. */
  findStored(r: number, hits: number): number {
    return this.tiers === null ? 0 : this.tiers.find(r, hits, this.requests.target[r] as number);
  }

  /** The first waiting request starts with its cached blocks, those that the last `findStored` told, and a chunk behind them. */
  start(slot: Slot, hits: number, stored: number, chunk: number, now: number): void {
    const { requests, pool } = this;
    const r = this.waiting.head;
    const cached = hits * this.limits.blockTokens;
    this.waiting.takeFirst();
    this.running.append(r);
    this.look(r, hits, stored);
    const known = requests.computed[r] as number;
    pool.admit(r, hits, this.blocksFor(cached, known - cached + chunk));
    if (Number.isNaN(requests.firstScheduled[r] as number)) requests.firstScheduled[r] = now;
    requests.timeline?.moment("scheduled", r);
    this.addChunk(slot, r, chunk);
  }

  /** The first waiting request waits aside for what a store has of it; returns when that is there. */
  setAside(hits: number, stored: number): number {
    const { requests, pool } = this;
    const r = this.waiting.head;
    this.waiting.takeFirst();
    const loadedAt = this.look(r, hits, stored);
    pool.admit(r, hits, stored);
    requests.state[r] = loading;
    requests.timeline?.moment("loading", r);
    this.totals.waiting++;
    this.asideBlocks += this.blocksFor(requests.computed[r] as number, this.promptLeft(r));
    return loadedAt;
  }

  /** The start of its prompt is here. */
  arrive(r: number): void {
    this.totals.waiting--;
    this.requests.state[r] = waiting;
    this.requests.timeline?.moment("loaded", r);
    this.loaded.append(r);
  }

  /** The first request whose start has been loaded goes on with a chunk. */
  resume(slot: Slot, chunk: number, now: number): void {
    const { requests, pool, loaded, running } = this;
    const r = loaded.head;
    const computed = requests.computed[r] as number;
    this.asideBlocks -= this.blocksFor(computed, this.promptLeft(r));
    loaded.takeFirst();
    running.append(r);
    pool.extend(r, this.blocksFor(computed, chunk), computed);
    if (Number.isNaN(requests.firstScheduled[r] as number)) requests.firstScheduled[r] = now;
    requests.timeline?.moment("scheduled", r);
    this.addChunk(slot, r, chunk);
  }

  /** The next chunk of a prompt that is partly computed; the caller takes it out of `partial`. */
  proceed(slot: Slot, r: number, chunk: number): void {
    const computed = this.requests.computed[r] as number;
    this.pool.extend(r, this.blocksFor(computed, chunk), computed);
    this.addChunk(slot, r, chunk);
  }

  /** Every decoding request of the cohort opens the blocks that its next tokens need. */
  openBlocks(cohort: Cohort): void {
    const { bucketNext } = this.requests;
    for (let token = 0; token < cohort.gain; token++)
      for (let r = cohort.openingHead(token); r >= 0; r = bucketNext[r] as number)
        if (token === 0 || cohort.goesBeyond(r, token)) this.pool.extend(r, 1, cohort.computedOf(r) + token);
  }

  /** Whether the next chunk of a prompt may follow one that is in flight. */
  mayFollow(r: number): boolean {
    return this.limits.chunksOverlap && this.requests.state[r] === computing && this.promptLeft(r) > 0;
  }

  /** Prompts of a slot's chunks that go on are partly computed for the next one. */
  keepGoing({ chunks, chunkCount }: Slot): void {
    for (let i = 0; i < chunkCount; i++) if (this.mayFollow(chunks[i] as number)) this.partial.add(chunks[i] as number);
  }

  /** The running request that was admitted last of those in no step, or −1. */
  lastIdle(): number {
    let r = this.running.tail;
    while (r >= 0 && this.decoders.isInFlight(r)) r = this.requests.previous[r] as number;
    return r;
  }

  /** Takes a running request's blocks away; what it has computed is lost. The caller puts it back into the queue. */
  preempt(r: number): void {
    const { requests } = this;
    if (requests.state[r] === decoding) {
      // One that was left out of the last step has left already.
      if (requests.cohort[r] !== -1) this.decoders.leave(r);
      this.pendingTokens += requests.target[r] as number;
    } else {
      this.partial.remove(r);
      this.pendingTokens += requests.computed[r] as number;
    }
    this.running.remove(r);
    this.tiers?.computed(r, requests.computed[r] as number);
    this.pool.release(r, requests.computed[r] as number, true);
    requests.computed[r] = 0;
    requests.preemptions[r] = (requests.preemptions[r] as number) + 1;
    requests.state[r] = waiting;
    requests.timeline?.moment("preempted", r);
    this.totals.preemptions++;
  }

  /** Takes a decoding request's blocks away, of which a copy is kept outside. */
  swapOut(r: number): void {
    const { requests } = this;
    this.decoders.leave(r);
    this.running.remove(r);
    this.pool.release(r, requests.computed[r] as number, true);
    requests.preemptions[r] = (requests.preemptions[r] as number) + 1;
    requests.state[r] = waiting;
    requests.timeline?.moment("preempted", r);
    this.totals.preemptions++;
  }

  /** Its blocks are back, and it decodes in the cohort's next step. */
  swapIn(r: number, cohort: Cohort): void {
    const { requests, running, pool, decoders } = this;
    const computed = requests.computed[r] as number;
    running.append(r);
    requests.state[r] = decoding;
    requests.timeline?.moment("resumed", r);
    decoders.attach(r, computed, cohort);
    cohort.markOdd(r);
    pool.admit(r, 0, this.blocksFor(0, computed + cohort.gainOf(r)));
  }

  /** Writes down what of a request is known here, and begins to load what a store has; returns when that is there. */
  private look(r: number, hits: number, stored: number): number {
    const { requests, totals, tiers, limits } = this;
    const isFirst = Number.isNaN(requests.firstScheduled[r] as number);
    const target = requests.target[r] as number;
    // Before its blocks are taken: these may push others into the stores.
    tiers?.starts(r, hits);
    const loadedAt = tiers !== null && stored > 0 ? tiers.load(r, hits, target, isFirst) : 0;
    requests.computed[r] = (hits + stored) * limits.blockTokens;
    this.pendingTokens -= requests.computed[r] as number;
    if (!isFirst) return loadedAt;
    requests.cached[r] = requests.computed[r] as number;
    totals.queriedTokens += target;
    totals.hitTokens += hits * limits.blockTokens;
    return loadedAt;
  }

  private addChunk(slot: Slot, r: number, chunk: number): void {
    const { requests } = this;
    const before = requests.computed[r] as number;
    const { batch } = slot;
    this.pendingTokens -= chunk;
    batch.prefillChunks++;
    batch.prefillTokens += chunk;
    batch.prefillPairs += chunk * (before + chunk / 2);
    batch.prefillContext += before;
    requests.computed[r] = before + chunk;
    requests.state[r] = computing;
    requests.chunksInFlight[r] = (requests.chunksInFlight[r] as number) + 1;
    requests.timeline?.chunk(r, chunk);
    slot.chunkEnds[slot.chunkCount] = before + chunk;
    slot.chunks[slot.chunkCount++] = r;
    this.pool.publish(r, before + chunk);
  }
}
