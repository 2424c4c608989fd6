import type { Finding, Fix } from "../rules/rule.ts";
import { applyEdits } from "./edits.ts";
import { ignoreHere } from "./ignore-fix.ts";
import type { Analysis, DeploymentAnalysis } from "./results.ts";

export interface FixOptions {
  readonly text: string;
  readonly analysis: Analysis;
  /** The same analysis of the text as a fix would leave it. */
  readonly again: (text: string) => Analysis;
}

/** Fixes of one finding: what was verified, then the one that silences it where it belongs to a deployment. */
export function fixesOf(finding: Finding, options: FixOptions): readonly Fix[] {
  const owner = ownerOf(finding, options.analysis)?.deployment;
  return [...verifiedFixes(finding, options), ...(owner ? [ignoreHere(finding, owner, options)] : [])];
}

/** Each was tried on the text, removes the finding and brings no new error; one of them is preferred. */
export function verifiedFixes(finding: Finding, options: FixOptions): readonly Fix[] {
  const kept = finding.fixes.filter((fix) => helps(finding, fix, options));
  const preferred = Math.max(
    0,
    kept.findIndex((fix) => fix.preferred),
  );
  return kept.map((fix, index) => ({ ...fix, preferred: index === preferred }));
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
  return findingsLike(same.findings, finding) < findingsLike(owner.findings, finding) && !hasNewErrors(before, after);
}

export function hasNewErrors(before: Analysis, after: Analysis): boolean {
  return after.findings.some(({ code, severity }) => severity === "error" && errors(after, code) > errors(before, code));
}

function errors({ findings }: Analysis, code: string): number {
  return findings.filter((one) => one.code === code && one.severity === "error").length;
}

/** How many are like this one or worse; a remark is gone when it says something else. */
export function findingsLike(findings: readonly Finding[], { code, severity, message: { text } }: Finding): number {
  const same = (one: Finding): boolean => (severity === "information" ? one.message.text === text : rank[one.severity] >= rank[severity]);
  return findings.filter((one) => one.code === code && same(one)).length;
}

/** The deployment a finding is about. */
export function ownerOf(finding: Finding, { deployments }: Analysis): DeploymentAnalysis | undefined {
  return (
    deployments.find(({ findings }) => findings.includes(finding)) ??
    deployments.find(({ findings }) => findings.some((one) => sameFinding(one, finding)))
  );
}

function sameFinding(a: Finding, b: Finding): boolean {
  return a.code === b.code && a.range.start.line === b.range.start.line && a.range.start.character === b.range.start.character;
}
