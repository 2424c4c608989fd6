import type { Finding, Severity } from "./rule.ts";

/** A rule on the text as such, whatever deployments it holds. */
export interface TextRule {
  readonly code: string;
  /** The worst severity it reports. */
  readonly severity: Severity;
  /** One sentence for the index of docs/rules. */
  readonly summary: string;
  readonly facts: readonly string[];
  check(text: string): readonly Finding[];
}
