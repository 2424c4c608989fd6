import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Deployment, Flag } from "../../src/deployment/deployment.ts";
import { message, plain } from "../../src/deployment/message.ts";
import { read } from "../../src/deployment/read.ts";
import { noSurroundings } from "../../src/deployment/surroundings.ts";
import { analyse, analyseReading } from "../../src/language/analysis.ts";
import { AnalysisCache } from "../../src/language/analysis-cache.ts";
import { lenses } from "../../src/language/lenses.ts";
import { testCatalog } from "../support/catalog.ts";
import { analysed, yaml } from "./deployments.ts";

test("findings stand in order of place, each in its deployment", () => {
  const text = [
    yaml({ name: "a", args: ["--max-num-seqs=many", "--dtype=half2"] }),
    yaml({ name: "b", args: ["--tensor-parallel-size=2"] }),
  ].join("---\n");
  const { deployments, findings } = analysed(text);
  expect(deployments.map(({ deployment, findings: own }) => [deployment.name, own.map(({ code }) => code)])).toEqual([
    ["a", ["flag-value", "flag-value"]],
    ["b", ["gpu-count"]],
  ]);
  expect(findings.map(({ range }) => range.start.line)).toEqual(findings.map(({ range }) => range.start.line).sort((x, y) => x - y));
});

test("a failure inside one deployment is a problem at its place; the others are analysed", () => {
  const catalog = testCatalog();
  const reading = read(
    [yaml({ name: "a", args: ["--tensor-parallel-size=2"] }), yaml({ name: "b", args: ["--tensor-parallel-size=2"] })].join("---\n"),
    {
      catalog,
      surroundings: noSurroundings,
      fileName: "",
    },
  );
  const deployments = reading.deployments.map((one, index) => (index > 0 ? one : failing(one)));
  const analysis = analyseReading({ ...reading, deployments }, catalog);
  expect(analysis.problems.map(({ message, range }) => [plain(message), range.start.line])).toEqual([
    ["This deployment could not be analysed: no flags", 0],
  ]);
  expect(analysis.findings.map(({ code }) => code)).toEqual(["gpu-count"]);
  expect(lenses(analysis, new Map(), catalog).length).toBeGreaterThan(0);
});

/** A deployment whose flags cannot be looked at. */
function failing(deployment: Deployment): Deployment {
  const flags: ReadonlyMap<string, Flag> = new Proxy(new Map<string, Flag>(), {
    get() {
      throw new Error("no flags");
    },
  });
  return { ...deployment, pools: deployment.pools.map((pool) => ({ ...pool, engine: { ...pool.engine, flags } })) };
}

describe("silencing", () => {
  const line = "- --tensor-parallel-size=6";
  const text = yaml({ args: ["--tensor-parallel-size=6"], gpus: 6, model: "meta-llama/Llama-3.1-70B-Instruct" });
  const codes = (edited: string): readonly string[] => analysed(edited).findings.map(({ code }) => code);

  test("by a comment on the line or the line above, for this code only", () => {
    expect(codes(text)).toEqual(["heads-divisible"]);
    expect(codes(text.replace(line, `${line} # inference-lens: ignore=heads-divisible`))).toEqual([]);
    expect(codes(text.replace(line, `# inference-lens: ignore=heads-divisible\n            ${line}`))).toEqual([]);
    expect(codes(text.replace(line, `# inference-lens: ignore=gpu-count\n            ${line}`))).toEqual(["heads-divisible"]);
  });

  test("by a directive above the deployment, for all of it", () => {
    expect(codes(`# inference-lens: ignore=heads-divisible\n${text}`)).toEqual([]);
  });

  test("by the project file", () => {
    const surroundings = { ...noSurroundings, project: { ignore: ["heads-divisible"] } };
    expect(analyse(text, { catalog: testCatalog(), surroundings }).findings).toEqual([]);
  });
});

