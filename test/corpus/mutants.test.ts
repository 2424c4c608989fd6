import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { type IndexEntry, readIndex } from "../../scripts/corpus/index-entry.ts";
import { mutantsOf, mutations } from "../../scripts/mutate/all.ts";
import { isGoodEnough, shareOf } from "../../scripts/mutate/report.ts";
import type { MutantResult } from "../../scripts/mutate/run.ts";
import { rules, textRules } from "../../src/rules/registry.ts";
import { testCatalog } from "../support/catalog.ts";

const own = join(import.meta.dirname, "own");
const folder = resolve(import.meta.dirname, "../..", process.env.INFERENCE_LENS_CORPUS ?? "../shared/corpus");
const present = existsSync(join(folder, "index.json"));
if (!present) console.log(`The corpus of real files is not at ${folder}: only the project's own files were broken.`);

const told = ({ file, mutation, what }: MutantResult): string => `${file}: ${mutation} (${what})`;

test.each(readdirSync(own))("what is broken in %s is noticed, and nothing else is said", (file) => {
  const results = mutantsOf(file, "own", readFileSync(join(own, file), "utf8"), testCatalog());
  expect(results.length).toBeGreaterThan(10);
  expect(results.filter(({ noticed }) => !noticed).map(told)).toEqual([]);
  expect(results.flatMap((one) => one.surprises.map((text) => `${told(one)}: ${text}`))).toEqual([]);
});

/** `npm run mutate` breaks every file; here three of each format are enough to see a step back, all with MUTATE=all. */
function chosen(entries: readonly IndexEntry[]): readonly IndexEntry[] {
  const serving = entries.filter(({ negative }) => !negative);
  if (process.env.MUTATE === "all") return serving;
  const earlier = new Map<string, number>();
  return serving.filter(({ format, units }) => {
    const count = earlier.get(format) ?? 0;
    if (units > 0) earlier.set(format, count + 1);
    return units > 0 && count < 3;
  });
}

describe.runIf(present)("published files", () => {
  test("of what is broken in them 95 in 100 are noticed, and 1 in 100 may bring an error of another kind", { timeout: 600_000 }, () => {
    const entries = chosen(present ? readIndex(folder) : []);
    const results = entries.flatMap(({ file, format }) => mutantsOf(file, format, readFileSync(join(folder, file), "utf8"), testCatalog()));
    const share = shareOf(results);
    console.log(`${share.tried} deployments broken, ${share.noticed} noticed, ${share.surprising} with an error of another kind`);
    expect(share.tried).toBeGreaterThan(1_000);
    expect(share).toSatisfy(isGoodEnough);
  });
});

test("every code that a mutant should bring is a rule's", () => {
  const codes = new Set([...rules, ...textRules].map(({ code }) => code));
  const named = mutations.flatMap(({ expected, follows }) => [...expected, ...(follows ?? [])]);
  expect(named.filter((code) => !codes.has(code))).toEqual([]);
});
