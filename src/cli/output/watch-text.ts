import { plain } from "../../deployment/message.ts";
import { type DriftRow, isDifference } from "../../live/drift/drift.ts";
import type { ComparedRow } from "../../live/prediction/compare.ts";
import { comparedText, comparedWords } from "../../live/prediction/compared-metrics.ts";
import type { Terminal } from "../terminal.ts";
import type { Comparison } from "../watch-compare.ts";
import { printable } from "./printable.ts";
import { table } from "./table.ts";

/** What was predicted for the measured load beside what was measured, why they differ, and where file and server differ. */
export function comparisonText({ rows, after, drift, gap, standing, steps }: Comparison, paint: Terminal["paint"]): string {
  const later = new Map(after?.map((row) => [row.metric, row]));
  const compared = rows.map((row) => {
    const afterwards = later.get(row.metric);
    return [
      plain(comparedWords[row.metric].title),
      row.verdict === "input" ? "" : rangeText(row),
      measuredText(row),
      verdictText(row, paint),
      ...(afterwards ? [measuredText(afterwards), verdictText(afterwards, paint)] : []),
    ];
  });
  const head = ["", "predicted", "measured", "", ...(after ? ["afterwards", ""] : [])];
  const words = [gap?.sentence, standing?.sentence, steps?.sentence].flatMap((one) => (one ? [`${printable(plain(one))}.\n`] : []));
  return `Predicted for the measured load, and measured\n${table(compared, { head, indent: 2 })}${words.join("")}${settingsText(drift, paint)}`;
}

function rangeText({ low, high, unit }: ComparedRow): string {
  return high === null ? `from ${comparedText(low, unit)} up` : `${comparedText(low, unit)} to ${comparedText(high, unit)}`;
}

function measuredText({ measured, bucket, unit }: ComparedRow): string {
  if (measured === null) return "not offered";
  return `${comparedText(measured, unit)}${bucket ? `, between ${comparedText(bucket[0], unit)} and ${comparedText(bucket[1], unit)}` : ""}`;
}

const verdicts: Readonly<Record<ComparedRow["verdict"], string>> = {
  within: "within",
  above: "above",
  below: "below",
  "cannot-tell": "cannot be told apart",
  unknown: "unknown",
  input: "input",
};

function verdictText({ verdict }: ComparedRow, paint: Terminal["paint"]): string {
  return verdict === "above" || verdict === "below" ? paint("yellow", verdict) : verdicts[verdict];
}

/** What the server does not tell stands in its column. */
const settingVerdicts: Readonly<Record<DriftRow["verdict"], string>> = {
  equal: "same",
  close: "close",
  different: "different",
  "not-offered": "",
};

function settingsText(drift: readonly DriftRow[], paint: Terminal["paint"]): string {
  const differing = drift
    .filter(({ verdict }) => verdict !== "equal")
    .map((row) => [
      row.setting,
      row.file,
      row.lines ? String(row.lines[0] + 1) : "",
      printable(row.server ?? "not offered"),
      row.from ?? "",
      isDifference(row) ? paint("yellow", row.verdict) : settingVerdicts[row.verdict],
    ]);
  if (drift.length === 0) return "";
  return differing.length === 0
    ? "File and server agree.\n"
    : `Settings where file and server differ, or the server does not tell\n${table(differing, { head: ["", "file", "line", "server", "told by", ""], indent: 2 })}`;
}
