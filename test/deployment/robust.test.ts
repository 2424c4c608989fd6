import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Reading } from "../../src/deployment/deployment.ts";
import { plain } from "../../src/deployment/message.ts";
import { longestText, looksLikeDeployment } from "../../src/deployment/sniff.ts";
import { maskTemplates } from "../../src/deployment/templates.ts";
import { LineMap, type Range } from "../../src/deployment/text.ts";
import { parseYaml } from "../../src/deployment/yaml-document.ts";
import { deployment, only, readLine, readText } from "./support.ts";

const script = deployment(`
command: ["/bin/bash", "-c"]
args:
  - |
    vllm serve Qwen/Qwen3-32B \\
      --tensor-parallel-size 2 --speculative-config '{"method": "ngram"}' \\
      --max-model-len "\${LEN:-8192}"
env:
  - name: A
    value: "x\\ty"
`);
const list = deployment('command: [vllm, serve]\nargs: ["Qwen/Qwen3-32B", --tensor-parallel-size, "2", \'--max-model-len=8192\']');
const compose =
  "x: &base { image: vllm/vllm-openai:v0.11.0, ipc: host }\nservices:\n  a:\n    <<: *base\n    command: >\n      --model Qwen/Qwen3-32B\n      -tp 2\n";
const config = "model: Qwen/Qwen3-32B\ntensor-parallel-size: 2\nmax_model_len: 8192\n";
const seeds = [script, list, compose, config];

/** Every located value that claims to stand in the file, with its range. */
function located(value: unknown, found: { value: unknown; range: Range }[] = []): { value: unknown; range: Range }[] {
  if (value instanceof Map) for (const one of value.values()) located(one, found);
  else if (Array.isArray(value)) for (const one of value) located(one, found);
  else if (typeof value === "object" && value !== null) {
    const { origin, range, value: inner } = value as { origin?: unknown; range?: Range; value?: unknown };
    if (origin === "file" && range && !(typeof inner === "string" && inner.trim() === "")) found.push({ value: inner, range });
    for (const one of Object.values(value)) located(one, found);
  }
  return found;
}

/** Ranges stand inside the text and hold at least one character. */
function expectPlaced(text: string, reading: Reading): void {
  const lines = new LineMap(text);
  for (const { value, range } of located(reading.deployments)) {
    const { start, end } = lines.span(range);
    expect([value, end > start && text.slice(start, end).trim() !== ""]).toEqual([value, true]);
  }
  for (const { range } of reading.problems) expect(lines.span(range).end).toBeLessThanOrEqual(text.length);
}

describe("any text", () => {
  test("never throws, and every value has its place", () => {
    const piece = fc.constantFrom(
      "",
      " ",
      "\n",
      "\r\n",
      "  ",
      "- ",
      ": ",
      '"',
      "'",
      "\\",
      "|",
      ">-",
      "&a",
      "*a",
      "<<: *a",
      "{{",
      "}}",
      "$(",
      "${X:-",
      "$((",
      "#",
      "---\n",
      "[",
      "]",
      "{",
      "}",
      "\t",
      "\0",
      "é",
      "😀",
      "--",
      "=",
      "vllm serve ",
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...seeds),
        fc.array(fc.record({ at: fc.nat(2000), cut: fc.nat(12), add: piece }), { maxLength: 6 }),
        (seed, edits) => {
          let text = seed;
          for (const { at, cut, add } of edits) {
            const from = at % (text.length + 1);
            text = text.slice(0, from) + add + text.slice(from + cut);
          }
          expectPlaced(text, readText(text));
          expectPlaced(text, readLine(text));
        },
      ),
      { numRuns: 400, seed: 7 },
    );
  });

  test("every beginning of a file, as it is typed", () => {
    for (const seed of seeds) {
      for (let length = 0; length <= seed.length; length += 3) expectPlaced(seed.slice(0, length), readText(seed.slice(0, length)));
    }
  });

  test("noise", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => {
        expectPlaced(text, readText(`# vllm\n${text}`));
        expectPlaced(text, readLine(text));
      }),
      { numRuns: 200, seed: 11 },
    );
  });
});

