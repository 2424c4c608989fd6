import { rules } from "./registry.ts";
import type { Finding, Rule, RuleContext } from "./rule.ts";

/** Findings of one pool by all rules but those silenced for the whole deployment. */
export function check(context: RuleContext, which: readonly Rule[] = rules): readonly Finding[] {
  const { ignored } = context.deployment;
  return which.flatMap((rule) => (ignored.has(rule.code) ? [] : rule.check(context)));
}
