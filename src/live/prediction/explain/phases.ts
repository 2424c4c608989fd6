import type { CanonicalHistogram } from "../../snapshot.ts";
import type { WindowFigures } from "../predicted-window.ts";

/** Means of a window by the part of a request's life they are of: sums over counts, which no bucket blurs. */
export const phaseNames = ["queue", "prefill", "token", "firstToken", "outside", "cache", "running"] as const;
export type Phase = (typeof phaseNames)[number];
export type Phases = Readonly<Partial<Record<Phase, number>>>;

/** First tokens are counted when they come, the other phases when a request ends: only where as many come as end are they of the same requests. */
function isSteady({ ttft_seconds: begun, e2e_seconds: ended }: WindowFigures["windows"]): boolean {
  return begun !== undefined && ended !== undefined && Math.abs(begun.count - ended.count) <= steadyShare * ended.count;
}

const steadyShare = 0.15;

/** What a window tells of each phase; what it does not tell is absent. `outside`: of the first token's time, what is neither queue nor prefill. */
export function phasesOf({ windows, gauges }: WindowFigures): Phases {
  const mean = (word: CanonicalHistogram): number | undefined => windows[word]?.mean ?? undefined;
  const ttft = mean("ttft_seconds");
  const queue = mean("queue_seconds");
  const told = mean("prefill_seconds");
  // Without a prefill histogram, what of the first token's time is no queue.
  const prefill = told ?? (ttft !== undefined && queue !== undefined ? Math.max(0, ttft - queue) : ttft);
  const token = mean("itl_seconds") ?? mean("tpot_seconds");
  const { kv_cache_usage: cache, requests_running: running } = gauges;
  const phases: Partial<Record<Phase, number>> = {};
  if (queue !== undefined) phases.queue = queue;
  if (prefill !== undefined) phases.prefill = prefill;
  if (token !== undefined) phases.token = token;
  if (ttft !== undefined) phases.firstToken = ttft;
  if (ttft !== undefined && queue !== undefined && told !== undefined && isSteady(windows))
    phases.outside = Math.max(0, ttft - queue - told);
  if (cache !== undefined) phases.cache = cache;
  if (running !== undefined) phases.running = running;
  return phases;
}
