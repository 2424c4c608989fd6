import { type Message, message } from "../../deployment/message.ts";
import { queueGrowth } from "../series/queue-growth.ts";
import type { LiveWindow } from "../series/window.ts";
import type { CanonicalHistogram, LivePoint } from "../snapshot.ts";
import { measuredWorkload, workloadOf } from "../workload/measured-workload.ts";
import { loadWords, type MeasuredLoad, type MeasuredMean } from "./measured-load.ts";

/** Means of fewer requests say little. */
const fewest = 20;

/** The load that a server was under, and its own histograms, in the words that comparison and fit take. */
export function liveLoad(
  window: LiveWindow | undefined,
  points: readonly LivePoint[],
  server: { readonly from: string; readonly date: string },
): { readonly load: MeasuredLoad; readonly problem?: undefined } | { readonly load?: undefined; readonly problem: Message } {
  const measured = measuredWorkload(window, points);
  if (measured === "not-offered") return { problem: message("The server does not tell how many requests and tokens it served") };
  if (!window || typeof measured === "string" || measured.requests < fewest) {
    return { problem: message("Fewer than {0} requests were served while it was watched", fewest) };
  }
  if (queueGrowth(points, window.from, window.to) !== null) {
    return { problem: message("Its queue grows: what is measured depends on when, and fits no steady load") };
  }
  const mean = (word: CanonicalHistogram): MeasuredMean | null => {
    const seconds = window.windows[word]?.mean;
    return seconds ? { seconds, statistic: "mean" } : null;
  };
  const workload = workloadOf(measured);
  return {
    load: {
      ...server,
      tool: window.last.server.kind,
      models: [],
      words: loadWords({ ratePerSecond: measured.ratePerSecond, concurrency: null }, workload),
      workload,
      isLimited: measured.arrivals.concurrency !== null,
      ttft: mean("ttft_seconds"),
      // A gap a token, or where the server has it a mean a request.
      tpot: mean("tpot_seconds") ?? mean("itl_seconds"),
      spreads: {
        ttft: window.windows.ttft_seconds ?? null,
        tpot: window.windows.tpot_seconds ?? window.windows.itl_seconds ?? null,
        e2e: window.windows.e2e_seconds ?? null,
      },
      requestsPerSecond: measured.ratePerSecond,
      outputTokensPerSecond: window.rates.generation_tokens_total ?? null,
      notes: [],
    },
  };
}
