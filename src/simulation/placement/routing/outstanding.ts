/** What has been sent to each target and has not come back, as whoever sends it can count. */
export class Outstanding {
  readonly requests: Int32Array;
  /** Tokens of prompts that are not computed yet. */
  readonly promptTokens: Float64Array;

  constructor(size: number) {
    this.requests = new Int32Array(size);
    this.promptTokens = new Float64Array(size);
  }

  sent(target: number, promptTokens: number): void {
    this.requests[target] = (this.requests[target] as number) + 1;
    this.promptTokens[target] = (this.promptTokens[target] as number) + promptTokens;
  }

  promptDone(target: number, promptTokens: number): void {
    this.promptTokens[target] = (this.promptTokens[target] as number) - promptTokens;
  }

  left(target: number): void {
    this.requests[target] = (this.requests[target] as number) - 1;
  }
}
