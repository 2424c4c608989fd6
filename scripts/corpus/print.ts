import { columns } from "../columns.ts";
import type { Judgement } from "./judge.ts";
import { type Bar, type Crash, type FamilyRow, type Summary, totalOf } from "./summary.ts";

/** What `npm run corpus` prints: families, bars, findings, then every place where the tool and the index differ. */
export function printed(summary: Summary, judgements: readonly Judgement[], crashes: readonly Crash[]): string {
  const { files, families, findings, exceptions, cost, bars } = summary;
  return [
    ...columns(familyTable(families)),
    "",
    ...columns(barTable(bars)),
    "",
    `findings: ${findings.map(([code, count]) => `${code} ${count}`).join(", ") || "none"}`,
    `places where the index is wrong: ${exceptions}`,
    `${files} files in one process: ${Math.round(cost.cpuMs)} ms of processor time, ${Math.round(cost.wallMs)} ms; slowest file ${Math.round(cost.slowestMs)} ms`,
    "",
    ...differences(judgements, crashes),
  ].join("\n");
}

export function familyTable(families: readonly FamilyRow[]): (string | number)[][] {
  const row = ({ format, files, recognised, facts }: FamilyRow): (string | number)[] => [
    format,
    files,
    recognised,
    facts.right,
    facts.wrong,
    facts["left out"],
    facts.beyond,
  ];
  return [
    ["format", "files", "recognised", "facts right", "wrong", "left out", "beyond the index"],
    ...families.map(row),
    row(totalOf(families)),
  ];
}

export function barTable(bars: readonly Bar[]): (string | number)[][] {
  return [["bar", "reached", "of", "met"], ...bars.map(({ name, reached, of, met }) => [name, reached, of, met ? "yes" : "no"])];
}

/** One line a difference; the first word says what kind. */
function differences(judgements: readonly Judgement[], crashes: readonly Crash[]): string[] {
  const lines = (kind: string, of: (one: Judgement) => readonly string[]): string[] =>
    judgements.flatMap((one) => of(one).map((text) => `${kind.padEnd(9)} ${one.entry.file}${text}`));
  return [
    ...crashes.map(({ file, stack }) => `crash     ${file}: ${stack}`),
    ...lines("noise", ({ noise }) => noise.map((text) => `: ${text}`)),
    ...lines("format", ({ entry, told, recognised }) =>
      recognised === false ? [`: expected ${entry.format}, found ${told.formats.join(", ") || "none"}`] : [],
    ),
    ...lines("wrong", (one) => facts(one, "wrong")),
    ...lines("left out", (one) => facts(one, "left out")),
    ...lines("beyond", (one) => facts(one, "beyond")),
    ...lines("error", ({ unexplained, entry }) =>
      unexplained.map(
        ({ line, code, severity, message }) => `:${line} ${code} (${severity}): ${message}${entry.ambiguous ? " [ambiguous file]" : ""}`,
      ),
    ),
    ...lines("missed", ({ mistakes }) =>
      mistakes.flatMap(({ mistake, found }) =>
        found ? [] : [`:${mistake.firstLine} expected ${mistake.codes.join(" or ")}: ${mistake.why}`],
      ),
    ),
    ...lines("needless", ({ needless }) => needless.map(({ field }) => `: the exception for ${field} is not needed`)),
    ...lines("problem", ({ told, entry }) => (entry.negative ? [] : told.problems.map(({ line, message }) => `:${line} ${message}`))),
  ];
}

function facts({ facts }: Judgement, outcome: "wrong" | "left out" | "beyond"): string[] {
  return facts
    .filter((fact) => fact.outcome === outcome)
    .map(({ name, expected, found }) => `: ${name} expected ${expected || "none"}, found ${found || "none"}`);
}
