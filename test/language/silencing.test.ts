import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { plain } from "../../src/deployment/message.ts";
import { applyEdits } from "../../src/language/edits.ts";
import { actionsAt } from "../../src/language/finding-actions.ts";
import type { Analysis } from "../../src/language/results.ts";
import type { Finding } from "../../src/rules/rule.ts";
import { analysed } from "./deployments.ts";

const root = new URL("../rules/golden/", import.meta.url);

/** How often the very same is said. */
function count({ findings }: Analysis, { code, message }: Finding): number {
  return findings.filter((one) => one.code === code && plain(one.message) === plain(message)).length;
}

test.each(readdirSync(root))("%s can be silenced at its line and for its deployment, and nothing else is touched", (code) => {
  for (const name of readdirSync(new URL(`${code}/`, root))) {
    const text = readFileSync(new URL(`${code}/${name}`, root), "utf8");
    const analysis = analysed(text);
    const findings = analysis.findings.filter((one) => one.code === code && one.range.file === undefined);
    for (const finding of findings) {
      const actions = actionsAt(finding.range, { text, analysis, again: analysed }).find((one) => one.finding === finding);
      for (const fix of actions?.silencing ?? []) {
        const edited = applyEdits(text, fix.edits) ?? "";
        const after = analysed(edited);
        expect(count(after, finding), `${name}: ${plain(fix.title)}`).toBeLessThan(count(analysis, finding));
        expect(after.problems).toHaveLength(analysis.problems.length);
        expect(fix.edits.filter(({ range: { start, end } }) => start.line !== end.line || start.character !== end.character)).toEqual([]);
      }
    }
  }
});
