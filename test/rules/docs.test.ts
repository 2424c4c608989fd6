import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { liveRules, rules as poolRules, textRules } from "../../src/rules/registry.ts";

const rules = [...poolRules, ...textRules, ...liveRules];

const folder = new URL("../../docs/rules/", import.meta.url);

test("the index is that of the registry", () => {
  const script = fileURLToPath(new URL("../../scripts/rules-docs.mjs", import.meta.url));
  const run = spawnSync(process.execPath, [script, "--check"], { encoding: "utf8" });
  expect({ status: run.status, errors: run.stderr }).toEqual({ status: 0, errors: "" });
});

test("there is one page a rule and no other", () => {
  const pages = readdirSync(folder).filter((name) => name !== "README.md");
  expect(pages.sort()).toEqual(rules.map(({ code }) => `${code}.md`).sort());
});

test.each(rules.map((rule) => [rule.code, rule] as const))("the page of %s names its facts with their sources", (code, rule) => {
  const page = readFileSync(new URL(`${code}.md`, folder), "utf8");
  expect(page.startsWith(`# ${code}\n`)).toBe(true);
  for (const fact of rule.facts)
    expect(page).toMatch(new RegExp(`^- \\*\\*${fact.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}\\*\\*: .{20,}`, "m"));
  for (const heading of ["Why it matters", "What the engine does", "How to fix it", "Severity", "Facts"])
    expect(page).toContain(`## ${heading}\n`);
});
