/** Lengths in tokens: a number, or a distribution (interfaces.md). */
export type Length =
  | number
  | { readonly uniform: readonly [number, number] }
  | { readonly normal: readonly [mean: number, sd: number, min: number, max: number] }
  | { readonly lognormal: readonly [mean: number, sd: number, min: number, max: number] }
  | { readonly values: readonly number[] };

export interface SharedPrefix {
  readonly groups: number;
  readonly usersPerGroup: number;
  readonly systemPromptTokens: number;
  readonly questionTokens: Length;
  readonly outputTokens: Length;
  readonly multiTurn: boolean;
}

export interface RequestRow {
  readonly arrivalSeconds: number;
  readonly promptTokens: number;
  readonly outputTokens: number;
  /** Chained ids of the prompt's full blocks of `prefixBlockTokens` tokens: equal ids mean equal block and equal prefix. */
  readonly prefixBlocks?: readonly number[];
  /** Rows of one conversation share it. */
  readonly session?: number;
}

interface Lengths {
  readonly promptTokens: Length;
  readonly outputTokens: Length;
}
interface Common {
  readonly name?: string;
  /** Where its lengths come from, in words. */
  readonly source?: string;
  readonly maxInFlight?: number;
  readonly warmup?: number;
}

export type Workload = Common &
  (
    | ({ readonly kind: "closed-loop"; readonly concurrency: number; readonly requests: number } & Lengths)
    | ({
        readonly kind: "open-loop";
        readonly ratePerSecond: number;
        readonly arrivals?: "poisson" | "constant" | "gamma";
        /** Coefficient of variation of the gaps, for gamma. */
        readonly cv?: number;
        readonly stages?: readonly { readonly ratePerSecond: number; readonly durationSeconds: number }[];
        readonly requests: number;
        readonly sharedPrefix?: SharedPrefix;
      } & Lengths)
    | ({ readonly kind: "offline"; readonly requests: number } & Lengths)
    | {
        readonly kind: "requests";
        readonly requests: readonly RequestRow[];
        readonly prefixBlockTokens?: number;
        /** Replace the rows' arrivals by a Poisson or gamma process of this rate. */
        readonly ratePerSecond?: number;
        readonly cv?: number;
      }
  );

/** What the page always says in numbers about a workload. */
export interface WorkloadNumbers {
  readonly requests: number;
  readonly promptMean: number;
  readonly promptP95: number;
  readonly outputMean: number;
  readonly outputP95: number;
  /** Requests per second offered; null for closed loop and offline. */
  readonly ratePerSecond: number | null;
  /** Coefficient of variation of the gaps between arrivals; null where there are none. */
  readonly burstiness: number | null;
  /** Share of prompt tokens that repeat an earlier prefix, with an endless cache. */
  readonly repeatedPrefix: number;
  readonly source: string;
}