describe("bad input", () => {
  test("one broken document does not silence the others", () => {
    const reading = readText(`${list}---\napiVersion: apps/v1\nkind: Deployment\nspec: [ # vllm\n---\n${list}`);
    expect(reading.deployments.map(({ id }) => id)).toEqual(["llama", "llama#2"]);
    expect(reading.problems.map(({ message }) => plain(message))).toEqual([expect.stringMatching(/^Not valid YAML/)]);
  });

  test("a document broken behind its arguments is read as far as it goes, and proves nothing", () => {
    const { pool } = only(readText(`${list}bad: [\n`));
    expect(pool.engine.parallel.tensor.value).toBe(2);
    expect(pool.engine.complete).toBe(false);
    expect(pool.engine.parallel.unreadable.has("pipeline")).toBe(true);
  });

  test("cyclic anchors, aliases to nothing, and aliases that would grow without end", () => {
    const bomb = `a: &a [x, x]\n${"bcdefghij".replace(/./g, (name, i: number) => `${name}: &${name} [*${"abcdefghij"[i]}, *${"abcdefghij"[i]}]\n`)}`;
    const cases = [
      list.replace("spec:", "x: &x { <<: *x, y: *x }\nspec:"),
      list.replace("metadata:", "other: *nothing\nmetadata:"),
      `${bomb}services:\n  a: { image: "vllm/vllm-openai:v0.11.0", command: *j }\n`,
      "tensor-parallel-size: 2\nmax-model-len: 8192\ncompilation-config: &c { a: *c }\n",
      `${bomb}tensor-parallel-size: 2\nmax-model-len: 8192\nhf-overrides: *j\n`,
    ];
    const started = performance.now();
    for (const text of cases) expectPlaced(text, readText(text));
    expect(performance.now() - started).toBeLessThan(500);
    expect(only(readText(cases[0] ?? "")).pool.engine.parallel.tensor.value).toBe(2);
  });

  test("repeated keys: the last one counts", () => {
    expect(only(readText(list.replace("replicas: 2", "replicas: 2\n  replicas: 3"))).pool.instances?.value).toBe(3);
  });

  test("deep nesting, binary and very long text", () => {
    expect(readText(`# vllm\n${"[".repeat(20_000)}`).deployments).toEqual([]);
    expect(readText(`vllm\0${"\x01".repeat(1000)}`)).toMatchObject({ deployments: [], problems: [] });
    const long = readText(`${list}${"# filler\n".repeat(longestText / 8)}`);
    expect(long.deployments).toEqual([]);
    expect(long.problems.map(({ message }) => plain(message))).toEqual([expect.stringMatching(/^Too long/)]);
  });
});

describe("speed", () => {
  test("5 MB of other YAML is dismissed in 5 ms", () => {
    const text = "- name: something\n  value: [1, 2, 3]\n  text: max-model and tensor-parallel and vll\n".repeat(66_000);
    expect(text.length).toBeGreaterThan(5_000_000);
    looksLikeDeployment(text);
    const times = Array.from({ length: 5 }, () => {
      const started = performance.now();
      expect(looksLikeDeployment(text)).toBe(false);
      return performance.now() - started;
    });
    console.log(`5 MB of other YAML: ${Math.min(...times).toFixed(2)} ms`);
    expect(Math.min(...times)).toBeLessThan(5);
  });

  test("1,000 lines cost little more than parsing them", () => {
    const text = Array.from({ length: 40 }, (_, i) => script.replace("name: llama", `name: llama-${i}`)).join("---\n");
    expect(text.split("\n").length).toBeGreaterThan(1000);
    const timed = (act: () => unknown): number => {
      const started = performance.now();
      act();
      return performance.now() - started;
    };
    const parsing: number[] = [];
    const reading: number[] = [];
    for (let i = 0; i < 15; i++) {
      parsing.push(timed(() => parseYaml(maskTemplates(text))));
      reading.push(timed(() => expect(readText(text).deployments).toHaveLength(40)));
    }
    const parse = Math.min(...parsing);
    const read = Math.min(...reading);
    console.log(`1,000 lines, 40 engines: read in ${read.toFixed(1)} ms, of which YAML ${parse.toFixed(1)} ms`);
    // Both are measured side by side, so that a busy machine does not decide; alone it is about 10 ms.
    expect(read).toBeLessThan(parse * 5);
  });
});

describe("what is no deployment", () => {
  test.each([
    [
      "a CRD",
      "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nspec: { names: { kind: LeaderWorkerSet } } # vllm serve\n",
    ],
    ["a workflow", "jobs:\n  a:\n    steps:\n      - run: vllm serve Qwen/Qwen3-32B --tensor-parallel-size 2\n"],
    ["a router", list.replace("[vllm, serve]", "[vllm-router]")],
    ["a benchmark", list.replace("[vllm, serve]", "[vllm, bench, serve]")],
    [
      "a mock",
      list.replace("vllm/vllm-openai:v0.11.0", "aibrix/vllm-mock:1").replace("command: [vllm, serve]", "command: [python3, app.py]"),
    ],
    ["an engine's image with another program", list.replace("[vllm, serve]", "[bash, /run-client.sh]")],
    ["a build file", "services:\n  vllm:\n    build: { context: . }\n    image: opea/vllm-rocm:latest\n"],
    ["a downloader", list.replace("      containers:", "      initContainers:")],
  ])("%s", (_, text) => {
    expect(readText(text)).toMatchObject({ deployments: [], formats: [], problems: [] });
  });
});

const examples = new URL("../../examples", import.meta.url).pathname;
describe.runIf(existsSync(examples))("the sample workspace", () => {
  test("every YAML in it that is meant for us is read without a problem", () => {
    const files = readdirSync(examples).filter((name) => /^[^.].*\.ya?ml$/.test(name));
    for (const name of files) {
      const text = readFileSync(join(examples, name), "utf8");
      const reading = readText(text, undefined, name);
      expectPlaced(text, reading);
      expect([name, reading.problems]).toEqual([name, []]);
    }
  });
});
if (!existsSync(examples)) console.log("no examples/ folder: its files were not read");
