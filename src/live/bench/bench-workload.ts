import { type Message, message } from "../../deployment/message.ts";
import type { SharedPrefix, Workload } from "../../simulation/workload/workload.ts";
import { type BenchmarkRun, toolNames } from "./benchmark-run.ts";

export type BenchmarkWorkload =
  /** `assumed`: what of the load the file does not tell, and what stands for it. */
  | { readonly workload: Workload; readonly assumed: readonly Message[]; readonly problem?: undefined }
  | { readonly workload?: undefined; readonly problem: Message };

/** Longer runs change no mean, and each is simulated several times. */
const mostRequests = 20_000;

/** The load of a benchmark in the words that a simulation takes. `shared`: what its prompts have in common, where another file tells. */
export function benchmarkWorkload(run: BenchmarkRun, shared: SharedPrefix | null = null): BenchmarkWorkload {
  const { promptTokens, outputTokens, load, e2eSeconds, requestsPerSecond } = run;
  if (!promptTokens || !outputTokens) return { problem: message("It does not tell how long prompts and answers were") };
  const lengths = { promptTokens: promptTokens.length, outputTokens: outputTokens.length };
  const name = [toolNames[run.tool], run.label].filter(Boolean).join(", ");
  const assumed: Message[] = [];
  const requests = Math.min(mostRequests, load.requests ?? run.completed ?? 0);
  if (requests < 1) return { problem: message("It does not tell how many requests were sent") };
  const closed = (concurrency: number): Workload => ({ kind: "closed-loop", name, concurrency, requests, ...lengths });
  const { ratePerSecond, concurrency } = load;
  if (ratePerSecond !== null && Number.isFinite(ratePerSecond)) {
    const workload: Workload = {
      kind: "open-loop",
      name,
      ratePerSecond,
      requests,
      ...lengths,
      ...(load.arrivals === null ? {} : { arrivals: load.arrivals }),
      ...(load.cv === null ? {} : { cv: load.cv }),
      ...(concurrency === null ? {} : { maxInFlight: concurrency }),
      ...(shared ? { sharedPrefix: { ...shared, ...fittedPrefix(shared, promptTokens.mean) } } : {}),
    };
    return { workload, assumed };
  }
  if (concurrency !== null) return { workload: closed(Math.round(concurrency)), assumed };
  // As fast as possible and without a cap: all are in flight at once.
  if (ratePerSecond !== null) return { workload: closed(requests), assumed };
  // Little's law: as many in flight as arrive in the time that one stays.
  const inFlight = requestsPerSecond !== null && e2eSeconds?.mean ? Math.max(1, Math.round(requestsPerSecond * e2eSeconds.mean)) : null;
  if (inFlight === null) return { problem: message("It tells neither rate nor concurrency") };
  assumed.push(message("Its load is not told: {0} requests in flight follow from rate and latency", inFlight));
  return { workload: closed(inFlight), assumed };
}

/** The question as long as prompts were beyond what they share: the server counts tokens that the generator's tokenizer does not. */
function fittedPrefix({ systemPromptTokens }: SharedPrefix, promptMean: number): Pick<SharedPrefix, "questionTokens"> {
  return { questionTokens: Math.max(1, Math.round(promptMean - systemPromptTokens)) };
}
