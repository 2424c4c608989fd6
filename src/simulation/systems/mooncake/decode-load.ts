import { type Batch, emptyBatch, type StepModel } from "../../../timing/step-model.ts";
import type { Requests } from "../../requests.ts";

/** What one core that decodes can take. */
export interface DecodeRoom {
  readonly model: StepModel;
  readonly usableTokens: number;
  readonly maxNumSeqs: number;
}

/**
 * Load of the cores that decode, 1 = as much as limits allow: the time of a step against the limit between tokens, and memory and sequences
 * against what there is (Mooncake, arXiv 2407.00079, section 7.1). Answers' lengths are not known, their mean time so far is.
 */
export class DecodeLoad {
  private readonly batch: Batch = emptyBatch();
  /** First of the requests that a core has or will have; follow `next`. */
  private readonly first: Int32Array;
  private readonly next: Int32Array;
  private readonly previous: Int32Array;
  private readonly core: Int32Array;
  /** When its prompt is expected to be computed, or was. */
  private readonly startsAt: Float64Array;
  private readonly decodes: Uint8Array;
  private readonly assignedTokens: Float64Array;
  private finished = 0;
  private decodeNanoseconds = 0;

  constructor(
    private readonly requests: Pick<Requests, "count" | "prompt">,
    private readonly rooms: readonly DecodeRoom[],
    private readonly tbtLimitSeconds: number,
  ) {
    this.first = new Int32Array(rooms.length).fill(-1);
    this.next = new Int32Array(requests.count);
    this.previous = new Int32Array(requests.count);
    this.core = new Int32Array(requests.count);
    this.startsAt = new Float64Array(requests.count);
    this.decodes = new Uint8Array(requests.count);
    this.assignedTokens = new Float64Array(rooms.length);
  }

  /** The core with the smallest share of its tokens assigned. */
  lightest(): number {
    let best = 0;
    for (let d = 1; d < this.rooms.length; d++) if (this.assignedShare(d) < this.assignedShare(best)) best = d;
    return best;
  }

  /** A request will decode there once its prompt is computed. */
  assign(r: number, d: number, startsAt: number): void {
    const head = this.first[d] as number;
    this.core[r] = d;
    this.startsAt[r] = startsAt;
    this.decodes[r] = 0;
    this.next[r] = head;
    this.previous[r] = -1;
    if (head >= 0) this.previous[head] = r;
    this.first[d] = r;
    this.assignedTokens[d] = (this.assignedTokens[d] as number) + (this.requests.prompt[r] as number);
  }

  /** Its prompt is computed. */
  begin(r: number, now: number): void {
    this.startsAt[r] = now;
    this.decodes[r] = 1;
  }

  finish(r: number, now: number): void {
    const d = this.core[r] as number;
    const before = this.previous[r] as number;
    const after = this.next[r] as number;
    if (before >= 0) this.next[before] = after;
    else this.first[d] = after;
    if (after >= 0) this.previous[after] = before;
    this.assignedTokens[d] = (this.assignedTokens[d] as number) - (this.requests.prompt[r] as number);
    this.finished++;
    this.decodeNanoseconds += now - (this.startsAt[r] as number);
  }

  /** With a request more, of those that decode there now. */
  withOneMore(r: number, d: number): number {
    let sequences = 1;
    let context = this.requests.prompt[r] as number;
    for (let other = this.first[d] as number; other >= 0; other = this.next[other] as number) {
      if (this.decodes[other] !== 1) continue;
      sequences++;
      context += this.requests.prompt[other] as number;
    }
    return this.load(sequences, context, d);
  }

  /** With a request more, of those that are expected to decode there at `time`: each does so for the mean time of those before. */
  expectedWithOneMore(r: number, d: number, time: number): number {
    const decodeTime = this.finished > 0 ? this.decodeNanoseconds / this.finished : Number.POSITIVE_INFINITY;
    let sequences = 1;
    let context = this.requests.prompt[r] as number;
    for (let other = this.first[d] as number; other >= 0; other = this.next[other] as number) {
      const starts = this.startsAt[other] as number;
      if (starts > time || starts + decodeTime < time) continue;
      sequences++;
      context += this.requests.prompt[other] as number;
    }
    return this.load(sequences, context, d);
  }

  private load(sequences: number, context: number, d: number): number {
    const { model, usableTokens, maxNumSeqs } = this.rooms[d] as DecodeRoom;
    const { batch } = this;
    batch.tokens = sequences;
    batch.decodeSequences = sequences;
    batch.decodeContext = context;
    return Math.max(model.stepSeconds(batch) / this.tbtLimitSeconds, context / usableTokens, sequences / maxNumSeqs);
  }

  private assignedShare(d: number): number {
    return (this.assignedTokens[d] as number) / (this.rooms[d] as DecodeRoom).usableTokens;
  }
}
