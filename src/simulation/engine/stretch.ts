import type { Batch, StepModel } from "../../timing/step-model.ts";
import type { Gaps } from "../report/gaps.ts";
import type { Meter } from "../report/meter.ts";
import type { StepLog } from "../report/step-log.ts";
import type { PromptTurns } from "./prompt-turns.ts";
import type { Scheduler } from "./scheduler.ts";
import type { SteadySteps } from "./steady-steps.ts";
import { lineError, StepLine } from "./step-line.ts";

/** Bounds the time between two looks at the stop signal. */
const mostSteps = 1 << 16;

/**
 * Steps of one instance that follow the one in flight and only decode the same requests. They are foreseen at once, up to the one that ends
 * a request or for which blocks run short, and made up for when the last of them ends or somebody comes before that: what they leave
 * behind is what they would have left one by one.
 */
export class Stretch {
  /** Steps foreseen behind the one in flight. */
  private left = 0;
  /** Of the step in flight. */
  private from = 0;
  private to = 0;
  /** Tokens that each request has gained up to the step in flight since the one that the line was drawn from. */
  private gained = 0;
  /** Of the steps that are made up for: tokens gained since the one that was in flight before them. */
  private gains = new Int32Array(64);
  private blockedBy = 0;
  private readonly batches: readonly Batch[];
  private readonly line: StepLine;
  /** All gain tokens as the first one's requests do. */
  private readonly pace: SteadySteps;

  constructor(
    private readonly instance: number,
    private readonly schedulers: readonly Scheduler[],
    private readonly turns: PromptTurns,
    private readonly model: StepModel,
    private readonly log: StepLog,
    private readonly meter: Meter,
    private readonly gaps: Gaps,
  ) {
    this.batches = schedulers.flatMap(({ slots }) => slots.map(({ batch }) => batch));
    this.line = new StepLine(model);
    this.pace = (schedulers[0] as Scheduler).steady;
  }

  /** When the step in flight begins and ends. */
  get startedAt(): number {
    return this.from;
  }
  get endsAt(): number {
    return this.to;
  }

  /** A step has begun; returns when the last of those ends that are foreseen. */
  begin(from: number, to: number, blockedBy: number): number {
    this.from = from;
    this.to = to;
    this.gained = 0;
    this.blockedBy = blockedBy;
    this.left = this.foreseen();
    let end = to;
    for (let step = 1; step <= this.left; step++) end += this.line.duration(this.pace.gainedAfter(step));
    return end;
  }

  /** The steps that have ended by now are made up for; one that ends just now is still in flight. */
  catchUp(): void {
    const { schedulers, meter, line, pace } = this;
    const { now } = meter;
    if (this.left === 0 || this.to >= now) return;
    const before = this.gained;
    const firstEnd = this.to;
    for (const { steady } of schedulers) steady.begin(this.to);
    let steps = 0;
    let opened = 0;
    let produced = 0;
    for (; this.left > 0 && this.to < now; this.left--) {
      const tokens = this.tokensOfStep();
      produced += tokens;
      this.gained += pace.gainedAfter(1);
      meter.decoded(this.from, this.to, opened, tokens);
      for (const scheduler of schedulers) {
        const blocks = scheduler.steady.next();
        if (meter.shows(scheduler.core.totals)) opened += blocks;
      }
      this.keep(steps++, this.gained - before);
      this.from = this.to;
      this.to += line.duration(this.gained);
    }
    meter.held(this.from, now, opened);
    this.writeGaps(before, steps, produced, this.from - firstEnd);
    this.write(before, steps, firstEnd);
    for (const scheduler of schedulers) {
      if (scheduler.speculates) this.log.drafts.add(this.batches[0] as Batch, steps, produced);
      scheduler.steady.end(steps, this.from);
      scheduler.notePeak();
    }
    this.turns.skip(steps);
    meter.timeline?.level(this.instance, this.usedBlocks());
  }

  /** Nothing is foreseen any more behind the step in flight. True where something was. */
  cut(): boolean {
    const wasUnderWay = this.left > 0;
    this.left = 0;
    return wasUnderWay;
  }

