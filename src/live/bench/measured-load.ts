import { figure } from "../../catalog/quantity.ts";
import { type Message, message } from "../../deployment/message.ts";
import type { SharedPrefix, Workload } from "../../simulation/workload/workload.ts";
import { benchmarkWorkload } from "./bench-workload.ts";
import { type BenchmarkRun, type OfferedLoad, type Spread, toolNames } from "./benchmark-run.ts";

/** A load that can be simulated, and what was measured under it. */
export interface MeasuredLoad {
  /** File or server. */
  readonly from: string;
  readonly tool: string;
  readonly date: string | null;
  readonly models: readonly string[];
  /** `92.2 req/s`, `16 in flight`. */
  readonly words: string;
  readonly workload: Workload;
  /** As many requests as are let in: the server's own pace decides their rate. */
  readonly isLimited: boolean;
  readonly ttft: MeasuredMean | null;
  readonly tpot: MeasuredMean | null;
  /** All that is told of each latency: mean and percentiles. */
  readonly spreads: { readonly ttft: Spread | null; readonly tpot: Spread | null; readonly e2e: Spread | null };
  readonly requestsPerSecond: number | null;
  readonly outputTokensPerSecond: number | null;
  readonly notes: readonly Message[];
}

/** The mean, or the median where a tool tells no mean. */
export interface MeasuredMean {
  readonly seconds: number;
  readonly statistic: "mean" | "p50";
}

export type LoadReading =
  | { readonly load: MeasuredLoad; readonly problem?: undefined }
  | { readonly load?: undefined; readonly problem: Message };

export interface LoadContext {
  readonly from: string;
  /** What prompts have in common, where somebody tells. */
  readonly shared: SharedPrefix | null;
}

/** A benchmark's run in the words that comparison and fit take, or why it cannot be simulated. */
export function measuredLoad(run: BenchmarkRun, { from, shared }: LoadContext): LoadReading {
  const made = benchmarkWorkload(run, shared);
  if (!made.workload) return { problem: made.problem };
  const { workload, assumed } = made;
  const { tpot, note } = timePerToken(run);
  const { ttftSeconds: ttft, e2eSeconds: e2e } = run;
  return {
    load: {
      from,
      tool: [toolNames[run.tool], run.toolVersion ?? ""].filter(Boolean).join(" "),
      date: run.date,
      models: run.models,
      words: loadWords(run.load, workload),
      workload,
      isLimited: workload.kind === "closed-loop" || workload.maxInFlight !== undefined,
      ttft: meanOf(ttft),
      tpot: meanOf(tpot),
      spreads: { ttft, tpot, e2e },
      requestsPerSecond: run.requestsPerSecond,
      outputTokensPerSecond: run.outputTokensPerSecond,
      notes: [...assumed, ...(note ? [note] : [])],
    },
  };
}

function meanOf(spread: Spread | null): MeasuredMean | null {
  if (spread?.mean) return { seconds: spread.mean, statistic: "mean" };
  return spread?.p50 ? { seconds: spread.p50, statistic: "p50" } : null;
}

/** A share by which the time per token may miss what follows from the latencies before it is of something else. */
const plausible = 0.25;

/** Some tools count a gap between chunks of the stream as one between tokens: what follows from the latencies is of tokens. */
function timePerToken({ tpotSeconds: told, ttftSeconds, e2eSeconds, outputTokens }: BenchmarkRun): {
  readonly tpot: Spread | null;
  readonly note: Message | null;
} {
  const [first, last, tokens] = [ttftSeconds?.mean ?? null, e2eSeconds?.mean ?? null, outputTokens?.mean ?? 0];
  if (first === null || last === null || tokens < 2 || last <= first) return { tpot: told, note: null };
  const mean = (last - first) / (tokens - 1);
  const follows: Spread = { mean, p50: null, p90: null, p95: null, p99: null };
  const own = meanOf(told);
  if (!own) return { tpot: follows, note: null };
  if (own.statistic === "p50" || Math.abs(own.seconds / mean - 1) <= plausible) return { tpot: told, note: null };
  return { tpot: follows, note: message("Its time per output token does not fit its latencies: what follows from them is taken instead") };
}

/** `92.2 req/s`, `16 in flight`. */
export function loadWords({ ratePerSecond, concurrency }: Pick<OfferedLoad, "ratePerSecond" | "concurrency">, workload: Workload): string {
  const inFlight = workload.kind === "closed-loop" ? workload.concurrency : concurrency;
  const rate = ratePerSecond !== null && Number.isFinite(ratePerSecond) ? `${figure(ratePerSecond)} req/s` : null;
  if (rate === null) return `${inFlight ?? 1} in flight`;
  return inFlight === null ? rate : `${rate}, at most ${inFlight} in flight`;
}
