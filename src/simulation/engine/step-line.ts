import { type Batch, emptyBatch, type StepModel } from "../../timing/step-model.ts";

/** Share by which a step on a line may be off: some roundings of sums. */
export const lineError = 1e-13;

/**
 * How long steps take that only decode the same requests, by the tokens that each of these has gained since step 0: contexts grow evenly with
 * them, and times do. Each is rounded to whole nanoseconds as a step alone is; where the line comes too near to a half to tell, the model is
 * asked.
 */
export class StepLine {
  /** Nanoseconds of the step behind the first gained token, not rounded, and how many more each further token makes it. */
  first = 0;
  growth = 0;
  /** No step so far was so near to a half that the model had to be asked. */
  isCertain = true;
  private slack = 0;
  /** Step 0 of the slowest batch. */
  private slowest: Readonly<Batch> = emptyBatch();
  private context = 0;
  private readonly asked: Batch = emptyBatch();

  constructor(private readonly model: StepModel) {}

  /**
   * Through the steps behind 1 … `most` gained tokens of batches that run side by side, or as many tokens as give a line and have the same
   * batch as their slowest; returns how many.
   */
  fit(batches: readonly Batch[], most: number): number {
    for (let last = most; last > 0; last = last >> 1) {
      const end = this.slowestAt(batches, last);
      const { slowest } = this;
      this.first = this.slowestAt(batches, 1);
      this.context = this.slowest.decodeContext;
      this.growth = last > 1 ? (end - this.first) / (last - 1) : 0;
      this.slack = lineError * Math.max(this.first, end);
      this.isCertain = true;
      // A bend anywhere between the ends shows in the middle.
      const middle = (last + 1) >> 1;
      const isStraight = Math.abs(this.modelled(slowest, this.context, middle) - this.at(middle)) <= this.slack;
      if (isStraight && this.slowest === slowest && end < Number.MAX_SAFE_INTEGER) return last;
    }
    return 0;
  }

  /** Not rounded. */
  at(gained: number): number {
    return this.first + this.growth * (gained - 1);
  }

  /** In whole nanoseconds. */
  duration(gained: number): number {
    const nanoseconds = this.first + this.growth * (gained - 1);
    const whole = Math.round(nanoseconds);
    if (Math.abs(nanoseconds - whole) <= 0.5 - this.slack) return Math.max(1, whole);
    this.isCertain = false;
    return Math.max(1, Math.round(this.modelled(this.slowest, this.context, gained)));
  }

  private slowestAt(batches: readonly Batch[], gained: number): number {
    let most = -1;
    for (const batch of batches) {
      if (batch.tokens === 0) continue;
      const nanoseconds = this.modelled(batch, batch.decodeContext, gained);
      if (nanoseconds > most) {
        most = nanoseconds;
        this.slowest = batch;
      }
    }
    return most;
  }

  private modelled(batch: Readonly<Batch>, context: number, gained: number): number {
    const { asked } = this;
    asked.tokens = batch.tokens;
    asked.decodeSequences = batch.decodeSequences;
    asked.decodeContext = context + gained * batch.decodeSequences;
    asked.draftTokens = batch.draftTokens;
    asked.draftSequences = batch.draftSequences;
    asked.meanTokens = batch.meanTokens;
    return this.model.stageSeconds(asked, 0) * 1e9;
  }
}
