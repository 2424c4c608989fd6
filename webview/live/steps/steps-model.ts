import type { ShiftSteps } from "../../../src/live/prediction/shift-steps.ts";
import type { TableModel } from "../../parts/models.ts";
import { duration, percentRange, share, whole } from "../../parts/numbers.ts";
import { said, words } from "../../parts/words.ts";

/** Steps of one bucket as a bar. */
export interface StepBar {
  readonly label: string;
  /** Of all steps. */
  readonly share: number;
  /** Of the highest bar. */
  readonly height: number;
  /** In which of the two modes such steps run; a bucket that the threshold cuts holds both. */
  readonly mode: "tensor" | "sequence" | "both";
  readonly title: string;
}

export interface StepsModel {
  readonly sentence: string;
  readonly bars: readonly StepBar[];
  /** Where the threshold lies, as a share of the bars' width. */
  readonly thresholdAt: number;
  readonly thresholdText: string;
  readonly below: string;
  readonly above: string;
}

/** A histogram with bars of one width: buckets grow with powers. */
export function stepsModel(steps: ShiftSteps): StepsModel {
  const { bounds, counts, threshold, shareBelow, shareBounds } = steps;
  const last = counts.findLastIndex((count) => count > 0);
  const shown = counts.slice(0, Math.max(last + 1, placeOf(bounds, threshold) + 2, 1));
  const all = { threshold, total: counts.reduce((sum, count) => sum + count, 0), most: Math.max(...shown, 1) };
  const [low, high] = shareBounds;
  const isExact = high - low < 0.005;
  return {
    sentence: said(steps.sentence),
    bars: shown.map((count, i) => bar(bounds, count, i, all)),
    thresholdAt: thresholdPlace(bounds, threshold, shown.length),
    thresholdText: words("threshold {0}", whole(threshold)),
    below: words("{0} as full tensor parallel", isExact ? share(shareBelow) : percentRange(low, high)),
    above: words("{0} as sequence parallel", isExact ? share(1 - shareBelow) : percentRange(1 - high, 1 - low)),
  };
}

interface AllSteps {
  readonly threshold: number;
  readonly total: number;
  readonly most: number;
}

function bar(bounds: readonly number[], count: number, i: number, { threshold, total, most }: AllSteps): StepBar {
  const low = i === 0 ? 0 : (bounds[i - 1] ?? 0);
  const high = bounds[i] ?? Number.POSITIVE_INFINITY;
  const range = Number.isFinite(high) ? words("{0} to {1} tokens", whole(low + 1), whole(high)) : words("above {0} tokens", whole(low));
  const part = total > 0 ? count / total : 0;
  return {
    label: Number.isFinite(high) ? whole(high) : words("more"),
    share: part,
    height: count / most,
    mode: high <= threshold ? "tensor" : low >= threshold ? "sequence" : "both",
    title: `${range}: ${share(part)}`,
  };
}

/** The bucket that holds a threshold. */
function placeOf(bounds: readonly number[], threshold: number): number {
  const place = bounds.findIndex((bound) => bound >= threshold);
  return place < 0 ? bounds.length - 1 : place;
}

function thresholdPlace(bounds: readonly number[], threshold: number, shown: number): number {
  const place = placeOf(bounds, threshold);
  const low = place === 0 ? 0 : (bounds[place - 1] ?? 0);
  const high = bounds[place] ?? threshold;
  const within = Number.isFinite(high) && high > low ? (threshold - low) / (high - low) : 1;
  return Math.min(1, (place + within) / shown);
}

/** What another threshold would have meant. */
export function thresholdTable({ threshold, shareBelow, others }: ShiftSteps): TableModel {
  return {
    name: words("Other thresholds"),
    columns: [
      { title: words("Threshold"), numeric: true },
      { title: words("As full tensor parallel"), numeric: true },
      { title: words("Step time"), numeric: true },
    ],
    rows: [
      [words("{0}, now", whole(threshold)), share(shareBelow), ""],
      ...others.map((other) => [whole(other.threshold), share(other.shareBelow), savedWords(other.savedSeconds)]),
    ],
    raw: {
      head: ["threshold", "share_full_tensor_parallel", "saved_seconds"],
      rows: () => [
        [threshold, shareBelow, 0],
        ...others.map((other) => [other.threshold, other.shareBelow, other.savedSeconds ?? Number.NaN]),
      ],
    },
  };
}

function savedWords(seconds: number | null): string {
  if (seconds === null) return words("not known");
  if (seconds === 0) return words("the same");
  return seconds > 0 ? words("{0} less", duration(seconds)) : words("{0} more", duration(-seconds));
}

/** Steps by their tokens. */
export function stepsTable(steps: ShiftSteps): TableModel {
  const { bars } = stepsModel(steps);
  return {
    name: words("Steps by tokens"),
    columns: [
      { title: words("Tokens of a step, up to"), numeric: true },
      { title: words("Steps"), numeric: true },
      { title: words("Share"), numeric: true },
    ],
    rows: bars.map((one, i) => [one.label, whole(steps.counts[i] ?? 0), share(one.share)]),
    raw: { head: ["tokens_up_to", "steps"], rows: () => bars.map((_, i) => [steps.bounds[i] ?? Number.NaN, steps.counts[i] ?? 0]) },
  };
}
