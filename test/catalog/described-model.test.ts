import { describe, expect, it } from "vitest";
import { readModelDescription } from "../../src/catalog/described-model.ts";
import { plainYaml } from "../../src/catalog/plain-yaml.ts";
import { testCatalog } from "../support/catalog.ts";

const known = (name: string) => testCatalog().model(name)?.model;
/** Nine levels of nine aliases each stand for 9⁹ values. */
const expanding = `a0: &a0 [x]\n${Array.from({ length: 9 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i}, `.repeat(9)}]`).join("\n")}\n`;

describe("described models", () => {
  it("are called by their name, else by their file's", () => {
    expect(readModelDescription("name: mine\nsameAs: Qwen/Qwen3-32B", "file", known)).toMatchObject({
      name: "mine",
      model: { id: "Qwen/Qwen3-32B" },
    });
    expect(readModelDescription("sameAs: qwen/qwen3-32b", "file", known)).toMatchObject({ name: "file", model: { id: "Qwen/Qwen3-32B" } });
  });

  it.each([
    ["", "name and a config"],
    ["- a", "name and a config"],
    ["name: mine", "neither a config nor sameAs"],
    ["name: mine\nsameAs: nobody/nothing", "nobody/nothing"],
    ["name: mine\nconfig: { hidden_size: 8 }", "does not describe a language model"],
    ["name: [", "Not valid YAML"],
    [expanding, "Not valid YAML"],
  ])("say what is wrong with %j", (text, words) => {
    expect(readModelDescription(text, "file", known)).toMatchObject({ problem: expect.stringContaining(words) });
  });
});

describe("plain YAML", () => {
  it("is data, or a problem", () => {
    expect(plainYaml('{"a": [1, "x"]}')).toEqual({ value: { a: [1, "x"] } });
    expect(plainYaml("a: &x 1\nb: *x")).toEqual({ value: { a: 1, b: 1 } });
    expect(plainYaml("a: *nowhere").problem).toMatch(/Not valid YAML/);
    expect(plainYaml(expanding).problem).toMatch(/Not valid YAML/);
  });
});
