import type { Settled } from "../../../deployment/settled.ts";
import type { MemoryPlan } from "../../../memory/plan.ts";
import type { Plan, PlannedRun } from "../../../planning/plan.ts";
import { type BesideRun, bandRuns } from "../../../simulation/report/bands.ts";
import type { Outcome } from "../../../simulation/report/report.ts";
import type { Workload } from "../../../simulation/workload/workload.ts";
import type { RunningServer } from "../../running/running-server.ts";
import type { LiveWindow } from "../../series/window.ts";
import type { LivePoint } from "../../snapshot.ts";
import { type MeasuredWorkload, workloadOf } from "../../workload/measured-workload.ts";
import { arrivalTrace } from "../../workload/traced-workload.ts";
import { type ComparedRow, compareLive } from "../compare.ts";
import type { ComparedMetric } from "../compared-metrics.ts";
import { gapBoundsFor } from "../predicted-gaps.ts";
import { type LivePrediction, predictionFrom } from "../prediction.ts";
import { asServed } from "./as-served.ts";
import { type Explained, explained, isThin } from "./cause.ts";
import type { Gap } from "./gap.ts";
import { preemptionWords } from "./gap-words.ts";
import { judgedHypotheses } from "./judge.ts";
import { pathRuns } from "./path.ts";

export interface GapContext {
  /** As the file has it. */
  readonly settled: Settled;
  readonly plans: readonly MemoryPlan[];
  /** What was assumed to come when the deployment was judged; null = nothing: then it begins at what was measured. */
  readonly assumed: Workload | null;
  readonly load: MeasuredWorkload;
  readonly window: LiveWindow;
  readonly points: readonly LivePoint[];
  readonly server: RunningServer | null;
  readonly seed: number;
  readonly basis: string;
}

/** A prediction for the measured load and the server's settings, and why live is not where the file as written was predicted. */
export interface ExplainedGap {
  readonly prediction: LivePrediction;
  readonly rows: readonly ComparedRow[];
  /** null where the file cannot be simulated under its load. */
  readonly gap: Gap | null;
}

/** The path of simulations from the file as written to the live server; undefined where the measured load cannot be simulated. */
export function* explainGap(context: GapContext): Plan<ExplainedGap | undefined> {
  const { settled, load, window, seed, basis } = context;
  const served = asServed(context);
  const path = pathRuns({ written: settled, served: served.settled, assumed: context.assumed ?? workloadOf(load), load, seed });
  const [first, last] = [path[0], path.at(-1)];
  if (!first || !last) return undefined;
  const beside = [first, last].flatMap(({ run }) => bandRuns(seed).map((band) => ({ ...run, ...band })));
  const outcomes = yield [...path.map(({ run }) => run), ...beside].map((run) => withGaps(run, window));
  const made = path.flatMap(({ term }, index) => {
    const report = outcomes[index]?.report;
    return report ? [{ term, report }] : [];
  });
  const measured = outcomes[path.length - 1]?.report;
  if (!measured) return undefined;
  const besides = besideRuns(seed, outcomes.slice(path.length));
  const prediction = predictionFrom(measured, { basis, window, beside: besides[1], isMeasuredLoad: true });
  const rows = compareLive(prediction, window);
  const written = made[0];
  if (made.length < path.length || !written) return { prediction, rows, gap: null };
  const writtenPrediction = predictionFrom(written.report, { basis, window, beside: besides[0] });
  const outside = furthest(rows);
  const cache = !served.isCacheTold ? "kv-cache" : preemptionWords(window, measured) ? "preemptions" : null;
  const trace = arrivalTrace(load, context.points, window.from, window.to);
  const judge = { window, run: withGaps(last.run, window), trace, cache } as const;
  const verdicts = outside.length > 0 && !isThin(load) ? yield* judgedHypotheses(judge) : null;
  const explain: Explained = {
    window,
    load,
    served,
    outsideWritten: furthest(compareLive(writtenPrediction, window)),
    path: made,
    outside,
    written: writtenPrediction,
    verdicts,
  };
  return { prediction, rows, gap: explained(explain) };
}

/** Gaps are counted as the server counts them. */
function withGaps(run: PlannedRun, { growth: { histograms } }: LiveWindow): PlannedRun {
  const gapBounds = gapBoundsFor(histograms.itl_seconds?.upper);
  return gapBounds ? { ...run, gapBounds } : run;
}

function besideRuns(seed: number, outcomes: readonly Outcome[]): readonly [readonly BesideRun[], readonly BesideRun[]] {
  const bands = bandRuns(seed);
  const of = (from: number): readonly BesideRun[] =>
    bands.flatMap((run, index) => {
      const report = outcomes[from + index]?.report;
      return report ? [{ run, report }] : [];
    });
  return [of(0), of(bands.length)];
}

/** What the server makes of its load. Rates follow what comes in, and medians say less than tails. */
const telling: ReadonlySet<ComparedMetric> = new Set([
  "ttft_p95",
  "itl_p95",
  "e2e_p95",
  "requests_running",
  "requests_waiting",
  "kv_cache_usage",
]);

/** Rows outside their ranges, measured by how wide those are, the furthest first. */
function furthest(rows: readonly ComparedRow[]): readonly ComparedRow[] {
  const outside = rows.filter(({ verdict, metric }) => (verdict === "above" || verdict === "below") && telling.has(metric));
  return outside.sort((a, b) => widths(b) - widths(a));
}

/** How many half-widths of its range a value lies off the prediction. */
function widths({ measured, predicted, low, high }: ComparedRow): number {
  if (measured === null) return 0;
  const half = measured < predicted ? predicted - low : (high ?? Number.POSITIVE_INFINITY) - predicted;
  return Math.abs(measured - predicted) / Math.max(half, 1e-9);
}
