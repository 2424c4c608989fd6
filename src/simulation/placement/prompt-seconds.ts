import { type Batch, emptyBatch, type StepModel } from "../../timing/step-model.ts";

/** Seconds that one instance takes for a prompt by itself: what schedulers that know their engine's speed go by. */
export class PromptSeconds {
  private readonly batch: Batch = emptyBatch();
  private lastTokens = -1;
  private lastCached = -1;
  private lastSeconds = 0;

  constructor(
    private readonly model: StepModel,
    /** Tokens of one step. */
    private readonly chunkTokens: number,
    /** The next chunk enters the first stage as soon as the one before it has left it. */
    private readonly chunksOverlap: boolean,
  ) {}

  /** Of a prompt of so many tokens whose first `cached` ones are in the cache. */
  of(tokens: number, cached: number): number {
    if (tokens !== this.lastTokens || cached !== this.lastCached) {
      this.lastSeconds = this.sum(tokens, cached);
      this.lastTokens = tokens;
      this.lastCached = cached;
    }
    return this.lastSeconds;
  }

  private sum(tokens: number, cached: number): number {
    const { model, batch, chunksOverlap } = this;
    let seconds = 0;
    let last = 0;
    for (let at = cached; at < tokens; at += this.chunkTokens) {
      const chunk = Math.min(this.chunkTokens, tokens - at);
      batch.tokens = chunk;
      batch.prefillTokens = chunk;
      batch.prefillChunks = 1;
      batch.prefillPairs = chunk * (at + chunk / 2);
      batch.prefillContext = at;
      last = model.stepSeconds(batch);
      seconds += chunksOverlap ? last / model.stages : last;
    }
    // The last chunk goes on through the other stages alone.
    return chunksOverlap ? seconds + last - last / model.stages : seconds;
  }
}