  private foreseen(): number {
    const { schedulers, pace } = this;
    // Attention replicas that speculate gain each at its own pace.
    if (schedulers.length > 1 && (schedulers[0] as Scheduler).speculates) return 0;
    let steps = mostSteps;
    for (const scheduler of schedulers) {
      steps = scheduler.steady.foreseen(steps, scheduler.blockedBy);
      if (steps === 0) return 0;
    }
    const gained = this.line.fit(this.batches, pace.gainedAfter(steps));
    steps = Math.min(steps, gained);
    while (pace.gainedAfter(steps) > gained) steps--;
    return steps;
  }

  private keep(step: number, gained: number): void {
    if (step === this.gains.length) {
      const longer = new Int32Array(2 * step);
      longer.set(this.gains);
      this.gains = longer;
    }
    this.gains[step] = gained;
  }

  /** Of all steps made up for but the last, which is in flight; `produced` tokens came with them and the one before them. */
  private writeGaps(before: number, steps: number, produced: number, sum: number): void {
    const { line, gaps, gains } = this;
    let sequences = 0;
    for (const batch of this.batches) sequences += batch.decodeSequences;
    if (line.isCertain && produced === sequences * steps) gaps.addStretch(line.at(before + 1), line.growth, steps - 1, sequences, sum);
    else for (let step = 0; step < steps - 1; step++) gaps.add(line.duration(before + (gains[step] as number)), sequences);
    // What one step brings comes together.
    gaps.add(0, produced - sequences * steps);
  }

  /** Steps that began at `start` and after, as the log has them that began before; their batches are those of the step before the first. */
  private write(before: number, steps: number, start: number): void {
    const { log, line, model, meter, gains } = this;
    let gained = 0;
    for (let step = 0; step < steps; step++) gained += gains[step] as number;
    const seconds = (steps * line.at(before + gained / steps)) / 1e9;
    let largest = this.batches[0] as Batch;
    for (const batch of this.batches) {
      if (batch.tokens > largest.tokens) largest = batch;
      if (batch.tokens === 0) continue;
      meter.timeline?.batch(batch);
      this.addWork(batch, steps, gained / steps);
    }
    const sequence = model.mode(largest.tokens) === "sequence";
    (sequence ? log.sequence : log.tensor).addStretch(largest, steps, seconds, gains);
    log.blockedSeconds[this.blockedBy] = (log.blockedSeconds[this.blockedBy] as number) + seconds;
    meter.timeline?.step(this.instance, start, this.to, sequence, steps);
  }

  /** Of so many steps behind that of the batch: as a rule it grows evenly with the tokens gained, so that their mean tells all. */
  private addWork(batch: Batch, steps: number, mean: number): void {
    const { log, model, gains } = this;
    const { decodeContext, decodeSequences } = batch;
    const bytesAfter = (gained: number): number => {
      batch.decodeContext = decodeContext + gained * decodeSequences;
      return model.bytes(batch);
    };
    const least = gains[0] as number;
    const most = gains[steps - 1] as number;
    const first = bytesAfter(least);
    const last = bytesAfter(most);
    const middle = bytesAfter(mean);
    const even = most > least ? first + ((last - first) * (mean - least)) / (most - least) : first;
    if (Math.abs(even - middle) <= lineError * middle) {
      log.flops += steps * model.flops(batch);
      log.bytes += steps * middle;
    } else
      for (let step = 0; step < steps; step++) {
        log.bytes += bytesAfter(gains[step] as number);
        log.flops += model.flops(batch);
      }
    batch.decodeContext = decodeContext;
  }

  /** Of the step in flight. */
  private tokensOfStep(): number {
    let tokens = 0;
    for (const { steady } of this.schedulers) tokens += steady.tokens;
    return tokens;
  }

  private usedBlocks(): number {
    let blocks = 0;
    for (const scheduler of this.schedulers) blocks += scheduler.usedBlocks;
    return blocks;
  }
}
