import { type Batch, emptyBatch, type StepModel } from "../../timing/step-model.ts";

/** Share by which a step on a line may be off: some roundings of sums. */
export const lineError = 1e-13;

/**
 * How long consecutive steps take that only decode the same requests: their contexts grow evenly, and their times with them. Each is rounded
 * to whole nanoseconds as a step alone is; where the line comes too near to a half to tell, the model is asked.
 */
export class StepLine {
  /** Nanoseconds of step 1, not rounded, and how many more each further step takes. */
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
   * Through the steps 1 … `most` behind those of batches that run side by side, or as many of them as lie on a line and have the same batch
   * as their slowest; returns their number.
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
  at(step: number): number {
    return this.first + this.growth * (step - 1);
  }

  /** In whole nanoseconds. */
  duration(step: number): number {
    const nanoseconds = this.first + this.growth * (step - 1);
    const whole = Math.round(nanoseconds);
    if (Math.abs(nanoseconds - whole) <= 0.5 - this.slack) return Math.max(1, whole);
    this.isCertain = false;
    return Math.max(1, Math.round(this.modelled(this.slowest, this.context, step)));
  }

  private slowestAt(batches: readonly Batch[], step: number): number {
    let most = -1;
    for (const batch of batches) {
      if (batch.tokens === 0) continue;
      const nanoseconds = this.modelled(batch, batch.decodeContext, step);
      if (nanoseconds > most) {
        most = nanoseconds;
        this.slowest = batch;
      }
    }
    return most;
  }

  private modelled({ tokens, decodeSequences, meanTokens }: Readonly<Batch>, context: number, step: number): number {
    const { asked } = this;
    asked.tokens = tokens;
    asked.decodeSequences = decodeSequences;
    asked.decodeContext = context + step * decodeSequences;
    asked.meanTokens = meanTokens;
    return this.model.stageSeconds(asked, 0) * 1e9;
  }
}
