import type { TextRule } from "./text-rule.ts";

/** A rule on what runs: its findings are made while a server is attached (`language/drift-findings.ts`), not from a text alone. */
export type LiveRule = Omit<TextRule, "check">;
