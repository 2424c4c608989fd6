import { plain } from "../../deployment/message.ts";
import type { Severity } from "../../rules/rule.ts";
import type { Subject } from "../input/subjects.ts";

const order: readonly Severity[] = ["error", "warning", "information"];

/** A table for a comment on a change: worst first. */
export function findingsMarkdown(subjects: readonly Subject[]): string {
  const rows = subjects.flatMap(({ input, analysis }) => analysis.findings.map((finding) => ({ path: input.path, finding })));
  rows.sort((a, b) => order.indexOf(a.finding.severity) - order.indexOf(b.finding.severity));
  const notes = subjects.flatMap(({ input, analysis }) =>
    analysis.problems.map(({ message, range }) => `- \`${code(`${input.path}:${range.start.line + 1}`)}\` ${cell(plain(message))}`),
  );
  const deployments = subjects.reduce((sum, { analysis }) => sum + analysis.deployments.length, 0);
  const head = `### Inference Lens: ${rows.length === 0 ? "nothing found" : `${rows.length} finding${rows.length === 1 ? "" : "s"}`} in ${deployments} deployment${deployments === 1 ? "" : "s"}\n`;
  const lines = rows.map(({ path, finding }) => {
    const fix = finding.fixes.find(({ preferred }) => preferred);
    const place = `\`${code(`${path}:${finding.range.start.line + 1}`)}\``;
    return `| ${finding.severity} | ${place} | ${cell(plain(finding.message))} | ${fix ? cell(plain(fix.title)) : ""} | \`${finding.code}\` |\n`;
  });
  const table = lines.length === 0 ? "" : `\n| | Where | Finding | Fix | Code |\n|---|---|---|---|---|\n${lines.join("")}`;
  return `${head}${table}${notes.length > 0 ? `\n${notes.join("\n")}\n` : ""}`;
}

/** Text that ends no cell and starts no markup. */
function cell(text: string): string {
  return text.replace(/[\\`*_{}[\]<>|~#]/g, "\\$&").replace(/\s*\n\s*/g, " ");
}

function code(text: string): string {
  return text.replaceAll("`", "'").replaceAll("|", "\\|");
}
