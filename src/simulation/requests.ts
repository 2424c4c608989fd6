import type { TimelineLog } from "./timeline/timeline-log.ts";
import type { Load } from "./workload/load.ts";

export const waiting = 0;
/** Running, with prompt left to compute. */
export const prefilling = 1;
/** Its chunk is in a step that has not ended. */
export const computing = 2;
export const decoding = 3;
export const done = 4;
/** Its prompt is computed, and its cache lies with the prefill instance. */
export const handedOver = 5;
/** Its cache is on the way to blocks of the decode instance. */
export const pulling = 6;
/** Its prompt is computed elsewhere, and it queues for room in the core that decodes it. */
export const queued = 7;
/** Turned away when it arrived. */
export const refused = 8;
/** Its prompt's start is on the way from a store to blocks that it holds. */
export const loading = 9;
/** It has come, and waits for stores to bring what they have of it nearer. */
export const prefetching = 10;
/** Its prompt's start is on the way from another node to the one of the core that computes the rest. */
export const copying = 11;

/** What a request does when its prompt is computed: it stays to its end, */
export const stays = 0;
/** leaves with its cache alone, so that the core that decodes it computes the prompt's last token again, */
export const leavesWithCache = 1;
/** leaves with its first token, which goes out when it joins a step there, */
export const leavesWithToken = 2;
/** or leaves when the client has its first token already. */
export const leavesAnswered = 3;

/** How the cache of one that leaves moves: when the core that decodes it has room, */
export const pulled = 0;
/** as soon as its prompt is computed, */
export const pushed = 1;
/** or layer by layer while its prompt is computed. */
export const streamed = 2;

/** All state of all requests of a run, by request. Times in nanoseconds of the run's clock, NaN = not reached. */
export class Requests {
  readonly count: number;
  readonly prompt: Int32Array;
  readonly output: Int32Array;
  readonly prefixStart: Int32Array;
  readonly prefixIds: Int32Array;
  /** Tokens from the start whose content the ids tell. */
  readonly keyedTokens: Int32Array;
  readonly prefixBlockTokens: number;
  readonly distinctPrefixIds: number;
  /** The ids of some request tell blocks of its answer, too. */
  readonly namesAnswers: boolean;
  /** Whose conversation it belongs to; −1 = nobody knows. */
  readonly session: Int32Array;

  readonly arrival: Float64Array;
  readonly firstScheduled: Float64Array;
  /** Nanoseconds that it waited for room in its decode instance; NaN where it never had one. */
  readonly decodeQueue: Float64Array;
  readonly firstToken: Float64Array;
  readonly finished: Float64Array;
  /** End of the step that made its newest token; kept only while it is not decoding in a cohort. */
  readonly lastToken: Float64Array;
  readonly cached: Int32Array;
  readonly preemptions: Int32Array;
  readonly instance: Int32Array;
  /** Core that computes its prompt; −1 = none yet. */
  readonly promptCore: Int32Array;
  /** Core that takes its cache over; −1 = none yet, or it stays. */
  readonly decodeCore: Int32Array;
  /** What it does when its prompt is computed. */
  readonly leaving: Uint8Array;
  /** How its cache moves then. */
  readonly moving: Uint8Array;
  /** Tokens from its prompt's start that are copied from the node of that core before it is queued; 0 = none. */
  readonly copiedTokens: Int32Array;
  readonly copiedFrom: Int32Array;
  /** Tokens that its answer is expected to have at least; empty where nobody foresees any. */
  expected: Int32Array = new Int32Array(0);

  readonly state: Uint8Array;
  /** Of its prompt, in steps that have not ended. */
  readonly chunksInFlight: Uint8Array;
  /** Tokens in the KV cache; of a decoding request only as its cohort tells. */
  readonly computed: Int32Array;
  /** Tokens known: the prompt and what was generated. */
  readonly target: Int32Array;
  /** Rises with each admission: the order of the running list. */
  readonly order: Int32Array;
  readonly cohort: Int16Array;
  /** computed − steps of its cohort. */
  readonly base: Int32Array;
  /** Count of its cohort's steps after which its last token is there. */
  readonly finishAt: Int32Array;
  /** Its newest token did not come with its cohort's last step. */
  readonly odd: Uint8Array;

  readonly next: Int32Array;
  readonly previous: Int32Array;
  readonly bucketNext: Int32Array;
  readonly bucketPrevious: Int32Array;
  readonly wheelNext: Int32Array;
  readonly wheelPrevious: Int32Array;

  constructor(
    readonly load: Load,
    /** Writes down what happens to them, where somebody wants to see it. */
    readonly timeline: TimelineLog | null = null,
  ) {
    const count = load.promptTokens.length;
    this.count = count;
    this.prompt = load.promptTokens;
    this.output = load.outputTokens;
    this.prefixStart = load.prefixStart;
    this.prefixIds = load.prefixIds;
    this.prefixBlockTokens = load.prefixBlockTokens;
    this.session = load.sessions;
    this.distinctPrefixIds = load.distinctPrefixIds;
    this.keyedTokens = new Int32Array(count);
    let namesAnswers = false;
    for (let r = 0; load.distinctPrefixIds > 0 && r < count; r++) {
      const tokens = keyedTokens(load, r);
      this.keyedTokens[r] = tokens;
      if (tokens > (load.promptTokens[r] as number)) namesAnswers = true;
    }
    this.namesAnswers = namesAnswers;
    const times = () => new Float64Array(count).fill(Number.NaN);
    this.arrival = times();
    this.firstScheduled = times();
    this.decodeQueue = times();
    this.firstToken = times();
    this.finished = times();
    this.lastToken = times();
    const zeros = () => new Int32Array(count);
    this.cached = zeros();
    this.preemptions = zeros();
    this.instance = zeros().fill(-1);
    this.promptCore = zeros().fill(-1);
    this.decodeCore = zeros().fill(-1);
    this.leaving = new Uint8Array(count);
    this.moving = new Uint8Array(count);
    this.copiedTokens = zeros();
    this.copiedFrom = zeros();
    this.state = new Uint8Array(count);
    this.chunksInFlight = new Uint8Array(count);
    this.computed = zeros();
    this.target = load.promptTokens.slice();
    this.order = zeros();
    this.cohort = new Int16Array(count).fill(-1);
    this.base = zeros();
    this.finishAt = zeros();
    this.odd = new Uint8Array(count);
    const links = () => new Int32Array(count).fill(-1);
    this.next = links();
    this.previous = links();
    this.bucketNext = links();
    this.bucketPrevious = links();
    this.wheelNext = links();
    this.wheelPrevious = links();
  }
}

/** A chain may end in a partly filled block; ids beyond the prompt tell the answer's blocks too. */
function keyedTokens(load: Load, r: number): number {
  const ids = (load.prefixStart[r + 1] as number) - (load.prefixStart[r] as number);
  const covered = ids * load.prefixBlockTokens;
  const prompt = load.promptTokens[r] as number;
  const wholePrompt = Math.ceil(prompt / load.prefixBlockTokens);
  return Math.min(covered, ids > wholePrompt ? prompt + (load.outputTokens[r] as number) : prompt);
}
