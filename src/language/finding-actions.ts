import type { Deployment } from "../deployment/deployment.ts";
import type { Range } from "../deployment/text.ts";
import type { Finding, Fix } from "../rules/rule.ts";
import { type FixOptions, ownerOf, verifiedFixes } from "./fixes.ts";
import { ignoreHere, ignoreInDeployment } from "./ignore-fix.ts";
import { touches } from "./position.ts";

/** What can be done about one finding, in the order of a menu. */
export interface FindingActions {
  readonly finding: Finding;
  readonly fixes: readonly Fix[];
  /** All findings of its kind that can be mended, this one among them; none where it is the only one. */
  readonly alike: readonly Finding[];
  /** `Ignore CODE here`, and for the whole deployment where that is another place; none for what is wrong with the file itself. */
  readonly silencing: readonly Fix[];
}

/** What can be done about the findings that touch a range. */
export function actionsAt(range: Range, options: FixOptions): readonly FindingActions[] {
  return options.analysis.findings.filter((one) => touches(one.range, range)).map((finding) => actionsOf(finding, options));
}

function actionsOf(finding: Finding, options: FixOptions): FindingActions {
  const { analysis } = options;
  const fixes = verifiedFixes(finding, options);
  const alike = analysis.findings.filter((one) => one.code === finding.code && one.fixes.length > 0);
  const owner = ownerOf(finding, analysis)?.deployment;
  return {
    finding,
    fixes,
    alike: fixes.length > 0 && alike.length > 1 ? alike : [],
    silencing: owner ? silencing(finding, owner, options) : [],
  };
}

function silencing(finding: Finding, owner: Deployment, options: FixOptions): readonly Fix[] {
  const here = ignoreHere(finding, owner, options);
  const whole = ignoreInDeployment(finding, owner, options.text);
  return JSON.stringify(whole.edits) === JSON.stringify(here.edits) ? [here] : [here, whole];
}
