import type { Batch, StepModel } from "../../timing/step-model.ts";
import { endBehindLoad } from "../kv-tiers/load-overlap.ts";
import type { Meter } from "../report/meter.ts";
import type { StepLog } from "../report/step-log.ts";
import type { PromptTurns } from "./prompt-turns.ts";
import type { Scheduler } from "./scheduler.ts";
import { noBlocks, type Slot } from "./scheduling.ts";
import type { Stretch } from "./stretch.ts";

/** Where an instance's own model says no more than nanoseconds can hold. */
export class TimingFailure extends Error {}

/**
 * One engine: schedulers in lock-step (one, or one per attention replica) over a pipeline of stages. Up to `stages` batches are in flight;
 * stage s starts batch i at max(end(s − 1, i) + transfer, end(s, i − 1)).
 */
export class Instance {
  private readonly stageFree: Float64Array;
  private readonly inFlight: Uint8Array;
  private readonly startedAt: Float64Array;
  private readonly endsAt: Float64Array;
  private readonly promptTokens: Float64Array;
  private readonly sequenceMode: Uint8Array;
  private flying = 0;

  constructor(
    readonly index: number,
    readonly schedulers: readonly Scheduler[],
    private readonly turns: PromptTurns,
    readonly model: StepModel,
    private readonly log: StepLog,
    private readonly meter: Meter,
    /** Takes steps that only decode in one go; null where each is taken on its own. */
    private readonly stretch: Stretch | null,
  ) {
    const stages = model.stages;
    this.stageFree = new Float64Array(stages);
    this.inFlight = new Uint8Array(stages);
    this.startedAt = new Float64Array(stages);
    this.endsAt = new Float64Array(stages);
    this.promptTokens = new Float64Array(stages);
    this.sequenceMode = new Uint8Array(stages);
  }

  get isIdle(): boolean {
    return this.flying === 0;
  }

  /** Starts a step where a slot is free and something can run. Returns its slot, or −1; `endOf` tells when it ends. */
  start(now: number): number {
    if (this.flying === this.inFlight.length) return -1;
    const slot = this.freeSlot();
    // With nothing in flight an engine whose step is empty looks again at once: one that was taken out, or was too late for it, may run.
    do if (this.fill(slot, now)) return slot;
    while (this.isIdle && this.schedulers.some(({ looksAgain }) => looksAgain));
    return -1;
  }

  /** Fills a slot and starts its step; false where there is nothing to run. */
  private fill(slot: number, now: number): boolean {
    let largest: Batch | undefined;
    let promptTokens = 0;
    let blocked = 0;
    for (const scheduler of this.schedulers) scheduler.receive();
    this.turns.decide();
    for (const scheduler of this.schedulers) {
      const batch = scheduler.schedule(slot, now);
      promptTokens += batch.prefillTokens;
      if (scheduler.blockedBy > 0 && (blocked === 0 || scheduler.blockedBy === noBlocks)) blocked = scheduler.blockedBy;
      if (!largest || batch.tokens > largest.tokens) largest = batch;
    }
    if (!largest || largest.tokens === 0) return false;
    if (this.schedulers.length > 1) this.shareTokens(slot);
    const duration = this.runStages(slot, now);
    this.record(slot, now, largest, duration, promptTokens, blocked);
    if (this.stretch) this.endsAt[slot] = this.stretch.begin(now, this.endOf(slot), blocked);
    return true;
  }

  /** When the step in flight in a slot ends, or the last of those that follow it unless somebody comes before. */
  endOf(slot: number): number {
    return this.endsAt[slot] as number;
  }

  /** Brings what is foreseen and has passed into the books: ask before looking at its requests and blocks. */
  catchUp(): void {
    this.stretch?.catchUp();
  }

  /** Somebody is about to come or to give something back: what is foreseen ends with the step in flight. True where that ends sooner. */
  interrupt(): boolean {
    const { stretch } = this;
    if (!stretch) return false;
    stretch.catchUp();
    if (!stretch.cut()) return false;
    this.endsAt[0] = stretch.endsAt;
    return true;
  }

  get usedBlocks(): number {
    return this.schedulers.reduce((sum, scheduler) => sum + scheduler.usedBlocks, 0);
  }

  /** False where no step ends now: it was foreseen for now, and somebody came before. */
  finish(slot: number, now: number): boolean {
    if (this.inFlight[slot] === 0 || this.endsAt[slot] !== now) return false;
    if (this.stretch) {
      this.stretch.catchUp();
      this.startedAt[slot] = this.stretch.startedAt;
    }
    this.inFlight[slot] = 0;
    this.flying--;
    let produced = 0;
    for (const scheduler of this.schedulers) {
      scheduler.finish(slot, now);
      produced += scheduler.produced;
      if (scheduler.speculates) this.log.drafts.add((scheduler.slots[slot] as Slot).batch, 1, scheduler.decoded);
    }
    this.meter.timeline?.level(this.index, this.usedBlocks);
    this.meter.stepEnded(
      this.startedAt[slot] as number,
      now,
      this.promptTokens[slot] as number,
      produced,
      this.sequenceMode[slot] === 1,
      this.flying === 0,
    );
    return true;
  }

