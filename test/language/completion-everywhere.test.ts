import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { dialects } from "../../src/deployment/engines/dialect.ts";
import { LineMap } from "../../src/deployment/text.ts";
import { siteAt } from "../../src/language/completion-site.ts";
import { flagFacts } from "../../src/language/flag-facts.ts";
import type { DeploymentAnalysis } from "../../src/language/results.ts";
import { testCatalog } from "../support/catalog.ts";
import { analysed } from "./deployments.ts";

const catalog = testCatalog();

/** Golden files without what they want, and files as engineers write them. */
function texts(): readonly (readonly [name: string, text: string])[] {
  const read = (folder: string, name: string): string => readFileSync(new URL(`../${folder}/${name}`, import.meta.url), "utf8");
  const names = (folder: string): readonly string[] =>
    readdirSync(new URL(`../${folder}/`, import.meta.url), { recursive: true, encoding: "utf8" }).filter((name) =>
      /\.(ya?ml|txt)$/.test(name),
    );
  const golden = names("rules/golden").map((name) => [name, read("rules/golden", name).replace(/ # want .*$/gm, "")] as const);
  const wild = names("deployment/wild").flatMap((name) =>
    read("deployment/wild", name)
      .split(/^=== (?=.*)/m)
      .map((one) => [`${name} ${/^\S*/.exec(one)?.[0] ?? ""}`, one.slice(one.indexOf("\n") + 1)] as const),
  );
  return [...golden, ...wild];
}

/** Flags of a deployment that stand in the text itself and that the engine's table knows. */
function* written(text: string, { deployment }: DeploymentAnalysis) {
  const lines = new LineMap(text);
  for (const flag of deployment.pools.flatMap(({ engine }) => engine.written)) {
    const facts = flagFacts(catalog, deployment.engine, flag.name);
    const { start, end } = lines.span(flag.flagRange);
    const word = text.slice(start, end);
    // Quotes within quotes within quotes are for people to type.
    if (/\\"/.test(text.split("\n")[flag.flagRange.start.line] ?? "")) continue;
    if (flag.flagRange.file === undefined && facts && flag.known && word !== "" && !/\s/.test(word))
      yield { flag, facts, start, end, word };
  }
}

/** Places at which a written flag would not be completed: its value where the value goes, its name where that is half typed. */
function missed(text: string): readonly string[] {
  const found: string[] = [];
  const analysis = analysed(text);
  const lines = new LineMap(text);
  for (const one of analysis.deployments) {
    const { engine } = one.deployment;
    for (const { flag, facts, start, end, word } of written(text, one)) {
      const line = flag.flagRange.start.line + 1;
      const value = flag.valueRange && lines.span(flag.valueRange);
      const old = value ? text.slice(value.start, value.end) : "";
      if (value && facts.type !== "bool" && old !== "" && !/[\n{[]/.test(old) && value.start >= start) {
        const quote = /^["']/.exec(old)?.[0] ?? "";
        const edited = new LineMap(text.slice(0, value.start) + quote + quote + text.slice(value.end));
        const site = siteAt(edited, edited.position(value.start + quote.length), analysis, catalog);
        const names = dialects[engine].modelFlags.includes(facts.name) ? [""] : [facts.name, flag.name];
        if (site?.kind !== "value" || !names.includes(site.flag)) found.push(`${line}: value of ${word}`);
      }
      if (!word.startsWith("--") || word.includes("=")) continue;
      const keep = start + Math.max(3, Math.floor(word.length / 2));
      const edited = new LineMap(text.slice(0, keep) + text.slice(end));
      const site = siteAt(edited, edited.position(keep), analysis, catalog);
      if (site?.kind !== "flag" || site.engine !== engine) found.push(`${line}: name ${word}`);
    }
  }
  return found;
}

describe("whatever was read as a flag is completed there", () => {
  test.each(texts())("%s", (_, text) => {
    expect(missed(text)).toEqual([]);
  });
});
