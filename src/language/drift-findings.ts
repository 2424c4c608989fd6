import { message } from "../deployment/message.ts";
import type { Edit } from "../deployment/text.ts";
import { type Drift, isDifference } from "../live/drift/drift.ts";
import type { PoolChange } from "../planning/change.ts";
import type { Finding, Fix } from "../rules/rule.ts";
import { serverDrift } from "../rules/server-drift.ts";
import { isSilenced } from "./analysis.ts";
import { applyEdits } from "./edits.ts";
import type { FixOptions } from "./fixes.ts";
import type { Analysis, DeploymentAnalysis } from "./results.ts";
import { verifiedEdits } from "./verified-change.ts";

/** A setting that a server runs otherwise than its file says, as a finding at the file's word. */
export interface DriftFinding {
  readonly finding: Finding;
  readonly drift: Drift;
}

/** What an attached server runs otherwise; figures of our own model are no settings, and no findings. */
export function driftFindings(drift: readonly Drift[], { deployment }: DeploymentAnalysis, analysis: Analysis): readonly DriftFinding[] {
  if (deployment.ignored.has(serverDrift.code)) return [];
  return drift
    .filter(isDifference)
    .map((one): DriftFinding => ({ drift: one, finding: findingOf(one, deployment.anchor) }))
    .filter(({ finding }) => !isSilenced(finding, analysis.ignoredLines));
}

function findingOf({ setting, file, server, place }: Drift, anchor: Finding["range"]): Finding {
  const runs = server ?? "";
  return {
    code: serverDrift.code,
    severity: place ? "warning" : "information",
    message: place
      ? message("The server runs {0} {1}, the file says {2}.", setting, runs, file)
      : message("The server runs {0} {1}; this file leaves it at {2}.", setting, runs, file),
    range: place ?? anchor,
    related: [],
    fixes: [],
  };
}

/** Makes the file say what the server runs; undefined where it cannot be written, or would bring a new error. */
export function driftFix(drift: Drift, subject: DeploymentAnalysis, options: FixOptions): Fix | undefined {
  const part = partOf(drift, subject);
  const tried = part && verifiedEdits(subject, { parts: [part] }, options);
  if (!tried?.edits) return undefined;
  const title = message("Set {0} to {1}, as the server runs", drift.setting, drift.server ?? "");
  return { title, edits: tried.edits, preferred: true };
}

/** Edits for as many settings as can be written together, each tried beside those before it. */
export function reviewedEdits(drift: readonly Drift[], subject: DeploymentAnalysis, options: FixOptions): readonly Edit[] {
  let edits: readonly Edit[] = [];
  for (const one of drift) {
    const fix = isDifference(one) ? driftFix(one, subject, options) : undefined;
    if (!fix) continue;
    const together = distinct([...edits, ...fix.edits]);
    if (applyEdits(options.text, together) !== undefined) edits = together;
  }
  return edits;
}

/** Switches that are named for what they turn off are written or taken away; others have a form that says no. */
function partOf({ change, pool }: Drift, { deployment }: DeploymentAnalysis): PoolChange | undefined {
  if (!change) return undefined;
  const off = change.text === "false" && deployment.engine === "sglang";
  return { pool, flags: { [change.flag]: off ? null : change.text } };
}

function distinct(edits: readonly Edit[]): readonly Edit[] {
  const seen = new Set<string>();
  return edits.filter(({ range, newText }) => {
    const key = JSON.stringify([range, newText]);
    return !seen.has(key) && seen.add(key);
  });
}
