/** SGLANG_INIT_NEW_TOKEN_RATIO, _MIN_NEW_TOKEN_RATIO_FACTOR, _NEW_TOKEN_RATIO_DECAY_STEPS and _RETRACT_DECODE_STEPS (environ.py of 0.5.9). */
const initial = 0.7;
const leastFactor = 0.14;
const decaySteps = 600;
const stepsAfterRetraction = 20;

/** SGLang's guess at the share of their longest answers that running requests will make: it falls with every decode step that goes well. */
export class NewTokenRatio {
  value: number;
  private readonly first: number;
  private readonly least: number;

  constructor(conservativeness: number) {
    this.first = Math.min(1, initial * conservativeness);
    this.least = this.first * leastFactor;
    this.value = this.first;
  }

  reset(): void {
    this.value = this.first;
  }

  decay(): void {
    this.value = Math.max(this.least, this.value - (this.first - this.least) / decaySteps);
  }

  /** After a retraction: what those left have made of what they may make, and some steps on. */
  retracted(made: number, requests: number, most: number): void {
    this.value = Math.min(1, (made + stepsAfterRetraction * requests) / (most + 1));
  }
}
