import { rules } from "./registry.ts";
import type { Finding, Rule, RuleContext } from "./rule.ts";

/** Findings of one pool by all rules for its engine but those silenced for the whole deployment. */
export function check(context: RuleContext, which: readonly Rule[] = rules): readonly Finding[] {
  const { engine, ignored } = context.deployment;
  return which.flatMap((rule) => (rule.engines.includes(engine) && !ignored.has(rule.code) ? rule.check(context) : []));
}
