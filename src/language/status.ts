import { type Message, message } from "../deployment/message.ts";
import type { Severity } from "../rules/rule.ts";
import type { Analysis } from "./results.ts";

/** What one line about a file says. */
export interface Status {
  /** Undefined where nothing is wrong. */
  readonly worst: Severity | undefined;
  /** Deployments, errors, warnings: each a whole phrase, to be joined by commas. */
  readonly parts: readonly Message[];
}

/** Counts of a file; `levelOf` is the severity that a person gave a rule, off left out. */
export function statusOf(analysis: Analysis | undefined, levelOf: (code: string, severity: Severity) => Severity | "off"): Status {
  const deployments = analysis?.deployments.length ?? 0;
  const levels = (analysis?.findings ?? []).map(({ code, severity }) => levelOf(code, severity));
  const errors = levels.filter((level) => level === "error").length;
  const warnings = levels.filter((level) => level === "warning").length;
  return {
    worst: errors > 0 ? "error" : warnings > 0 ? "warning" : undefined,
    parts: [deploymentWords(deployments), ...problemWords(errors, warnings, deployments)],
  };
}

function deploymentWords(count: number): Message {
  if (count === 0) return message("no deployment in this file");
  return count === 1 ? message("1 deployment") : message("{0} deployments", count);
}

function problemWords(errors: number, warnings: number, deployments: number): readonly Message[] {
  if (errors === 0 && warnings === 0) return deployments === 0 ? [] : [message("no problems")];
  const ofErrors = errors === 1 ? message("1 error") : message("{0} errors", errors);
  const ofWarnings = warnings === 1 ? message("1 warning") : message("{0} warnings", warnings);
  return [...(errors > 0 ? [ofErrors] : []), ...(warnings > 0 ? [ofWarnings] : [])];
}
