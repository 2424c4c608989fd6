import { figure, gib, percent, whole } from "../../catalog/quantity.ts";
import { engineNames } from "../../deployment/engine-names.ts";
import { plain } from "../../deployment/message.ts";
import type { LoggedDeployment } from "../../live/starts/logged-deployment.ts";
import { refusalWords } from "../../live/starts/refusal-words.ts";
import type { StartRow } from "../../live/starts/start-comparison.ts";
import type { LoggedFigure, StartLog } from "../../live/starts/start-log.ts";
import type { Kept } from "../kept-calibration.ts";
import type { Paint } from "../terminal.ts";
import { table } from "./table.ts";

/** A log beside the prediction, for people. */
export function startText(path: string, log: StartLog, logged: LoggedDeployment | undefined, kept: Kept | null, paint: Paint): string {
  const lines = [
    paint("bold", `${path}: ${headline(log)}`),
    ...log.conflicts.map(({ part, rank, lines: [a, b] }) =>
      paint("yellow", `  ${part} of ${rank} is printed with two values (lines ${a + 1} and ${b + 1}) and not used`),
    ),
    ...(log.earlier.length > 0
      ? [`  ${log.earlier.length} earlier ${log.earlier.length === 1 ? "start" : "starts"} in this log; the last one counts`]
      : []),
  ];
  return `${lines.join("\n")}\n${logged ? comparisonText(logged, paint) : figuresText(log)}${keptText(kept, paint)}`;
}

function headline({ engine, engineVersion, outcome, refusal, line }: StartLog): string {
  const name = engine ? [engineNames[engine], engineVersion ?? ""].filter(Boolean).join(" ") : "an engine that it does not name";
  const end = refusal ? plain(refusalWords(refusal)) : outcome === "ready" ? "ready" : "its end is not in the log";
  return `${name}, started at line ${line + 1}, ${end}`;
}

function comparisonText({ comparison: { rank, ranks, rows, settings } }: LoggedDeployment, paint: Paint): string {
  const differing = settings.filter(({ differs }) => differs);
  const told = rows.map((row) => [
    plain(row.label),
    amount(row.predicted, row.unit),
    amount(row.logged, row.unit),
    row.verdict === "equal"
      ? ""
      : `${signed(row)}${row.share === null ? "" : `, ${row.share < 0 ? "−" : "+"}${percent(Math.abs(row.share))}`}`,
    row.why ? plain(row.why) : "",
  ]);
  const of = ranks > 1 ? `Rank ${rank} of ${ranks}` : "Per GPU";
  const differ = table(
    differing.map(({ name, file, log }) => [paint("yellow", name), file, log]),
    { head: ["Differs", "file", "log"], indent: 2 },
  );
  return `${table(told, { head: [of, "predicted", "logged", "difference", "why"], right: [1, 2, 3], indent: 2 })}${differing.length > 0 ? differ : ""}`;
}

/** Where the deployment is not settled, the log's own figures. */
function figuresText({ ranks, tightest, cache }: StartLog): string {
  const figures: readonly (readonly [string, LoggedFigure | undefined])[] = Object.entries(ranks[tightest]?.figures ?? {});
  const rows = [
    ...figures.flatMap(([part, one]) => (one ? [[part, gib(one.value, 2)]] : [])),
    ...(cache.tokens ? [["KV cache tokens", whole(cache.tokens.value)]] : []),
    ...(cache.blocks ? [["KV cache blocks", whole(cache.blocks.value)]] : []),
  ];
  return table(rows, { right: [1], indent: 2 });
}

function keptText(kept: Kept | null, paint: Paint): string {
  if (!kept) return "";
  if (kept.problem !== null) return `  ${paint("yellow", "not calibrated:")} ${kept.problem}\n`;
  return kept.written ? `  calibration written to ${kept.path}\n` : `  --calibrate would keep this in ${kept.path}\n`;
}

function amount(value: number, unit: StartRow["unit"]): string {
  if (unit === "B") return Math.abs(value) < 2 ** 24 ? `${whole(value)} B` : gib(value, 2);
  return unit === "requests" ? figure(value) : whole(value);
}

function signed({ difference, unit }: StartRow): string {
  return `${difference < 0 ? "−" : "+"}${amount(Math.abs(difference), unit)}`;
}
