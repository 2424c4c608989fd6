import type { Length } from "../../simulation/workload/workload.ts";

export type BenchmarkTool = "vllm-bench" | "sglang-bench" | "guidellm" | "aiperf" | "genai-perf" | "inference-perf" | "llmperf";

/** Names of the load generators as they write them. */
export const toolNames: Readonly<Record<BenchmarkTool, string>> = {
  "vllm-bench": "vllm bench serve",
  "sglang-bench": "SGLang bench_serving",
  guidellm: "guidellm",
  aiperf: "AIPerf",
  "genai-perf": "GenAI-Perf",
  "inference-perf": "inference-perf",
  llmperf: "llmperf",
};

/** One load that a generator put on a server, and what it measured. null = the file does not tell. */
export interface BenchmarkRun {
  readonly tool: BenchmarkTool;
  readonly toolVersion: string | null;
  /** Which of several loads this is, in the file's own words; empty where it has one. */
  readonly label: string;
  /** `2026-11-28`. */
  readonly date: string | null;
  /** As the generator called it, which may be the served name. */
  readonly models: readonly string[];
  readonly load: OfferedLoad;
  /** Requests that were answered. */
  readonly completed: number | null;
  readonly failed: number | null;
  readonly durationSeconds: number | null;
  readonly promptTokens: TokenLengths | null;
  readonly outputTokens: TokenLengths | null;
  readonly ttftSeconds: Spread | null;
  /** Per request, the first token left out. */
  readonly tpotSeconds: Spread | null;
  /** Gaps as the client saw them, which may be between chunks of several tokens. */
  readonly itlSeconds: Spread | null;
  readonly e2eSeconds: Spread | null;
  readonly requestsPerSecond: number | null;
  readonly outputTokensPerSecond: number | null;
}

/** What the generator set out to do. */
export interface OfferedLoad {
  /** Infinity = as fast as the server takes them. */
  readonly ratePerSecond: number | null;
  readonly arrivals: "poisson" | "constant" | "gamma" | null;
  /** Coefficient of variation of the gaps, for gamma. */
  readonly cv: number | null;
  /** Most requests in flight at the client. */
  readonly concurrency: number | null;
  readonly requests: number | null;
}

export interface TokenLengths {
  readonly mean: number;
  readonly length: Length;
}

export interface Spread {
  readonly mean: number | null;
  readonly p50: number | null;
  readonly p90: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
}

export const noLoad: OfferedLoad = { ratePerSecond: null, arrivals: null, cv: null, concurrency: null, requests: null };
