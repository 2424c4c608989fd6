import { plain } from "../../deployment/message.ts";
import type { Severity } from "../../rules/rule.ts";
import type { Subject } from "../input/subjects.ts";

const commands: Readonly<Record<Severity, string>> = { error: "error", warning: "warning", information: "notice" };

/** Workflow commands that GitHub Actions turns into annotations of the changed files. */
export function findingsGithub(subjects: readonly Subject[]): string {
  const lines = subjects.flatMap(({ input, analysis }) => [
    ...analysis.findings.map(({ severity, message, range, code }) => {
      const { start, end } = range;
      // Columns are only taken within one line.
      const columns =
        start.line === end.line ? `,col=${start.character + 1},endColumn=${Math.max(end.character, start.character) + 1}` : "";
      return `::${commands[severity]} file=${property(input.path)},line=${start.line + 1},endLine=${end.line + 1}${columns},title=${property(code)}::${data(plain(message))}`;
    }),
    ...analysis.problems.map(
      ({ message, range }) =>
        `::notice file=${property(input.path)},line=${range.start.line + 1},title=inference-lens::${data(plain(message))}`,
    ),
  ]);
  return lines.map((line) => `${line}\n`).join("");
}

function data(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function property(text: string): string {
  return data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
