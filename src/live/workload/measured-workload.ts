import { type Message, message } from "../../deployment/message.ts";
import type { Length, Workload } from "../../simulation/workload/workload.ts";
import type { Growth } from "../series/point.ts";
import type { LiveWindow } from "../series/window.ts";
import type { LivePoint } from "../snapshot.ts";
import { type MeasuredArrivals, measuredArrivals } from "./arrivals.ts";
import { lengthLaw } from "./length-law.ts";

/** The load a server was under during a window, in the words a simulation takes. */
export interface MeasuredWorkload {
  readonly seconds: number;
  /** Requests that arrived: finished ones and the change of those running and waiting. */
  readonly requests: number;
  readonly ratePerSecond: number;
  /** Running and waiting when the window began. */
  readonly insideAtStart: number;
  readonly promptTokensMean: number;
  readonly outputTokensMean: number;
  readonly promptTokens: Length;
  readonly outputTokens: Length;
  /** Share of prompt tokens found in the prefix cache; null where not offered. */
  readonly prefixHitRate: number | null;
  readonly arrivals: MeasuredArrivals;
  /** What of the load the server does not tell, and what stands for it. */
  readonly assumed: readonly Message[];
}

/** Why no load could be measured. */
export type NoWorkload = "no-window" | "idle" | "not-offered";

/** Fits rate, lengths, bursts and repeated prefixes to the counters of a window; `points` are those it was measured from. */
export function measuredWorkload(window: LiveWindow | undefined, points: readonly LivePoint[] = []): MeasuredWorkload | NoWorkload {
  if (!window) return "no-window";
  const { counters, histograms, seconds } = window.growth;
  const finished = counters.request_success_total ?? histograms.e2e_seconds?.total;
  if (finished === undefined) return "not-offered";
  const requests = Math.max(0, finished + inside(window.last) - inside(window.first));
  if (requests < 1 || finished < 1) return "idle";
  const prompt = meanPrompt(window.growth, finished);
  const output = meanOutput(window.growth, finished);
  if (prompt === undefined || output === undefined) return "not-offered";
  const arrivals = measuredArrivals(points, window.from, window.to);
  return {
    seconds,
    requests,
    ratePerSecond: requests / seconds,
    insideAtStart: inside(window.first),
    promptTokensMean: prompt,
    outputTokensMean: output,
    promptTokens: lengthLaw(histograms.request_prompt_tokens, prompt),
    outputTokens: lengthLaw(histograms.request_generation_tokens, output),
    prefixHitRate: window.prefixHitRate,
    arrivals,
    assumed: assumptions(window, arrivals),
  };
}

/** Each prompt is counted whole with its first token, so that those under way are in. */
function meanPrompt({ counters, histograms }: Growth, finished: number): number | undefined {
  const [tokens, begun, lengths] = [counters.prompt_tokens_total, histograms.ttft_seconds?.total, histograms.request_prompt_tokens];
  if (tokens !== undefined && begun !== undefined && begun >= 1) return tokens / begun;
  if (lengths && lengths.total > 0) return lengths.sum / lengths.total;
  return tokens === undefined ? undefined : tokens / finished;
}

/**
 * In a short window, or where requests gather, mostly short answers end; tokens made for each one that ended, those under way included, tell
 * too long a mean where answers seldom end early. The truth lies between: their geometric mean is taken.
 */
function meanOutput({ counters, histograms }: Growth, finished: number): number | undefined {
  const [tokens, lengths] = [counters.generation_tokens_total, histograms.request_generation_tokens];
  const ended = lengths && lengths.total > 0 ? lengths.sum / lengths.total : undefined;
  if (tokens === undefined || tokens <= 0) return ended;
  return ended === undefined ? tokens / finished : Math.sqrt(ended * (tokens / finished));
}

function inside({ gauges }: LiveWindow["first"]): number {
  return (gauges.requests_running ?? 0) + (gauges.requests_waiting ?? 0);
}

function assumptions({ growth: { histograms }, prefixHitRate }: LiveWindow, arrivals: MeasuredArrivals): readonly Message[] {
  const all: Message[] = [];
  const [prompts, outputs] = [histograms.request_prompt_tokens, histograms.request_generation_tokens];
  if (!prompts || !outputs) all.push(message("Only mean lengths are told: all requests are taken to be as long as the mean"));
  else all.push(message("Lengths are known by bucket, and prompts and answers are drawn independently"));
  if (prefixHitRate === null) all.push(message("Prefix hits are not told: nothing is taken to be shared"));
  else if (prefixHitRate > 0) all.push(message("Which prompts repeat is not told: all are taken to begin with one text"));
  if (arrivals.concurrency === null && arrivals.dispersion === null)
    all.push(message("Too few requests came to tell bursts: they are taken to come independently"));
  return all;
}

/** Lengths by themselves, arriving or kept in flight. */
export type SimpleWorkload = Extract<Workload, { kind: "open-loop" | "closed-loop" }>;

/** Bounds of a run's length in requests: fewer tell no percentile, more change none. */
const fewestRequests = 100;
const mostRequests = 5000;

/**
 * A workload to simulate: what came in the window, and before it as much as fills the server as it was when the window began, so that both
 * can be read off alike.
 */
export function workloadOf(measured: MeasuredWorkload, seconds = measured.seconds): SimpleWorkload {
  const { ratePerSecond, insideAtStart, promptTokens, outputTokens, prefixHitRate, arrivals } = measured;
  const requests = Math.min(mostRequests, Math.max(fewestRequests, Math.round(ratePerSecond * seconds + 2 * insideAtStart)));
  const common = {
    name: "measured workload",
    requests,
    promptTokens,
    outputTokens,
    ...(prefixHitRate === null || prefixHitRate <= 0 ? {} : { prefixShare: prefixHitRate }),
  };
  if (arrivals.concurrency !== null) return { ...common, kind: "closed-loop", concurrency: arrivals.concurrency };
  const { cv } = arrivals;
  return { ...common, kind: "open-loop", ratePerSecond, ...(cv === 1 ? { arrivals: "poisson" } : { arrivals: "gamma", cv }) };
}
