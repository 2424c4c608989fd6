import type { Batch, Operator, StepModel } from "../../timing/step-model.ts";
import { emptyBatch } from "../../timing/step-model.ts";

const mostSamples = 512;
const fields = 9;
export const operators: readonly Operator[] = ["matrix", "prefill-attention", "decode-attention", "collectives", "host"];

/**
 * Time spent in one mode. Seconds are summed over every step; the split by operator is priced at the end on evenly spaced steps (at most
 * 512 of a mode, every one of a short run) and scaled to the sum, since a breakdown is too dear for each step.
 */
export class ModeLog {
  steps = 0;
  seconds = 0;
  private readonly batches = new Float64Array(mostSamples * fields);
  private samples = 0;
  private stride = 1;

  /** Steps that the split by operator rests on. */
  get pricedSteps(): number {
    return this.samples;
  }

  clear(): void {
    this.steps = 0;
    this.seconds = 0;
    this.samples = 0;
    this.stride = 1;
  }

  add(batch: Batch, seconds: number): void {
    if (this.steps % this.stride === 0) {
      if (this.samples === mostSamples) this.thin();
      if (this.steps % this.stride === 0) this.keep(batch);
    }
    this.steps++;
    this.seconds += seconds;
  }

  /**
   * So many steps that only decode, together so many seconds; `batch` is the step before them, and `gained` tells how many tokens each of its
   * sequences has gained since then by a step, counted from 0.
   */
  addStretch(batch: Batch, steps: number, seconds: number, gained: Int32Array): void {
    const before = batch.decodeContext;
    let next = this.untilKept(0);
    while (next < steps) {
      if (this.samples === mostSamples) this.thin();
      else {
        batch.decodeContext = before + (gained[next] as number) * batch.decodeSequences;
        this.keep(batch);
        next++;
      }
      next += this.untilKept(next);
    }
    batch.decodeContext = before;
    this.steps += steps;
    this.seconds += seconds;
  }

  byOperator(model: StepModel): Record<Operator, number> {
    const sums: Record<Operator, number> = { matrix: 0, "prefill-attention": 0, "decode-attention": 0, collectives: 0, host: 0 };
    let total = 0;
    const batch = emptyBatch();
    for (let i = 0; i < this.samples; i++) {
      this.read(i, batch);
      const { seconds } = model.breakdown(batch);
      for (const operator of operators) {
        sums[operator] += seconds[operator];
        total += seconds[operator];
      }
    }
    const scale = total > 0 ? this.seconds / total : 0;
    for (const operator of operators) sums[operator] *= scale;
    return sums;
  }

  /** The mean of the steps that only decoded, and how many of those kept they were; undefined without one. */
  decodeStep(): { readonly batch: Batch; readonly steps: number } | undefined {
    const batch = emptyBatch();
    let steps = 0;
    let sequences = 0;
    let context = 0;
    let drafts = 0;
    let drafting = 0;
    for (let i = 0; i < this.samples; i++) {
      this.read(i, batch);
      if (batch.prefillTokens > 0 || batch.decodeSequences === 0) continue;
      steps++;
      sequences += batch.decodeSequences;
      context += batch.decodeContext;
      drafts += batch.draftTokens;
      drafting += batch.draftSequences;
    }
    if (steps === 0) return undefined;
    const count = Math.max(1, Math.round(sequences / steps));
    const draftTokens = Math.round((drafts / sequences) * count);
    const mean = {
      ...emptyBatch(),
      tokens: count + draftTokens,
      decodeSequences: count,
      decodeContext: (context / sequences) * count,
      draftTokens,
      draftSequences: Math.round((drafting / sequences) * count),
    };
    return { batch: mean, steps };
  }

  /** Of those kept the step with the most prompt tokens, the first of several; undefined without one. */
  promptStep(): Batch | undefined {
    const batch = emptyBatch();
    let found: Batch | undefined;
    for (let i = 0; i < this.samples; i++) {
      this.read(i, batch);
      if (batch.prefillTokens > (found?.prefillTokens ?? 0)) found = { ...batch };
    }
    return found;
  }

  /** Steps to go, `ahead` steps from now, to one that is kept. */
  private untilKept(ahead: number): number {
    const rest = (this.steps + ahead) % this.stride;
    return rest === 0 ? 0 : this.stride - rest;
  }

  private keep(batch: Batch): void {
    const at = this.samples++ * fields;
    this.batches[at] = batch.tokens;
    this.batches[at + 1] = batch.prefillTokens;
    this.batches[at + 2] = batch.decodeSequences;
    this.batches[at + 3] = batch.decodeContext;
    this.batches[at + 4] = batch.prefillChunks;
    this.batches[at + 5] = batch.prefillPairs;
    this.batches[at + 6] = batch.prefillContext;
    this.batches[at + 7] = batch.draftTokens;
    this.batches[at + 8] = batch.draftSequences;
  }

  private read(i: number, batch: Batch): void {
    const at = i * fields;
    batch.tokens = this.batches[at] as number;
    batch.prefillTokens = this.batches[at + 1] as number;
    batch.decodeSequences = this.batches[at + 2] as number;
    batch.decodeContext = this.batches[at + 3] as number;
    batch.prefillChunks = this.batches[at + 4] as number;
    batch.prefillPairs = this.batches[at + 5] as number;
    batch.prefillContext = this.batches[at + 6] as number;
    batch.draftTokens = this.batches[at + 7] as number;
    batch.draftSequences = this.batches[at + 8] as number;
  }

  /** Keeps every second sample from here on and of those there are. */
  private thin(): void {
    for (let i = 0; 2 * i < mostSamples; i++) this.batches.copyWithin(i * fields, 2 * i * fields, (2 * i + 1) * fields);
    this.samples = mostSamples / 2;
    this.stride *= 2;
  }
}

/** What speculation came to, over the decode steps of a pool's schedulers. */
export class DraftLog {
  steps = 0;
  /** Steps in which something was drafted. */
  drafting = 0;
  /** Σ of decoding sequences, of the drafts that were verified, and of the tokens that they gained. */
  sequences = 0;
  drafts = 0;
  gained = 0;

  clear(): void {
    this.steps = 0;
    this.drafting = 0;
    this.sequences = 0;
    this.drafts = 0;
    this.gained = 0;
  }

  /** So many steps of a batch, in which its sequences gained so many tokens together. */
  add({ decodeSequences, draftTokens }: Batch, steps: number, gained: number): void {
    if (decodeSequences === 0) return;
    this.steps += steps;
    if (draftTokens > 0) this.drafting += steps;
    this.sequences += steps * decodeSequences;
    this.drafts += steps * draftTokens;
    this.gained += gained;
  }
}

/** Sums over the steps of one pool's instances. */
export class StepLog {
  readonly tensor = new ModeLog();
  readonly sequence = new ModeLog();
  readonly drafts = new DraftLog();
  flops = 0;
  bytes = 0;
  /** Seconds of steps by what kept the first waiting request out: index as in scheduling.ts. */
  readonly blockedSeconds = new Float64Array(4);
  /** Seconds of steps with more prompt tokens than decoding sequences. */
  prefillSeconds = 0;

  clear(): void {
    this.tensor.clear();
    this.sequence.clear();
    this.drafts.clear();
    this.flops = 0;
    this.bytes = 0;
    this.blockedSeconds.fill(0);
    this.prefillSeconds = 0;
  }

  get seconds(): number {
    return this.tensor.seconds + this.sequence.seconds;
  }
}
