import type { Burden } from "../change.ts";
import { holds, type RunFigures, worstRatio } from "../figures.ts";

/**
 * Which of two outcomes of the same load is better; negative where the first is. The limits come first: kept before missed, then more
 * requests within them, then the larger distance from the worst limit (shares of requests are compared in hundredths). A queue that grows for ever is worse than any that empties. Without
 * limits the lower latency wins, by all three together.
 */
export function compareFigures(a: RunFigures, b: RunFigures): number {
  return compareLimits(a, b) || compareDistance(a, b);
}

export interface Outcome {
  readonly figures: RunFigures;
  readonly burden: Burden;
}

const burdens: Readonly<Record<Burden, number>> = { none: 0, quality: 1, gpus: 2 };

/** The same of two changes: among those that keep the limits, what is paid with less comes first. */
export function compareOutcomes(a: Outcome, b: Outcome): number {
  const paid = kept(a.figures) === 1 && kept(b.figures) === 1 ? burdens[a.burden] - burdens[b.burden] : 0;
  return compareLimits(a.figures, b.figures) || paid || compareDistance(a.figures, b.figures);
}

function compareLimits(a: RunFigures, b: RunFigures): number {
  const both = kept(a) === 1 && kept(b) === 1;
  return (
    saturation(a) - saturation(b) || most(b) - most(a) || kept(b) - kept(a) || (both ? a.gpus - b.gpus : attainment(b) - attainment(a))
  );
}

function compareDistance(a: RunFigures, b: RunFigures): number {
  return (
    within(b) - within(a) ||
    (worstRatio(a) ?? 0) - (worstRatio(b) ?? 0) ||
    latency(a) - latency(b) ||
    b.summary.outputTokensPerSecondPerGpu - a.summary.outputTokensPerSecondPerGpu
  );
}

function saturation({ saturated }: RunFigures): number {
  return saturated ? 1 : 0;
}

/** Of two that both fall behind, what they complete. */
function most({ saturated }: RunFigures): number {
  return saturated?.mostRequestsPerSecond ?? 0;
}

function kept(figures: RunFigures): number {
  return holds(figures) === true ? 1 : 0;
}

function attainment({ summary }: RunFigures): number {
  return summary.sloAttainment ?? 0;
}

/** In hundredths: what differs by less is no reason to lose distance from a limit. */
function within(figures: RunFigures): number {
  return Math.round(attainment(figures) * 100);
}

/** The product of the three latencies: what halves one of them is worth as much as what halves another. */
function latency({ summary: { ttftSeconds, tpotSeconds, e2eSeconds } }: RunFigures): number {
  return [ttftSeconds.p95, tpotSeconds.p95, e2eSeconds.p95].reduce((sum, value) => sum + (value > 0 ? Math.log(value) : 0), 0);
}

/** Differences below this are within what another seed would change. */
const noticeable = 0.02;

/** Whether a change looks worth drawing again: better than what there is, by more than another seed would mostly make. */
export function improves(before: RunFigures, after: RunFigures): boolean {
  if (!outdoes(before, after)) return false;
  if (kept(before) === 1 && within(after) > within(before)) return true;
  if (saturation(before) !== saturation(after) || kept(before) !== kept(after)) return true;
  if (before.saturated && after.saturated) return most(after) > most(before) * (1 + noticeable);
  const [ratioBefore, ratioAfter] = [worstRatio(before), worstRatio(after)];
  if (kept(before) === 0 && attainment(after) > attainment(before) + noticeable) return true;
  if (ratioBefore !== null && ratioAfter !== null) return ratioAfter < ratioBefore * (1 - noticeable);
  return latency(after) < latency(before) - noticeable;
}

/** Better, and not bought with requests that no longer are within the limits, nor with another limited latency. */
export function outdoes(before: RunFigures, after: RunFigures): boolean {
  if (compareFigures(after, before) >= 0) return false;
  const decided = saturation(before) !== saturation(after) || kept(before) !== kept(after) || within(after) > within(before);
  return decided || before.saturated !== null || (attainment(after) >= attainment(before) && !trades(before, after));
}

/** Whether a latency that has a limit gets longer by what would be noticed. */
function trades({ slo, summary: before }: RunFigures, { summary: after }: RunFigures): boolean {
  return limited.some((name) => slo?.[name] != null && after[name].p95 > before[name].p95 * (1 + noticeable));
}

const limited = ["ttftSeconds", "tpotSeconds", "e2eSeconds"] as const;
