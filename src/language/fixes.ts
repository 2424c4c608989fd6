import { message } from "../deployment/message.ts";
import { LineMap, type Range } from "../deployment/text.ts";
import type { Finding, Fix } from "../rules/rule.ts";
import { directiveEdits, lineAbove } from "./directive-edit.ts";
import { applyEdits } from "./edits.ts";
import { indentOf, lineText } from "./line-text.ts";
import type { Analysis, DeploymentAnalysis } from "./results.ts";

export interface FixOptions {
  readonly text: string;
  readonly analysis: Analysis;
  /** The same analysis of the text as a fix would leave it. */
  readonly again: (text: string) => Analysis;
}

export interface FindingFixes {
  readonly finding: Finding;
  /** Verified ones, then `Ignore CODE here`. */
  readonly fixes: readonly Fix[];
}

/** Fixes of all findings that touch a range. */
export function fixesAt(range: Range, options: FixOptions): readonly FindingFixes[] {
  return options.analysis.findings
    .filter((one) => one.range.file === undefined && touches(one.range, range))
    .map((finding) => ({ finding, fixes: fixesOf(finding, options) }));
}

/** Fixes of one finding: each was tried on the text, removes the finding and brings no new error; the last one silences it. */
export function fixesOf(finding: Finding, options: FixOptions): readonly Fix[] {
  const kept = finding.fixes.filter((fix) => helps(finding, fix, options));
  const preferred = Math.max(
    0,
    kept.findIndex((fix) => fix.preferred),
  );
  return [...kept.map((fix, index) => ({ ...fix, preferred: index === preferred })), ignoreFix(finding, options)];
}

/** The analysis with verified fixes on every finding: what the command line prints. */
export function withVerifiedFixes(options: FixOptions): Analysis {
  const verify = (finding: Finding): Finding => ({ ...finding, fixes: fixesOf(finding, options) });
  const { analysis } = options;
  return {
    ...analysis,
    deployments: analysis.deployments.map((one) => ({ ...one, findings: one.findings.map(verify) })),
    findings: analysis.findings.map(verify),
  };
}

const rank = { error: 2, warning: 1, information: 0 } as const;

function helps(finding: Finding, fix: Fix, options: FixOptions): boolean {
  const edited = applyEdits(options.text, fix.edits);
  if (edited === undefined || edited === options.text) return false;
  const before = options.analysis;
  const after = options.again(edited);
  const owner = ownerOf(finding, before);
  const same = owner && after.deployments.find((one) => one.deployment.id === owner.deployment.id);
  if (!owner || !same || after.problems.length > before.problems.length) return false;
  return count(same, finding) < count(owner, finding) && !newErrors(before, after);
}

function newErrors(before: Analysis, after: Analysis): boolean {
  return after.findings.some(({ code, severity }) => severity === "error" && errors(after, code) > errors(before, code));
}

function errors({ findings }: Analysis, code: string): number {
  return findings.filter((one) => one.code === code && one.severity === "error").length;
}

/** Findings like this one or worse; a remark is gone when it says something else. */
function count({ findings }: DeploymentAnalysis, { code, severity, message: { text } }: Finding): number {
  const same = (one: Finding): boolean => (severity === "information" ? one.message.text === text : rank[one.severity] >= rank[severity]);
  return findings.filter((one) => one.code === code && same(one)).length;
}

function ownerOf(finding: Finding, { deployments }: Analysis): DeploymentAnalysis | undefined {
  return (
    deployments.find(({ findings }) => findings.includes(finding)) ??
    deployments.find(({ findings }) => findings.some((one) => sameFinding(one, finding)))
  );
}

function sameFinding(a: Finding, b: Finding): boolean {
  return a.code === b.code && a.range.start.line === b.range.start.line && a.range.start.character === b.range.start.character;
}

/** A comment on the line above; where that line belongs to a script, a directive above the deployment. */
export function ignoreFix(finding: Finding, { text, analysis }: FixOptions): Fix {
  const lines = new LineMap(text);
  const { line } = finding.range.start;
  const owner = ownerOf(finding, analysis);
  const words = `ignore=${finding.code}`;
  const edits =
    owner && (finding.range.file !== undefined || isInBlockScalar(text, lines, line))
      ? directiveEdits(text, owner.deployment, "ignore", finding.code)
      : [lineAbove(text, lines, line, words)];
  return { title: message("Ignore {0} here", finding.code), edits, preferred: false };
}

/** Whether a line is text of a `|` or `>` scalar: some less indented line above opens one, and nothing between is less indented. */
export function isInBlockScalar(text: string, lines: LineMap, line: number): boolean {
  let least = indentOf(lineText(text, lines, line));
  for (let at = line - 1; at >= 0 && least > 0; at--) {
    const content = lineText(text, lines, at);
    if (content.trim() === "") continue;
    const indent = indentOf(content);
    if (indent >= least) continue;
    if (/(^|[\s:-])[|>][-+0-9]{0,2}\s*(#.*)?$/.test(content)) return true;
    least = indent;
  }
  return false;
}

function touches(a: Range, b: Range): boolean {
  const before = (x: Range["start"], y: Range["start"]): boolean => x.line < y.line || (x.line === y.line && x.character <= y.character);
  return before(a.start, b.end) && before(b.start, a.end);
}
