import { plain } from "../../deployment/message.ts";
import type { Position } from "../../deployment/text.ts";
import type { Finding, Severity } from "../../rules/rule.ts";
import type { Subject } from "../input/subjects.ts";
import type { Style, Terminal } from "../terminal.ts";
import { table } from "./table.ts";

const styles: Readonly<Record<Severity, Style>> = { error: "red", warning: "yellow", information: "blue" };

/** Findings of all files for people: place, severity, sentence, code, and the fix that would be offered first. */
export function findingsText(subjects: readonly Subject[], { paint, columns }: Pick<Terminal, "paint" | "columns">): string {
  const parts = subjects.flatMap(({ input, analysis: { findings, problems } }) => {
    if (findings.length === 0 && problems.length === 0) return [];
    const rows = [
      ...findings.map((finding) => [
        place(finding.range.start),
        paint(styles[finding.severity], finding.severity),
        words(finding, paint),
        paint("dim", finding.code),
      ]),
      ...problems.map((problem) => [place(problem.range.start), "note", plain(problem.message), ""]),
    ];
    return [`${paint("underline", input.path)}\n${table(rows, { indent: 2, widths: widthsFor(rows, columns) })}`];
  });
  return [...parts, summary(subjects, paint)].join("\n");
}

function words({ message, fixes }: Finding, paint: Terminal["paint"]): string {
  const fix = fixes.find(({ preferred }) => preferred);
  return fix ? `${plain(message)}\n${paint("green", "fix:")} ${plain(fix.title)}` : plain(message);
}

/** On a terminal the sentences wrap; elsewhere lines stay whole. */
function widthsFor(rows: readonly (readonly string[])[], columns: number | undefined): Readonly<Record<number, number>> {
  if (columns === undefined) return {};
  const code = Math.max(...rows.map((row) => visible(row[3] ?? "")));
  const left = Math.max(...rows.map((row) => visible(row[0] ?? ""))) + 11;
  const room = columns - left - code - 8;
  const longest = Math.max(...rows.flatMap((row) => (row[2] ?? "").split("\n").map(visible)));
  return room >= 30 && longest > room ? { 2: room } : {};
}

function visible(text: string): number {
  // biome's control-character rule does not hold here: this is the escape that colours are made of.
  return text.split("\u001b").reduce((sum, part, i) => sum + (i === 0 ? part.length : part.replace(/^\[\d+m/, "").length), 0);
}

function place({ line, character }: Position): string {
  return `${line + 1}:${character + 1}`;
}

function summary(subjects: readonly Subject[], paint: Terminal["paint"]): string {
  const count = (severity: Severity): number =>
    subjects.reduce((sum, { analysis }) => sum + analysis.findings.filter((one) => one.severity === severity).length, 0);
  const deployments = subjects.reduce((sum, { analysis }) => sum + analysis.deployments.length, 0);
  const looked = `${numbered(deployments, "deployment")} in ${numbered(subjects.length, "file")}`;
  const errors = count("error");
  const warnings = count("warning");
  const hints = count("information");
  if (errors + warnings + hints === 0) {
    const [first] = subjects;
    const nothing = deployments === 0 ? "no deployment found" : "nothing found";
    return `${deployments === 0 && subjects.length === 1 && first ? `${first.input.path}: ${nothing}` : `${looked}: ${nothing}`}\n`;
  }
  const parts = [
    errors > 0 ? paint("red", numbered(errors, "error")) : "",
    warnings > 0 ? paint("yellow", numbered(warnings, "warning")) : "",
    hints > 0 ? numbered(hints, "hint") : "",
  ].filter(Boolean);
  return `${looked}: ${parts.join(", ")}\n`;
}

function numbered(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}
