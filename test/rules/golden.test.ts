import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { plain } from "../../src/deployment/message.ts";
import { analyse } from "../../src/language/analysis.ts";
import { fixesOf } from "../../src/language/fixes.ts";
import { rules, textRules } from "../../src/rules/registry.ts";
import type { Finding } from "../../src/rules/rule.ts";
import { testCatalog } from "../support/catalog.ts";
import { type Marker, readMarkers } from "./golden-markers.ts";

const root = new URL("./golden/", import.meta.url);
const update = process.env.UPDATE === "1";

interface Found {
  readonly finding: Finding;
  readonly fixes: readonly string[];
}

/** Each file: every finding is wanted by a marker on its line, every marker is met. Findings of other rules are looked at too. */
describe.each(readdirSync(root))("%s", (code) => {
  const folder = new URL(`${code}/`, root);
  test.each(readdirSync(folder).filter((name) => name.endsWith(".yaml")))("%s", (name) => {
    const source = readFileSync(new URL(name, folder), "utf8");
    const { text, markers } = readMarkers(source);
    const options = { catalog: testCatalog(), fileName: name.includes("config") ? "vllm-config.yaml" : name };
    const analysis = analyse(text, options);
    // What a rule on the text finds may well break its YAML.
    if (!textRules.some((rule) => rule.code === code)) expect(analysis.problems.map((problem) => plain(problem.message))).toEqual([]);
    expect(analysis.deployments.length).toBeGreaterThan(0);
    const found = analysis.findings.map((finding): Found => {
      const fixes = fixesOf(finding, { text, analysis, again: (edited) => analyse(edited, options) }).map((fix) => plain(fix.title));
      const silencing = `Ignore ${finding.code} here`;
      // What is wrong with the file itself is silenced by hand alone.
      expect(fixes.at(-1) === silencing).toBe(!textRules.some((rule) => rule.code === finding.code));
      expect(plain(finding.message).length).toBeLessThanOrEqual(240);
      return { finding, fixes: fixes.filter((title) => title !== silencing) };
    });
    if (update) {
      writeFileSync(new URL(name, folder), withMarkers(text, found));
      return;
    }
    const unmet = markers.filter((marker) => !found.some((one) => meets(one, marker)));
    const unwanted = found.filter((one) => !markers.some((marker) => meets(one, marker)));
    expect({ unmet, unwanted: unwanted.map(markerOf) }).toEqual({ unmet: [], unwanted: [] });
  });
});

function meets({ finding, fixes }: Found, marker: Marker): boolean {
  if (finding.code !== marker.code || finding.range.start.line !== marker.line) return false;
  if (marker.severity !== undefined && marker.severity !== finding.severity) return false;
  if (!plain(finding.message).replaceAll('"', "'").includes(marker.words)) return false;
  return JSON.stringify(fixes) === JSON.stringify(marker.fixes);
}

function markerOf({ finding, fixes }: Found): string {
  const titles = fixes.map((title) => ` fix "${title}"`).join("");
  return `${finding.range.start.line + 1}: # want ${finding.code} "${plain(finding.message).replaceAll('"', "'")}" ${finding.severity}${titles}`;
}

function withMarkers(text: string, found: readonly Found[]): string {
  return text
    .split("\n")
    .map((content, line) => {
      const own = found.filter(({ finding }) => finding.range.start.line === line);
      return content + own.map((one) => ` ${markerOf(one).replace(/^\d+: /, "")}`).join("");
    })
    .join("\n");
}

test.each([...rules, ...textRules].map(({ code }) => code))("%s has a page and a golden folder that shows it", (code) => {
  expect(existsSync(new URL(`../../docs/rules/${code}.md`, import.meta.url))).toBe(true);
  const folder = new URL(`${code}/`, root);
  expect(existsSync(folder)).toBe(true);
  const shown = readdirSync(folder).some((name) => readFileSync(new URL(name, folder), "utf8").includes(`# want ${code} `));
  expect(shown).toBe(true);
});
