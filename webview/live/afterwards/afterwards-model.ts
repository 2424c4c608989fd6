import type { Afterwards } from "../../../src/live/prediction/afterwards.ts";
import type { ComparedRow } from "../../../src/live/prediction/compare.ts";
import type { TableModel } from "../../parts/models.ts";
import { clock, durationRange } from "../../parts/numbers.ts";
import { listed, words } from "../../parts/words.ts";
import { metricWords, valueWords } from "../gap/gap-model.ts";

/** `From 14:07:12, after the load was read: TTFT p95 is above its range, the rest within.` */
export function afterwardsSentence({ from, rows }: Afterwards): string {
  const judged = rows.filter(({ verdict }) => verdict === "within" || verdict === "above" || verdict === "below");
  const outside = judged.filter(({ verdict }) => verdict !== "within").map(({ metric }) => metricWords(metric));
  const since = clock(from, true);
  if (judged.length === 0) return words("Since {0} nothing can be told apart from what was predicted.", since);
  if (outside.length === 0) return words("Since {0}, after the load was read, all lies within what was predicted.", since);
  return words("Since {0}, after the load was read, {1} left the predicted range.", since, listed(outside));
}

/** What was predicted and what came, for each quantity that both know. */
export function afterwardsTable({ rows }: Afterwards): TableModel {
  const known = rows.filter(({ verdict }) => verdict !== "unknown");
  return {
    name: words("After the load was read"),
    columns: [
      { title: words("Quantity"), numeric: false },
      { title: words("Predicted"), numeric: true },
      { title: words("Measured"), numeric: true },
      { title: words("Verdict"), numeric: false },
    ],
    rows: known.map((row) => [metricWords(row.metric), rangeWords(row), valueWords(row.measured ?? 0, row.unit), verdictWords(row)]),
    raw: {
      head: ["metric", "low", "high", "measured", "verdict"],
      rows: () =>
        known.map(({ metric, low, high, measured, verdict }) => [metric, low, high ?? Number.NaN, measured ?? Number.NaN, verdict]),
    },
  };
}

function rangeWords({ low, high, unit, verdict, predicted }: ComparedRow): string {
  if (verdict === "input") return valueWords(predicted, unit);
  if (high === null) return words("{0} or more", valueWords(low, unit));
  return unit === "s" ? durationRange(low, high) : `${valueWords(low, unit)}–${valueWords(high, unit)}`;
}

function verdictWords({ verdict }: ComparedRow): string {
  switch (verdict) {
    case "within":
      return words("within");
    case "above":
      return words("above");
    case "below":
      return words("below");
    case "cannot-tell":
      return words("cannot be told apart");
    case "input":
      return words("input");
    case "unknown":
      return "";
    default:
      return verdict satisfies never;
  }
}
