import type { Slo } from "../../deployment/deployment.ts";
import type { GapKind, RateStage } from "./arrivals.ts";

/** Lengths in tokens: a number, or a distribution (interfaces.md). */
export type Length =
  | number
  | { readonly uniform: readonly [number, number] }
  | { readonly normal: readonly [mean: number, sd: number, min: number, max: number] }
  | { readonly lognormal: readonly [mean: number, sd: number, min: number, max: number] }
  | { readonly values: readonly number[] };

/** Time in seconds: a number, or a distribution. */
export type Seconds =
  | number
  | { readonly exponential: number }
  | { readonly uniform: readonly [number, number] }
  | { readonly lognormal: readonly [mean: number, sd: number, min: number, max: number] };

export interface SharedPrefix {
  readonly groups: number;
  readonly usersPerGroup: number;
  readonly systemPromptTokens: number;
  readonly questionTokens: Length;
  readonly outputTokens: Length;
  readonly multiTurn: boolean;
  /** Questions of one conversation: each is asked when the one before is answered and thought about, and what arrives are conversations. Absent = every question arrives by itself. */
  readonly turns?: Length;
  /** From an answer's last token to the next question. */
  readonly thinkSeconds?: Seconds;
}

/** What is said of a kind of requests in the report, and asked of it. */
export interface ClassTerms {
  readonly name: string;
  /** Absent = the deployment's. */
  readonly slo?: Slo;
}

/** Requests of one kind: a share of all, or a process of arrivals of their own. */
export interface WorkloadClass extends ClassTerms {
  /** Against the shares of the other classes. */
  readonly share?: number;
  readonly ratePerSecond?: number;
  readonly arrivals?: GapKind;
  readonly cv?: number;
  readonly promptTokens: Length;
  readonly outputTokens: Length;
  readonly sharedPrefix?: SharedPrefix;
  readonly prefixShare?: number;
}

/** A higher rate now and then. */
export interface Burst {
  readonly ratePerSecond: number;
  readonly durationSeconds: number;
  /** From the start of one to the start of the next. */
  readonly everySeconds: number;
}

export interface RequestRow {
  readonly arrivalSeconds: number;
  readonly promptTokens: number;
  readonly outputTokens: number;
  /** Chained ids of the prompt's full blocks of `prefixBlockTokens` tokens: equal ids mean equal block and equal prefix. */
  readonly prefixBlocks?: readonly number[];
  /** Rows of one conversation share it. */
  readonly session?: number;
  /** Place of its class in the workload's list. */
  readonly class?: number;
}

interface Lengths {
  readonly promptTokens: Length;
  readonly outputTokens: Length;
  /** Share of each prompt with which all of them begin, 0 … 1: what a server's prefix hits tell of its prompts. */
  readonly prefixShare?: number;
  /** In their place: users in groups with a common system prompt. */
  readonly sharedPrefix?: SharedPrefix;
  /** In their place: kinds of requests with lengths of their own. */
  readonly classes?: readonly WorkloadClass[];
}
/** How requests come that arrive by themselves. */
interface Arriving {
  readonly arrivals?: GapKind;
  /** Coefficient of variation of the gaps, for gamma and Weibull. */
  readonly cv?: number;
  readonly burst?: Burst;
  readonly stages?: readonly RateStage[];
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
    | ({ readonly kind: "open-loop"; readonly ratePerSecond: number; readonly requests: number } & Arriving & Lengths)
    | ({ readonly kind: "offline"; readonly requests: number } & Lengths)
    | ({
        readonly kind: "requests";
        readonly requests: readonly RequestRow[];
        readonly prefixBlockTokens?: number;
        readonly classes?: readonly ClassTerms[];
        /** Replaces the rows' arrivals by a process of this rate. */
        readonly ratePerSecond?: number;
      } & Arriving)
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
