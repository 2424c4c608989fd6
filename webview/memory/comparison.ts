import type { StartComparison, StartRow } from "../../src/live/starts/start-comparison.ts";
import type { ComparisonView } from "../../src/protocol/memory-view.ts";
import type { TableModel } from "../parts/models.ts";
import { blank, figure, gib, whole } from "../parts/numbers.ts";
import { said, words } from "../parts/words.ts";

/** What the log says of the whole start, and whether the prediction says the same. */
export function outcomeWords({ outcome }: StartComparison): string {
  const { logged, loggedRefusal, predictedRefusal, agree } = outcome;
  if (logged === "unfinished") return words("The log ends before the start does.");
  if (logged === "ready") {
    return agree === true ? words("It started, as predicted.") : words("It started, and the prediction says that it would not.");
  }
  const reason = loggedRefusal?.text ?? "";
  if (agree === true) return words("It stopped, as predicted: “{0}”", reason);
  if (agree === null) return words("It stopped for a reason that is none of memory: “{0}”", reason);
  return predictedRefusal
    ? words("It stopped, for another reason than predicted: “{0}”", reason)
    : words("It stopped, and the prediction says that it fits: “{0}”", reason);
}

/** One figure of a row in its unit. */
export function valueWords({ unit, part }: Pick<StartRow, "unit" | "part">, value: number): string {
  if (unit === "requests") return figure(value);
  if (unit !== "B") return whole(value);
  return part === "kv-token" ? `${whole(value)}${blank}B` : gib(value, 2);
}

/** `−0.34 GiB, −1.8 %`; `=` as far as the log prints digits. */
export function differenceWords(row: StartRow): string {
  if (row.verdict === "equal") return "=";
  const share = row.share === null ? "" : `, ${signed(row.share * 100, (size) => `${size < 0.05 ? "< 0.1" : size.toFixed(1)}${blank}%`)}`;
  return `${signed(row.difference, (size) => valueWords(row, size))}${share}`;
}

function signed(value: number, format: (size: number) => string): string {
  return `${value < 0 ? "−" : "+"}${format(Math.abs(value))}`;
}

/** Settings that the log has otherwise, in one sentence. */
export function settingsWords({ settings }: StartComparison): string {
  const other = settings.filter(({ differs }) => differs);
  if (other.length === 0) return "";
  return words("Other in the log: {0}.", other.map(({ name, log, file }) => words("{0} is {1}, not {2}", name, log, file)).join("; "));
}

export function comparisonTable({ result }: ComparisonView): TableModel {
  const rows = result?.rows ?? [];
  return {
    name: words("Compared with a start-up log"),
    columns: [
      { title: words("Part"), numeric: false },
      { title: words("Predicted"), numeric: true },
      { title: words("Logged"), numeric: true },
      { title: words("Difference"), numeric: true },
      { title: words("Why"), numeric: false, secondary: true },
    ],
    rows: rows.map((row) => [
      said(row.label),
      valueWords(row, row.predicted),
      valueWords(row, row.logged),
      differenceWords(row),
      row.why ? said(row.why) : "",
    ]),
    raw: {
      head: ["part", "unit", "predicted", "logged", "difference", "verdict", "log_line"],
      rows: () =>
        rows.map(({ part, unit, predicted, logged, difference, verdict, line }) => [
          part,
          unit,
          predicted,
          logged,
          difference,
          verdict,
          line + 1,
        ]),
    },
  };
}
