import type { ReadProblem } from "../../deployment/deployment.ts";
import { plain } from "../../deployment/message.ts";
import type { Finding } from "../../rules/rule.ts";
import type { Subject } from "../input/subjects.ts";

/** The page of a rule, from the package's root. */
export function rulePage(code: string): string {
  return `docs/rules/${code}.md`;
}

/** `check --format json`, one entry a file. */
export function findingsJson(subjects: readonly Subject[]) {
  return {
    version: 1,
    files: subjects.map(({ input, analysis }) => ({
      path: input.path,
      formats: analysis.formats,
      deployments: analysis.deployments.map(({ deployment }) => deployment.id),
      findings: analysis.findings.map(findingJson),
      problems: analysis.problems.map(problemJson),
    })),
  };
}

function findingJson({ code, severity, message, range, related, fixes }: Finding) {
  return {
    code,
    severity,
    message: plain(message),
    range,
    related: related.map((one) => ({ message: plain(one.message), range: one.range })),
    fixes: fixes.map(({ title, preferred, edits }) => ({ title: plain(title), preferred, edits })),
    doc: rulePage(code),
  };
}

function problemJson({ message, range }: ReadProblem) {
  return { message: plain(message), range };
}
