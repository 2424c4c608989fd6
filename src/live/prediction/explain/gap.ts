import type { Message } from "../../../deployment/message.ts";
import type { ComparedMetric, ComparedUnit } from "../compared-metrics.ts";

/** What is changed, one after the other, on the way from the file as written to the live server. */
export type GapTerm = "load" | "lengths" | "prefix" | "server-settings" | "step-time" | "not-explained";

/** The one thing that weighs most in a gap. */
export type GapCause =
  /** Live lies within what was predicted. */
  | "none"
  /** It does not, and no single thing explains it. */
  | "cannot-tell"
  /** The load is not what was assumed. */
  | "rate"
  | "prompts"
  | "outputs"
  | "prefix-hits"
  /** The server is not as planned. */
  | "kv-cache"
  | "batch"
  | "prefill-share"
  | "preemptions"
  /** Its steps take another time than predicted: those that decode, those with prompts, all of them, or what the host adds to each. */
  | "decode-steps"
  | "prefill-steps"
  | "steps"
  | "host-overhead"
  /** Between GPUs, or between pools. */
  | "slow-link"
  /** Requests waited where the server does not count: in a proxy, at the front end. */
  | "outside-queue";

export interface GapStep {
  readonly term: GapTerm;
  /** Where the metric stands with this term and all before it taken in. */
  readonly value: number;
  /** One sentence with its numbers; null where nothing differs, or nothing is known. */
  readonly evidence: Message | null;
}

/** Why the metric furthest outside its range is not where it was predicted. */
export interface Gap {
  readonly metric: ComparedMetric;
  readonly unit: ComparedUnit;
  /** For the file as written, with the workload that was assumed for it. */
  readonly predicted: number;
  readonly live: number;
  /** Bounds between which a measured quantile is known to lie; null where the value itself is known. */
  readonly bucket: readonly [low: number, high: number] | null;
  /** All terms in their order; the last one stands where live does. */
  readonly steps: readonly GapStep[];
  readonly cause: GapCause;
  readonly sentence: Message;
}
