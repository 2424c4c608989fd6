import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { mutantsOf, mutations } from "../../scripts/mutate/all.ts";
import { rules, textRules } from "../../src/rules/registry.ts";
import { testCatalog } from "../support/catalog.ts";

const own = join(import.meta.dirname, "own");

test.each(readdirSync(own))("what is broken in %s brings no error of another kind", (file) => {
  const results = mutantsOf(file, "own", readFileSync(join(own, file), "utf8"), testCatalog());
  expect(results.length).toBeGreaterThan(10);
  expect(results.flatMap(({ mutation, what, surprises }) => surprises.map((text) => `${mutation} (${what}): ${text}`))).toEqual([]);
});

test("every code that a mutant should bring is a rule's", () => {
  const codes = new Set([...rules, ...textRules].map(({ code }) => code));
  const named = mutations.flatMap(({ expected, follows }) => [...expected, ...(follows ?? [])]);
  expect(named.filter((code) => !codes.has(code))).toEqual([]);
});
