import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { matchesGlob } from "../../src/deployment/glob.ts";
import { plain } from "../../src/deployment/message.ts";
import { assumptionsFor, readProject } from "../../src/deployment/project.ts";
import { settle } from "../../src/deployment/settle.ts";
import { noSurroundings } from "../../src/deployment/surroundings.ts";
import { readLine } from "../deployment/support.ts";
import { testCatalog } from "../support/catalog.ts";

const text = `defaults: { workload: chat, slo: { ttft: 500ms, tpot: 0.05s, percentile: 95 } }
files:
  "clusters/prod-*/**": { gpu: H100-SXM-80GB, link: 400Gbps }
  "edge/*.yaml": { gpu: L4, ignore: [shm-missing] }
  "clusters/prod-eu/big/**": { gpu: H200-SXM, gpusPerNode: 8, engineVersion: 0.20, price: 2.5, slo: { tpot: 30ms } }
`;

describe("the project file", () => {
  it("reads what interfaces.md shows, without problems", () => {
    const { project, problems } = readProject(text);
    expect(problems).toEqual([]);
    expect(assumptionsFor(project, "other/a.yaml")).toEqual({
      workload: "chat",
      slo: { ttftSeconds: 0.5, tpotSeconds: 0.05, percentile: 95 },
    });
    // 400 Gbit/s = 50e9 B/s.
    expect(assumptionsFor(project, "clusters/prod-us/a/b.yaml")).toMatchObject({ gpu: "H100-SXM-80GB", networkBytesPerSecond: 50e9 });
    expect(assumptionsFor(project, "edge\\a.yaml")).toMatchObject({ gpu: "L4", ignore: ["shm-missing"] });
    expect(assumptionsFor(project, "edge/deeper/a.yaml").gpu).toBeUndefined();
  });

  it("lets the entry win that names a file more closely, member by member", () => {
    const { project } = readProject(text);
    expect(assumptionsFor(project, "clusters/prod-eu/big/x.yaml")).toEqual({
      workload: "chat",
      slo: { ttftSeconds: 0.5, tpotSeconds: 0.03, percentile: 95 },
      gpu: "H200-SXM",
      networkBytesPerSecond: 50e9,
      gpusPerNode: 8,
      engineVersion: "0.20",
      gpuHourPrice: 2.5,
    });
  });

  it("has a table of prices of one's own, or one price", () => {
    const table = 'defaults: { price: { H100: 2.2, L4: 0.5 } }\nfiles: { "a.yaml": { price: { L4: 0.4 } }, "b.yaml": { price: 9 } }';
    const { project, problems } = readProject(table);
    expect(problems).toEqual([]);
    expect(assumptionsFor(project, "a.yaml").gpuPrices).toEqual({ H100: 2.2, L4: 0.4 });
    expect(assumptionsFor(project, "b.yaml")).toMatchObject({ gpuHourPrice: 9, gpuPrices: { H100: 2.2 } });
    const catalog = testCatalog();
    const priced = (gpuPrices: Record<string, number>) => {
      const { deployments } = readLine("vllm serve Qwen/Qwen3-8B", { ...noSurroundings, project: { gpu: "H100", gpuPrices } });
      const { settled } = deployments[0] ? settle(deployments[0], catalog) : {};
      return settled?.pools[0]?.price;
    };
    expect(priced({ "H100-SXM-80GB": 2.2 })).toEqual({
      gpu: "H100-SXM5-80GB",
      low: 2.2,
      high: 2.2,
      typical: 2.2,
      source: "the project's own prices",
      months: [],
    });
    expect(priced({ L4: 1 })).toEqual(catalog.price("H100-SXM5-80GB"));
  });

  it.each([
    ["defaults: { price: { H100: cheap } }", "cheap", "“cheap” is no price; write it like 2.50."],
    [
      "defaults: { gpus: 4 }",
      "gpus",
      "Unknown key “gpus”. Known: gpu, gpusPerNode, link, engineVersion, workload, slo, price, ignore, flags.",
    ],
    ["defaults: { link: fast }", "fast", "“fast” is no link speed; write it like 400Gbps."],
    ["defaults: { slo: { ttft: 500 } }", "500", "“500” is no duration; write it like 500ms or 2s."],
    ["file:\n  a: {}", "file", "Unknown key “file”. Known: defaults, files."],
    ["defaults: { price: cheap }", "cheap", "“cheap” is no price; write it like 2.50."],
    ["files: [a]", "[a]", "“files” must map path patterns to values."],
    ["defaults: { link: 0Gbps }", "0Gbps", "“0Gbps” is no link speed; write it like 400Gbps."],
    ["[".repeat(50_000), "", "Nested too deeply to be read."],
  ])("says what is wrong in %j, at its word", (source, word, message) => {
    const [problem] = readProject(source).problems;
    expect(problem && plain(problem.message)).toBe(message);
    const { start, end } = problem?.range ?? { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };
    expect(source.split("\n")[start.line]?.slice(start.character, end.character)).toBe(word);
  });

  it("never throws, whatever stands in it", () => {
    const words = fc.constantFrom(
      "defaults",
      "files",
      ":",
      " ",
      "\n",
      "  ",
      "{",
      "}",
      "[",
      "]",
      "gpu",
      "slo",
      "ttft",
      "500ms",
      "&a",
      "*a",
      "<<",
      '"',
      "-",
      "\t",
      "null",
    );
    fc.assert(
      fc.property(fc.array(words, { maxLength: 40 }), (parts) => {
        const { project } = readProject(parts.join(""));
        assumptionsFor(project, "a/b.yaml");
      }),
    );
  });
});

describe("globs", () => {
  it.each([
    ["*.yaml", "deep/down/a.yaml", true],
    ["edge/*.yaml", "edge/a.yaml", true],
    ["edge/*.yaml", "edge/a/b.yaml", false],
    ["**/a.yaml", "a.yaml", true],
    ["a/**", "a/b/c.yml", true],
    ["a/**/c.yml", "a/c.yml", true],
    ["a?.yaml", "ab.yaml", true],
    ["a+(b).yaml", "a+(b).yaml", true],
    ["a.yaml", "abyaml", false],
    ["./edge/*", "edge/x", true],
  ])("%s on %s: %s", (pattern, path, matches) => {
    expect(matchesGlob(pattern, path)).toBe(matches);
  });
});
