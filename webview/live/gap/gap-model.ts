import { type ComparedMetric, type ComparedUnit, comparedText, comparedWords } from "../../../src/live/prediction/compared-metrics.ts";
import type { Gap, GapTerm } from "../../../src/live/prediction/explain/gap.ts";
import type { TableModel } from "../../parts/models.ts";
import { bound, figure } from "../../parts/numbers.ts";
import { said, words } from "../../parts/words.ts";

/** One line of the scale from predicted to live. */
export interface GapRow {
  readonly name: string;
  /** What was seen, or that nothing was. */
  readonly evidence: string;
  readonly kind: "predicted" | "step" | "not-explained" | "live";
  /** Both ends on the scale, 0 to 1; alike for a point. */
  readonly from: number;
  readonly to: number;
  readonly text: string;
  /** Bounds within which the value is known, 0 to 1. */
  readonly bucket: readonly [low: number, high: number] | null;
}

export interface GapModel {
  readonly metric: string;
  readonly rows: readonly GapRow[];
  readonly sentence: string;
  /** Said where prediction and live lie within one bucket. */
  readonly cannotTell: string | null;
}

/** Room at both ends of the scale. */
const margin = 0.06;

export function gapModel(gap: Gap): GapModel {
  const { predicted, live, bucket, steps } = gap;
  const ends = [predicted, live, ...steps.map(({ value }) => value), ...(bucket ?? []).filter(Number.isFinite)];
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  const span = high - low || Math.abs(high) || 1;
  const at = (value: number): number => Math.min(1, Math.max(0, margin + ((value - low) / span) * (1 - 2 * margin)));
  const point = { bucket: null, evidence: "" };
  const stepRows = steps.map((step, i): GapRow => {
    const before = steps[i - 1]?.value ?? predicted;
    return {
      name: termWords(step.term),
      evidence: step.evidence ? said(step.evidence) : step.value === before ? words("makes no difference") : "",
      kind: step.term === "not-explained" ? "not-explained" : "step",
      from: at(Math.min(before, step.value)),
      to: at(Math.max(before, step.value)),
      text: changeWords(step.value - before, gap.unit),
      bucket: null,
    };
  });
  return {
    metric: metricWords(gap.metric),
    rows: [
      {
        ...point,
        name: words("Predicted for the file"),
        kind: "predicted",
        from: at(predicted),
        to: at(predicted),
        text: valueWords(predicted, gap.unit),
      },
      ...stepRows,
      {
        ...point,
        name: words("Live"),
        kind: "live",
        evidence: bucket ? bucketText(bucket, gap.unit) : "",
        from: at(live),
        to: at(live),
        text: valueWords(live, gap.unit),
        bucket: bucket ? [at(bucket[0]), Number.isFinite(bucket[1]) ? at(bucket[1]) : 1] : null,
      },
    ],
    sentence: said(gap.sentence),
    cannotTell:
      bucket && predicted > bucket[0] && predicted <= bucket[1]
        ? words("Predicted and live lie in one bucket of the histogram: what is between them cannot be told apart.")
        : null,
  };
}

/** The same numbers as the scale. */
export function gapTable(gap: Gap): TableModel {
  const { rows, metric } = gapModel(gap);
  return {
    name: words("Gap explained, {0}", metric),
    columns: [
      { title: words("From predicted to live"), numeric: false },
      { title: words("Change"), numeric: true },
      { title: words("What was seen"), numeric: false, secondary: true },
    ],
    rows: rows.map(({ name, text, evidence }) => [name, text, evidence]),
    raw: {
      head: ["term", "value"],
      rows: () => [["predicted", gap.predicted], ...gap.steps.map(({ term, value }) => [term, value]), ["live", gap.live]],
    },
  };
}

function termWords(term: GapTerm): string {
  switch (term) {
    case "load":
      return words("Load");
    case "lengths":
      return words("Lengths");
    case "prefix":
      return words("Prefix hits");
    case "server-settings":
      return words("Server settings");
    case "step-time":
      return words("Step time");
    case "not-explained":
      return words("Not explained");
    default: {
      const never: never = term;
      return never;
    }
  }
}

export function metricWords(metric: ComparedMetric): string {
  return said(comparedWords[metric].title);
}

export function valueWords(value: number, unit: ComparedUnit): string {
  return bound(comparedText(value, unit));
}

function changeWords(change: number, unit: ComparedUnit): string {
  const size = valueWords(Math.abs(change), unit);
  // Shares change in points.
  const told = unit === "share" ? words("{0} points", figure(Math.abs(change) * 100)) : size;
  return change === 0 ? told : `${change > 0 ? "+" : "\u2212"}${told}`;
}

function bucketText([low, high]: readonly [number, number], unit: ComparedUnit): string {
  if (!Number.isFinite(high)) return words("above {0}", valueWords(low, unit));
  return words("between {0} and {1}", valueWords(low, unit), valueWords(high, unit));
}
