/** Requests of a run as they are drawn, one behind the other in flat arrays. */
export class RequestDraft {
  count = 0;
  readonly promptTokens: Int32Array;
  readonly outputTokens: Int32Array;
  readonly sessions: Int32Array;
  readonly classOf: Uint8Array;
  /** It is sent when the request before it is answered, after `thinkSeconds`. */
  readonly follows: Uint8Array;
  readonly thinkSeconds: Float64Array;
  readonly prefixStart: Int32Array;
  /** Ids given to blocks so far. */
  distinctIds = 0;
  private ids = new Int32Array(1024);
  private idCount = 0;

  constructor(
    readonly size: number,
    private readonly mostIds: number,
  ) {
    this.promptTokens = new Int32Array(size);
    this.outputTokens = new Int32Array(size);
    this.sessions = new Int32Array(size).fill(-1);
    this.classOf = new Uint8Array(size);
    this.follows = new Uint8Array(size);
    this.thinkSeconds = new Float64Array(size);
    this.prefixStart = new Int32Array(size + 1);
  }

  get isFull(): boolean {
    return this.count === this.size;
  }

  /** Prefix blocks beyond what a run can name. */
  get isTooLong(): boolean {
    return this.idCount > this.mostIds;
  }

  get prefixIds(): Int32Array {
    return this.ids.subarray(0, this.idCount);
  }

  /** A new request, whose blocks are added next. */
  add(promptTokens: number, outputTokens: number, classOf: number): number {
    const r = this.count++;
    this.promptTokens[r] = promptTokens;
    this.outputTokens[r] = outputTokens;
    this.classOf[r] = classOf;
    this.prefixStart[r + 1] = this.idCount;
    return r;
  }

  /** The first blocks of the request added last. */
  addIds(ids: Int32Array, count: number): void {
    if (this.idCount + count > this.mostIds) {
      this.idCount = this.mostIds + 1;
      return;
    }
    const needed = this.idCount + count;
    if (needed > this.ids.length) {
      const larger = new Int32Array(Math.min(this.mostIds, Math.max(needed, this.ids.length * 2)));
      larger.set(this.ids);
      this.ids = larger;
    }
    this.ids.set(count === ids.length ? ids : ids.subarray(0, count), this.idCount);
    this.idCount = needed;
    this.prefixStart[this.count] = needed;
  }

  newId(): number {
    return this.distinctIds++;
  }
}
