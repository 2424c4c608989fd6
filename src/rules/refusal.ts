import { atLeast, compareVersions, parseVersion } from "../deployment/version.ts";
import { saidVersion } from "./certainty.ts";
import type { RuleContext, Severity } from "./rule.ts";

/** Releases in which an engine's check was read. */
export interface Read {
  /** The first of them; older ones lack the check or its flags. */
  readonly since: string;
  /** The last of them, where newer ones were read and do otherwise. */
  readonly until?: string;
}

/**
 * How sure a refusal is: an error in the releases where it was read, nothing in those that do otherwise, and a warning where the release
 * is not known or newer than the newest one known.
 */
export function refusal({ deployment, pool, catalog }: RuleContext, { since, until }: Read): Severity | undefined {
  const version = saidVersion(pool);
  if (!version) return "warning";
  // A command line stands over a file of settings.
  const read: Severity = deployment.format.endsWith("-config") ? "warning" : "error";
  if (!atLeast(version, since)) return undefined;
  const newest = parseVersion(until ?? catalog.flags(deployment.engine).versions.at(-1) ?? "");
  if (newest && compareVersions(version, newest) <= 0) return read;
  return until === undefined ? "warning" : undefined;
}
