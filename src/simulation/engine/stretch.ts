import type { Batch, StepModel } from "../../timing/step-model.ts";
import type { Gaps } from "../report/gaps.ts";
import type { Meter } from "../report/meter.ts";
import type { StepLog } from "../report/step-log.ts";
import type { PromptTurns } from "./prompt-turns.ts";
import type { Scheduler } from "./scheduler.ts";
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
  /** Steps behind the one that the line was drawn from. */
  private behind = 0;
  private blockedBy = 0;
  private readonly batches: readonly Batch[];
  private readonly line: StepLine;

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
    this.behind = 0;
    this.blockedBy = blockedBy;
    this.left = this.foreseen();
    let end = to;
    for (let step = 1; step <= this.left; step++) end += this.line.duration(step);
    return end;
  }

  /** The steps that have ended by now are made up for; one that ends just now is still in flight. */
  catchUp(): void {
    const { schedulers, meter, line } = this;
    const { now } = meter;
    if (this.left === 0 || this.to >= now) return;
    const tokens = this.tokensOfStep();
    const first = this.behind + 1;
    const firstEnd = this.to;
    for (const { steady } of schedulers) steady.begin(this.to);
    let opened = 0;
    for (; this.left > 0 && this.to < now; this.left--) {
      meter.decoded(this.from, this.to, opened, tokens);
      for (const scheduler of schedulers) {
        const blocks = scheduler.steady.next();
        if (meter.shows(scheduler.core.totals)) opened += blocks;
      }
      this.from = this.to;
      this.to += line.duration(++this.behind);
    }
    const steps = this.behind + 1 - first;
    meter.held(this.from, now, opened);
    if (line.isCertain) this.gaps.addStretch(line.at(first), line.growth, steps - 1, tokens, this.from - firstEnd);
    else for (let step = first; step < this.behind; step++) this.gaps.add(line.duration(step), tokens);
    this.write(first, steps, firstEnd);
    for (const scheduler of schedulers) {
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
    let steps = mostSteps;
    for (const scheduler of this.schedulers) {
      steps = scheduler.steady.foreseen(steps, scheduler.blockedBy);
      if (steps === 0) return 0;
    }
    return this.line.fit(this.batches, steps);
  }

  /** Steps that began at `start` and after, as the log has them that began before; their batches are those of the step before the first. */
  private write(first: number, steps: number, start: number): void {
    const { log, line, model, meter } = this;
    const seconds = (steps * (line.at(first) + line.at(first + steps - 1))) / 2e9;
    let largest = this.batches[0] as Batch;
    for (const batch of this.batches) {
      if (batch.tokens > largest.tokens) largest = batch;
      if (batch.tokens === 0) continue;
      meter.timeline?.batch(batch);
      this.addWork(batch, steps);
    }
    const sequence = model.mode(largest.tokens) === "sequence";
    (sequence ? log.sequence : log.tensor).addStretch(largest, steps, seconds);
    log.blockedSeconds[this.blockedBy] = (log.blockedSeconds[this.blockedBy] as number) + seconds;
    meter.timeline?.step(this.instance, start, this.to, sequence, steps);
  }

  /** Of so many steps behind that of the batch: as a rule it grows evenly, so that the middle tells all. */
  private addWork(batch: Batch, steps: number): void {
    const { log, model } = this;
    const { decodeContext, decodeSequences } = batch;
    batch.decodeContext = decodeContext + decodeSequences;
    const first = model.bytes(batch);
    batch.decodeContext = decodeContext + steps * decodeSequences;
    const last = model.bytes(batch);
    batch.decodeContext = decodeContext + ((1 + steps) / 2) * decodeSequences;
    const middle = model.bytes(batch);
    if (Math.abs(first + last - 2 * middle) <= lineError * middle) {
      log.flops += steps * model.flops(batch);
      log.bytes += steps * middle;
    } else
      for (let step = 1; step <= steps; step++) {
        batch.decodeContext = decodeContext + step * decodeSequences;
        log.flops += model.flops(batch);
        log.bytes += model.bytes(batch);
      }
    batch.decodeContext = decodeContext;
  }

  private tokensOfStep(): number {
    let tokens = 0;
    for (const batch of this.batches) tokens += batch.decodeSequences;
    return tokens;
  }

  private usedBlocks(): number {
    let blocks = 0;
    for (const scheduler of this.schedulers) blocks += scheduler.usedBlocks;
    return blocks;
  }
}
