import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { rulesIndex } from "../../scripts/rules-docs.mjs";
import { rules } from "../../src/rules/registry.ts";

const folder = new URL("../../docs/rules/", import.meta.url);

test("the index is that of the registry", async () => {
  expect(readFileSync(new URL("README.md", folder), "utf8")).toBe(await rulesIndex());
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
