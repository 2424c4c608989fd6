/** What an engine's log tells of its last start. All lines are zero-based and count the text's own line breaks. */
export interface StartLog {
  readonly engine: LoggedEngine | null;
  readonly engineVersion: string | null;
  readonly model: string | null;
  /** Names that the lines tell beside it: paths of the same, or models of other engines whose lines stand between these. */
  readonly otherModels: readonly string[];
  /** Settings as the engine resolved or was given them, by the names of its flags (`max-num-seqs`); values as printed. */
  readonly settings: Readonly<Record<string, LoggedSetting>>;
  /** In the order of their place in the layout; empty where no figure was printed. */
  readonly ranks: readonly LoggedRank[];
  /** Index of the rank with the least KV cache, of rank 0 where that is not told. */
  readonly tightest: number;
  /** Figures of a whole engine; the tightest one's of a data-parallel server. */
  readonly cache: LoggedCache;
  readonly outcome: "ready" | "refused" | "unfinished";
  readonly refusal: LoggedRefusal | null;
  /** Figures that were printed with two values on one rank: left out of it. */
  readonly conflicts: readonly LoggedConflict[];
  /** Line of the start's first mark. */
  readonly line: number;
  /** The first mark is missing: the log was cut, and what stood before is unknown. */
  readonly cut: boolean;
  /** Starts before this one, oldest first. */
  readonly earlier: readonly EarlierStart[];
  /** The lines that figures were read from, cleaned of colours, each once. */
  readonly evidence: readonly { readonly line: number; readonly text: string }[];
}

export type LoggedEngine = "vllm" | "sglang" | "tensorrt-llm";

/** What a figure of one rank is of; those that a memory plan also has carry its names. */
export type LoggedPart =
  /** What the driver reports. */
  | "total"
  /** Free when the worker began. */
  | "free"
  | "budget"
  | "weights"
  /** Of a draft model that was loaded by itself. */
  | "draft-weights"
  | "activation"
  | "non-torch"
  /** Where the engine prints only their sum (vLLM from 0.24). */
  | "weights-and-non-torch"
  | "graphs"
  /** Taken out of the budget before graphs are captured (VM04). */
  | "graphs-estimate"
  | "kv-cache"
  /** States of mamba and linear attention layers (SGLang). */
  | "recurrent-state";

export interface LoggedFigure {
  /** Bytes, or a count. */
  readonly value: number;
  /** The last printed digit's worth: what two phrasings of the same figure may differ by. */
  readonly step: number;
  readonly line: number;
  /** Worked out of other printed figures (peak − weights). */
  readonly derived: boolean;
}

export interface LoggedRank {
  /** As the log names it: `Worker_TP0`, `DP0 TP0 EP0`; `rank 0` where it names none. */
  readonly label: string;
  /** Pipeline stage; 0 where the log names none. */
  readonly stage: number;
  readonly figures: Readonly<Partial<Record<LoggedPart, LoggedFigure>>>;
}

export type CachePart = "tokens" | "blocks" | "block-tokens" | "token-bytes" | "concurrency" | "concurrency-tokens";

/** `concurrency` requests of `concurrency-tokens` each. */
export type LoggedCache = Readonly<Partial<Record<CachePart, LoggedFigure>>>;

export interface LoggedSetting {
  readonly value: string;
  readonly line: number;
  /** On the engine's command line, not its default. */
  readonly written: boolean;
}

export interface LoggedConflict {
  readonly part: LoggedPart | CachePart;
  readonly rank: string;
  readonly values: readonly [number, number];
  readonly lines: readonly [number, number];
}

export type RefusalKind =
  /** Nothing left for the cache (VM06, SM08). */
  | "no-kv-memory"
  /** One request of max-model-len does not fit (VM07). */
  | "model-len"
  /** Less is free than was asked for (VM02). */
  | "free-memory"
  | "out-of-memory"
  /** Other processes gave memory back while it was measured (VM25). */
  | "profiling"
  /** Heads or sizes that cannot be split (VP01, VP04). */
  | "indivisible"
  /** max-model-len above what the model was made for (VS01). */
  | "above-model"
  | "gpu-count"
  | "dtype"
  | "arguments"
  | "download"
  | "other";

export interface LoggedRefusal {
  readonly kind: RefusalKind;
  /** The engine's own sentence. */
  readonly text: string;
  readonly line: number;
  /** How far the start had come. */
  readonly phase: "starting" | "loading" | "profiling" | "capturing" | "warming-up";
  readonly figures: RefusalFigures;
}

export interface RefusalFigures {
  readonly neededBytes?: number;
  readonly availableBytes?: number;
  readonly totalBytes?: number;
  readonly maxModelLen?: number;
  /** The longest length that the engine says would fit. */
  readonly longestModelLen?: number;
}

export interface EarlierStart {
  readonly line: number;
  readonly engineVersion: string | null;
  readonly model: string | null;
  readonly outcome: StartLog["outcome"];
  readonly refusal: RefusalKind | null;
}