describe("what was judged a moment ago", () => {
  const catalog = testCatalog();
  const first = yaml({ name: "a", args: ["--tensor-parallel-size=2"], gpus: 2, gpu: "H100" });
  const second = yaml({ name: "b", args: ["--max-num-seqs=many"] });
  const before = analyse(`${first}---\n${second}`, { catalog });

  test("stays where nothing changed, and is judged anew where something did", () => {
    const after = analyse(`${first}---\n${second.replace("many", "64")}`, { catalog, before });
    expect(after.deployments[0]).toBe(before.deployments[0]);
    expect(after.findings.map(({ code }) => code)).toEqual([]);
    const moved = analyse(`# one line more\n${first}---\n${second}`, { catalog, before });
    expect(moved.deployments[0]).not.toBe(before.deployments[0]);
  });

  test("is silenced by a comment that was added since", () => {
    const line = "            - --max-num-seqs=many";
    const after = analyse(`${first}---\n${second.replace(line, `${line} # inference-lens: ignore=flag-value`)}`, { catalog, before });
    expect(after.findings).toEqual([]);
  });

  test("makes no difference to the answer", () => {
    const root = new URL("../rules/golden/", import.meta.url);
    const texts = readdirSync(root).flatMap((code) =>
      readdirSync(new URL(`${code}/`, root)).map((name) => readFileSync(new URL(`${code}/${name}`, root), "utf8")),
    );
    const edit = fc.record({
      text: fc.constantFrom(...texts),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      length: fc.nat(12),
      insert: fc.constantFrom("", "8", " ", "\n", "# inference-lens: ignore=gpu-count\n", "--", "x"),
    });
    fc.assert(
      fc.property(edit, ({ text, share, length, insert }) => {
        const at = Math.floor(text.length * share);
        const edited = text.slice(0, at) + insert + text.slice(at + length);
        expect(analyse(edited, { catalog, before: analyse(text, { catalog }) })).toEqual(analyse(edited, { catalog }));
      }),
      { numRuns: 150, seed: 3 },
    );
  });
});

describe("the cache", () => {
  const good = yaml();
  const broken = good.replace("kind: Deployment", 'kind: "Deployment');
  const put = (cache: AnalysisCache, version: number, text: string) => cache.get("u", version, text, () => analysed(text));
  const names = (cache: AnalysisCache) => cache.shown("u")?.deployments.map(({ deployment }) => deployment.name);

  test("makes one analysis a version", () => {
    const cache = new AnalysisCache();
    let made = 0;
    const make = () => {
      made++;
      return analysed(good);
    };
    expect(cache.get("u", 1, good, make)).toBe(cache.get("u", 1, good, make));
    cache.get("u", 2, good, make);
    cache.invalidate();
    cache.get("u", 2, good, make);
    expect(made).toBe(3);
  });

  test("shows the last good deployments while the text is broken, and none once they are gone", () => {
    const cache = new AnalysisCache();
    put(cache, 1, good);
    expect(put(cache, 2, broken).deployments).toEqual([]);
    expect([names(cache), plain(cache.broken("u")?.message ?? message(""))]).toEqual([
      ["llama"],
      expect.stringMatching(/^Not valid YAML: /),
    ]);
    put(cache, 3, `${broken} `);
    expect(names(cache)).toEqual(["llama"]);
    put(cache, 4, "a: 1\n");
    expect([names(cache), cache.broken("u")]).toEqual([[], undefined]);
    cache.delete("u");
    expect(cache.shown("u")).toBeUndefined();
  });

  test("keeps the lens of one document of several, in its place", () => {
    const cache = new AnalysisCache();
    const other = yaml({ name: "second" });
    put(cache, 1, `${good}---\n${other}`);
    const before = lenses(cache.shown("u") ?? analysed(""), new Map(), testCatalog());
    put(cache, 2, `${broken}---\n${other}`);
    expect(names(cache)).toEqual(["llama", "second"]);
    expect(lenses(cache.shown("u") ?? analysed(""), new Map(), testCatalog())).toEqual(before);
  });

  test("keeps what was whole while it can only be read in part", () => {
    const cache = new AnalysisCache();
    put(cache, 1, good);
    const half = good.replace("spec:\n", "  : : [ { \nspec:\n");
    expect(put(cache, 2, half).deployments.map(({ deployment }) => deployment.pools[0]?.engine.complete)).toEqual([false]);
    expect(cache.shown("u")?.deployments[0]?.deployment.pools[0]?.engine.complete).toBe(true);
    put(cache, 3, good);
    expect(cache.broken("u")).toBeUndefined();
  });

  test("remembers over a text that is whole and says nothing, such as a key on its way to another place", () => {
    const cache = new AnalysisCache();
    put(cache, 1, good);
    expect(put(cache, 2, good.replace("\nspec:", "\n  spec:")).deployments).toEqual([]);
    expect(names(cache)).toEqual([]);
    put(cache, 3, good.replace("spec:\n", "  : : [ { \n    spec:\n"));
    expect(names(cache)).toEqual(["llama"]);
  });

  test("a new name is no second deployment, a deleted one no lost one", () => {
    const cache = new AnalysisCache();
    const other = yaml({ name: "second" });
    put(cache, 1, `${good}---\n${other}`);
    put(cache, 2, `${good.replace("name: llama", "name: lla")}---\n${other}`);
    expect(names(cache)).toEqual(["lla", "second"]);
    put(cache, 3, good);
    expect(names(cache)).toEqual(["llama"]);
  });
});

test("half-typed and torn texts are analysed without a crash, and findings lie inside the text", () => {
  const root = new URL("../rules/golden/", import.meta.url);
  const texts = readdirSync(root).flatMap((code) =>
    readdirSync(new URL(`${code}/`, root)).map((name) => readFileSync(new URL(`${code}/${name}`, root), "utf8")),
  );
  const cut = fc.tuple(
    fc.constantFrom(...texts),
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.nat(60),
    fc.constantFrom("", "  ", "\t", "{", '"', "|", "&a", "*a", "\r\n", "--", "{{ x }}", "\u0000"),
  );
  fc.assert(
    fc.property(cut, ([text, share, length, insert]) => {
      const at = Math.floor(text.length * share);
      const torn = text.slice(0, at) + insert + text.slice(at + length);
      const analysis = analysed(torn);
      const lines = torn.split(/\r\n|\r|\n/).length;
      for (const { range, message } of analysis.findings) {
        expect(range.end.line).toBeLessThan(lines);
        expect(plain(message)).not.toMatch(/NaN|undefined|\{\d\}/);
      }
      expect(analysis.problems.map(({ message }) => plain(message)).filter((words) => words.includes("could not be analysed"))).toEqual([]);
    }),
    { numRuns: 300, seed: 7 },
  );
});
