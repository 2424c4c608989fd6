import type { RunFigures } from "../../../src/planning/figures.ts";
import type { AdviceView, ChangeView } from "../../../src/protocol/planning-view.ts";
import { duration, percent, rate } from "../../parts/numbers.ts";
import { said, words } from "../../parts/words.ts";
import { turnOf } from "./rate-plot.ts";

/** What stands over the advice: how many changes were looked at. */
export function adviceTitle({ progress, tried, helping }: AdviceView): string {
  if (progress)
    return progress.total === 0 ? words("Looking for changes to try") : words("Trying {0} of {1} changes", progress.done, progress.total);
  if (helping.length > 0) return words("Best of {0} changes tried", tried);
  return tried > 0 ? words("None of {0} changes tried helps by more than chance", tried) : words("{0} changes tried", tried);
}

/** What a change makes of the run, limits first. */
export function gainWords(before: RunFigures, after: RunFigures): string {
  if (before.saturated && after.saturated)
    return words(
      "It completes {0} instead of {1}, and the queue still grows.",
      rate(after.saturated.mostRequestsPerSecond, "req/s"),
      rate(before.saturated.mostRequestsPerSecond, "req/s"),
    );
  const { ttftSeconds, tpotSeconds, sloAttainment } = after.summary;
  if (after.saturated) return words("The queue grows for ever.");
  if (before.saturated)
    return words("The queue empties: TTFT p95 is {0}, TPOT p95 {1}.", duration(ttftSeconds.p95), duration(tpotSeconds.p95));
  const latencies = words(
    "TTFT p95 goes from {0} to {1}, TPOT p95 from {2} to {3}.",
    duration(before.summary.ttftSeconds.p95),
    duration(ttftSeconds.p95),
    duration(before.summary.tpotSeconds.p95),
    duration(tpotSeconds.p95),
  );
  if (sloAttainment === null || before.summary.sloAttainment === null) return latencies;
  const within = words(
    "{0} of requests are within the limits instead of {1}.",
    percent(sloAttainment),
    percent(before.summary.sloAttainment),
  );
  return `${latencies} ${within}`;
}

/** A turn is known to 3 %: what lies within is the same. */
const noticeable = 1.03;

/** How far the best change carries, once that is known. */
export function reachWords({ curve }: AdviceView, before: number | null): string {
  const after = curve && turnOf(curve);
  if (!after || (before !== null && after < before * noticeable)) return "";
  const limits = curve.limits !== null;
  if (before === null)
    return limits ? words("The limits hold up to {0}.", rate(after, "req/s")) : words("The queue empties up to {0}.", rate(after, "req/s"));
  return limits
    ? words("The limits hold up to {0} instead of {1}.", rate(after, "req/s"), rate(before, "req/s"))
    : words("The queue empties up to {0} instead of {1}.", rate(after, "req/s"), rate(before, "req/s"));
}

export function priceWords({ change }: ChangeView): string {
  return words("Price: {0}.", said(change.price));
}

/** Why there is no button. */
export function obstacleWords({ obstacle }: ChangeView): string {
  return obstacle ? words("It cannot be written into this file: {0}.", said(obstacle)) : "";
}