  /** Tells every batch what all attention replicas have on average: their experts are the same. */
  private shareTokens(slot: number): void {
    let tokens = 0;
    for (const scheduler of this.schedulers) tokens += (scheduler.slots[slot] as Slot).batch.tokens;
    const mean = tokens / this.schedulers.length;
    for (const scheduler of this.schedulers) (scheduler.slots[slot] as Slot).batch.meanTokens = mean;
  }

  /** Fills the slot's end; returns the seconds of compute, host and transfer in this step. A rank without work runs along with the longest. */
  private runStages(slot: number, now: number): number {
    const stages = this.stageFree.length;
    let end = now;
    let seconds = 0;
    let loadedAt = 0;
    let overlapLayers = 0;
    for (const scheduler of this.schedulers) {
      const one = scheduler.slots[slot] as Slot;
      if (one.loadedAt <= loadedAt) continue;
      loadedAt = one.loadedAt;
      overlapLayers = one.overlapLayers;
    }
    const transfer = stages > 1 ? this.transferSeconds(slot) : 0;
    for (let stage = 0; stage < stages; stage++) {
      const stageSeconds = this.stageSeconds(slot, stage);
      if (!(stageSeconds >= 0 && stageSeconds < 1e6)) throw new TimingFailure(`A step would take ${stageSeconds} seconds.`);
      const start = Math.max(stage > 0 ? end + nanoseconds(transfer) : now, this.stageFree[stage] as number);
      end = endBehindLoad(start, Math.max(1, nanoseconds(stageSeconds)), loadedAt, overlapLayers);
      this.stageFree[stage] = end;
      seconds += stage > 0 ? stageSeconds + transfer : stageSeconds;
    }
    this.endsAt[slot] = end;
    return seconds;
  }

  /** Of the slowest of the batches that run side by side. */
  private stageSeconds(slot: number, stage: number): number {
    let longest = 0;
    for (const scheduler of this.schedulers) {
      const { batch } = scheduler.slots[slot] as Slot;
      if (batch.tokens === 0) continue;
      const own = this.model.stageSeconds(batch, stage);
      if (own > longest || Number.isNaN(own)) longest = own;
    }
    return longest;
  }

  private transferSeconds(slot: number): number {
    let longest = 0;
    for (const scheduler of this.schedulers) {
      const { batch } = scheduler.slots[slot] as Slot;
      if (batch.tokens > 0) longest = Math.max(longest, this.model.transferSeconds(batch));
    }
    return longest;
  }

  private record(slot: number, now: number, largest: Batch, seconds: number, promptTokens: number, blocked: number): void {
    const { log, model } = this;
    this.inFlight[slot] = 1;
    this.startedAt[slot] = now;
    this.promptTokens[slot] = promptTokens;
    const sequence = model.mode(largest.tokens) === "sequence";
    this.sequenceMode[slot] = sequence ? 1 : 0;
    this.meter.stepStarted(sequence, this.flying === 0);
    this.flying++;
    (sequence ? log.sequence : log.tensor).add(largest, seconds);
    log.blockedSeconds[blocked] = (log.blockedSeconds[blocked] as number) + seconds;
    if (largest.prefillTokens > largest.decodeSequences) log.prefillSeconds += seconds;
    for (const scheduler of this.schedulers) {
      const { batch } = scheduler.slots[slot] as Slot;
      if (batch.tokens === 0) continue;
      this.meter.timeline?.batch(batch);
      log.flops += model.flops(batch);
      log.bytes += model.bytes(batch);
    }
    this.meter.timeline?.step(this.index, now, this.endOf(slot), sequence, 1);
    this.meter.timeline?.level(this.index, this.usedBlocks);
    this.meter.blocked(blocked === noBlocks, now, this.index);
  }

  private freeSlot(): number {
    let best = -1;
    let most = -1;
    const first = this.schedulers[0] as Scheduler;
    for (let slot = 0; slot < this.inFlight.length; slot++) {
      if (this.inFlight[slot] === 1) continue;
      const size = first.decodingIn(slot);
      if (size > most) {
        most = size;
        best = slot;
      }
    }
    return best;
  }
}

function nanoseconds(seconds: number): number {
  return Math.round(seconds * 1e9);
}
