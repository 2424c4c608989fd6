import type { Slo } from "../../deployment/deployment.ts";
import type { Message } from "../../deployment/message.ts";
import type { Assumption } from "../../deployment/settled.ts";
import type { MemoryPlan } from "../../memory/plan.ts";
import type { GpuPeaks } from "../../timing/operators/achieved.ts";
import type { OperatorShare } from "../../timing/operators/operator.ts";
import type { Basis, Operator, StepMode } from "../../timing/step-model.ts";
import type { Drafted } from "../engine/drafted.ts";
import type { LoadUse, TierUse } from "../kv-tiers/tiers-use.ts";
import type { ServedBy } from "../placement/first-token.ts";
import type { TimelineLog } from "../timeline/timeline-log.ts";
import type { WorkloadNumbers } from "../workload/workload.ts";
import type { Cost } from "./cost.ts";
import type { GapsOverTime } from "./gap-counts.ts";

export interface Quantiles {
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
}

/** What the caches did, and the stores behind them where there are some. */
export interface CacheUse {
  readonly capacityTokens: number;
  /** Of the fullest cache, where several engine cores have one of their own. */
  readonly peakUsage: number;
  /** Prompt tokens that the GPUs' own caches had, at a request's first look. */
  readonly prefixHitRate: number;
  readonly tiers?: readonly TierUse[];
  /** One a pool that has stores behind its caches. */
  readonly loads?: readonly LoadUse[];
}

/** The summary of interfaces.md, in its words. */
export interface Summary {
  readonly requests: number;
  /** Turned away when they arrived; absent where none was. */
  readonly refused?: number;
  readonly durationSeconds: number;
  readonly ttftSeconds: Quantiles;
  readonly tpotSeconds: Quantiles;
  readonly itlSeconds: Quantiles;
  readonly e2eSeconds: Quantiles;
  readonly queueSeconds: Quantiles;
  readonly requestsPerSecond: number;
  readonly outputTokensPerSecond: number;
  readonly totalTokensPerSecond: number;
  readonly outputTokensPerSecondPerGpu: number;
  /** Share of requests within all limits, refused ones being outside; null without limits. */
  readonly sloAttainment: number | null;
  readonly goodputRequestsPerSecond: number | null;
  /** Absent where requests are all of one kind. */
  readonly classes?: readonly ClassSummary[];
  readonly kvCache: CacheUse;
  readonly preemptions: number;
  readonly mfu: number;
  readonly mbu: number;
  /** Share of the time in which the busiest port between pools moves caches; absent where none move. */
  readonly linkShare?: number;
  /** Absent where a GPU's price is not known. */
  readonly cost?: Cost;
  /** Of the cards' limits of power; absent where one is not known. */
  readonly mostJoulesPerOutputToken?: number;
  readonly shift: { readonly tensorSteps: number; readonly sequenceSteps: number };
  /** Absent without speculation. */
  readonly speculation?: Drafted;
}

/** One kind of requests, in the words of the summary. */
export interface ClassSummary {
  readonly name: string;
  /** Its own limits, or else the deployment's. */
  readonly slo: Slo | null;
  readonly requests: number;
  readonly refused?: number;
  readonly ttftSeconds: Quantiles;
  readonly tpotSeconds: Quantiles;
  readonly e2eSeconds: Quantiles;
  readonly queueSeconds: Quantiles;
  readonly requestsPerSecond: number;
  readonly outputTokensPerSecond: number;
  readonly sloAttainment: number | null;
  readonly goodputRequestsPerSecond: number | null;
}

/** Per request, in the order in which they were drawn: that of arrival, unless conversations go on; all arrays have the same length. Times in seconds since the run's start, NaN = not reached. */
export interface RequestRecords {
  readonly arrival: Float64Array;
  readonly firstScheduled: Float64Array;
  /** Seconds that it waited for room in its decode instance; NaN where one instance computes prompt and answer. */
  readonly decodeQueue: Float64Array;
  readonly firstToken: Float64Array;
  readonly finished: Float64Array;
  readonly promptTokens: Int32Array;
  readonly outputTokens: Int32Array;
  readonly cachedTokens: Int32Array;
  readonly preemptions: Int32Array;
  readonly instance: Int32Array;
  /** Its place among the summary's classes; absent where there are none. */
  readonly classOf?: Uint8Array;
  /** 1 = turned away when it arrived; absent where none was. */
  readonly refused?: Uint8Array;
}

