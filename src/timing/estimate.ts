import type { Basis } from "./step-model.ts";

/** What can be said in closed form, at once: never a percentile under load. */
export interface Estimate {
  readonly promptTokens: number;
  readonly outputTokens: number;
  /** One request alone. */
  readonly ttftSeconds: number;
  readonly tpotSeconds: number;
  readonly e2eSeconds: number;
  /** Tokens per second one user sees at one request: 1 / tpot. */
  readonly userTokensPerSecond: number;
  /** Most requests at once that KV cache and max-num-seqs allow, for these lengths. */
  readonly largestBatch: number;
  /** Rate of the whole deployment, all instances, that it can hold at most. */
  readonly mostRequestsPerSecond: number;
  readonly mostOutputTokensPerSecond: number;
  readonly basis: Basis;
  /** Relative half-widths of the 80 % bands: of steps, and of the first token. */
  readonly band: number;
  readonly firstTokenBand: number;
}
