import type { Edit } from "../deployment/text.ts";
import type { Finding, Fix } from "../rules/rule.ts";
import { applyEdits } from "./edits.ts";
import { type FixOptions, findingsLike, hasNewErrors, verifiedFixes } from "./fixes.ts";

/** Each is tried on the text: more than a person would look through are left for a second time. */
const mostFixes = 100;

/** The edits that mend all of these findings together: each fix counts only if it still removes its finding beside the others. */
export function fixAll(
  findings: readonly Finding[],
  options: FixOptions,
  choose: (fixes: readonly Fix[]) => Fix | undefined,
): readonly Edit[] {
  let edits: readonly Edit[] = [];
  let { analysis } = options;
  for (const finding of findings.slice(0, mostFixes)) {
    const fix = choose(verifiedFixes(finding, options));
    const more = fix ? [...edits, ...fix.edits] : edits;
    const edited = fix && applyEdits(options.text, more);
    if (edited === undefined) continue;
    const after = options.again(edited);
    if (findingsLike(after.findings, finding) >= findingsLike(analysis.findings, finding) || hasNewErrors(analysis, after)) continue;
    edits = more;
    analysis = after;
  }
  return edits;
}

/** The fix that is proposed first. */
export function preferredFix(fixes: readonly Fix[]): Fix | undefined {
  return fixes.find(({ preferred }) => preferred);
}

/** The only one: where there are several ways, a person decides. */
export function onlyFix(fixes: readonly Fix[]): Fix | undefined {
  return fixes.length === 1 ? fixes[0] : undefined;
}
