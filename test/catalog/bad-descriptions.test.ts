import { describe, expect, test } from "vitest";
import { readModelDescription } from "../../src/catalog/described-model.ts";
import { plainYaml } from "../../src/catalog/plain-yaml.ts";
import { readWorkloadFile } from "../../src/platform/workload-files.ts";

/** Ten levels of two aliases each: a thousand copies of one word. */
const bomb = `a: &a [x, x]\n${Array.from("bcdefghij")
  .map((name, i) => `${name}: &${name} [*${"abcdefghij"[i]}, *${"abcdefghij"[i]}]`)
  .join("\n")}\n`;

const cases: readonly (readonly [string, string])[] = [
  ["nothing", ""],
  ["a list", "- a\n- b\n"],
  ["a cyclic anchor", "name: ours\nconfig: &c { hidden_size: 1, text_config: *c }\n"],
  ["an alias to nothing", "name: ours\nconfig: *nothing\n"],
  ["aliases that grow without end", `${bomb}name: ours\nconfig: *j\n`],
  ["a template", "name: {{ .Values.name }}\nconfig: { hidden_size: {{ .x }} }\n"],
  ["half-typed", "name: ours\nconfig: { hidden_size: "],
  ["binary", `\0\x01\x02PK\x03${"\x04".repeat(1000)}`],
  ["HTML", "<!DOCTYPE html><html><body>Sign in</body></html>"],
  ["huge numbers", '{"hidden_size": 1e308, "num_hidden_layers": 1e9, "num_attention_heads": 1, "vocab_size": 1e300}'],
  ["deep nesting", "[".repeat(50_000)],
];

describe.each(cases)("%s", (_, text) => {
  test("is a sentence, neither a model nor a workload, and takes no time", () => {
    const started = performance.now();
    const { model, problem } = readModelDescription(text, "file", () => undefined);
    expect(model).toBeUndefined();
    expect(problem).toMatch(/^\S.+/);
    expect(readWorkloadFile(text, "w.yaml").problem).toMatch(/^\S.+/);
    expect(performance.now() - started).toBeLessThan(1000);
  });
});

test("a mark and Windows line ends are no obstacle", () => {
  const text = "\ufeffname: ours\r\nsameAs: known/model\r\n";
  expect(plainYaml(text)).toEqual({ value: { name: "ours", sameAs: "known/model" } });
});