/** Evenly spaced in time; `t[i]` is the end of interval i. Means over the interval unless the name says otherwise. */
export interface TimeSeries {
  readonly t: Float64Array;
  readonly arrivalsPerSecond: Float64Array;
  readonly running: Float64Array;
  readonly waiting: Float64Array;
  /** 0 … 1. */
  readonly kvUsage: Float64Array;
  readonly promptTokensPerSecond: Float64Array;
  readonly outputTokensPerSecond: Float64Array;
  /** Share of busy time in steps that ran as sequence parallel, 0 … 1; NaN where idle. */
  readonly sequenceShare: Float64Array;
  readonly busyShare: Float64Array;
  readonly preemptionsPerSecond: Float64Array;
  /** 0 … 1, of each of the summary's tiers; absent where there are none. */
  readonly tierUsage?: readonly Float64Array[];
}

export interface ModeTime {
  readonly mode: StepMode;
  /** `TP 2 × SP 4`. */
  readonly label: string;
  readonly steps: number;
  readonly seconds: number;
  readonly byOperator: Readonly<Record<Operator, number>>;
}

/** What one step of a run is made of. */
export interface StepAnatomy {
  readonly kind: "decode" | "prefill";
  /** `TP 2 × SP 4`. */
  readonly label: string;
  readonly tokens: number;
  readonly promptTokens: number;
  readonly decodeSequences: number;
  /** Tokens of context of a decoding sequence on average. */
  readonly meanContext: number;
  readonly seconds: number;
  /** On one GPU of every stage. */
  readonly operators: readonly OperatorShare[];
  readonly peaks: GpuPeaks;
}

export type Resource =
  | "prefill-compute"
  | "decode-bandwidth"
  | "kv-cache"
  | "kv-transfer"
  | "front-end"
  | "collectives"
  | "host"
  | "max-num-seqs"
  | "token-budget"
  | "arrivals"
  | "client";

/** What limits the run, with the numbers its sentence needs and the interval it points at. */
export interface Bottleneck {
  readonly resource: Resource;
  readonly sentence: string;
  readonly from: number | null;
  readonly to: number | null;
}

export interface Report {
  readonly id: string;
  readonly name: string;
  readonly summary: Summary;
  readonly slo: Slo | null;
  readonly workload: WorkloadNumbers & { readonly name: string };
  readonly requests: RequestRecords;
  readonly series: TimeSeries;
  /** In the buckets that were asked for; absent where none were. */
  readonly gaps?: GapsOverTime;
  readonly modes: readonly ModeTime[];
  /** A typical step that only decodes, and the one with the most prompt tokens; those that ran. */
  readonly anatomy: readonly StepAnatomy[];
  readonly bottleneck: Bottleneck;
  /** Spans in which the cache was full, etc., drawn through all rows. */
  readonly causes: readonly { readonly from: number; readonly to: number; readonly resource: Resource; readonly text: string }[];
  /** The queue never empties: percentiles would only measure how long the run lasted. */
  readonly saturated: {
    readonly mostRequestsPerSecond: number;
    readonly waitingAtEnd: number;
    readonly ttftGrowthPerSecond: number;
  } | null;
  /** Stopped before its end, at this simulated second. */
  readonly stoppedAtSeconds: number | null;
  readonly memory: MemoryPlan;
  readonly layout: string;
  readonly gpus: number;
  readonly gpuName: string;
  readonly engine: string;
  /** Which scheduler of which version was followed. */
  readonly scheduler: string;
  /** Absent where one instance computes prompt and answer of a request. */
  readonly served?: ServedBy;
  /** How requests are spread over instances; absent with one. */
  readonly routing?: string;
  readonly assumed: readonly Assumption[];
  readonly confidence: {
    readonly timing: Basis;
    /** Relative half-widths of 80 % bands: of a step, and of the mean time to the first token. */
    readonly timingBand: number;
    readonly firstTokenBand: number;
    readonly memory: string;
    /** Whether steps are as a run of this deployment measured them; absent where none was measured. */
    readonly calibration?: { readonly words: Message; readonly refused: Message | null };
  };
  readonly warnings: readonly string[];
  readonly seed: number;
}

/** Run outcome: a report, or why there is none. */
export type Outcome =
  | { readonly report: Report; readonly error?: undefined }
  | {
      readonly report?: undefined;
      readonly error: { readonly code: "does-not-fit" | "unsupported" | "bad-workload" | "missing"; readonly message: string };
    };

export interface RunControl {
  /** Takes each step on its own: slower, and by another way to the same requests at the same times. */
  readonly stepwise?: boolean;
  /** Looked at now and then; an AbortSignal fits. */
  readonly signal?: { readonly aborted: boolean };
  /** Simulated seconds and requests finished so far, at most a few times a simulated minute. */
  readonly progress?: (state: { readonly simulatedSeconds: number; readonly finished: number; readonly total: number }) => void;
  /** Writes down what happens; it is the caller's, to be taken from when the run is over. */
  readonly timeline?: TimelineLog;
  /** Bounds in seconds, rising, of the buckets that gaps between tokens are counted in. */
  readonly gapBounds?: readonly number[];
}
