import { describe, expect, test } from "vitest";
import { readModelDescription } from "../../src/catalog/described-model.ts";
import { configText, fileNameOf, sameAsText } from "../../src/extension/model-files.ts";
import { panelId } from "../../src/extension/panel-state.ts";
import { testCatalog } from "../support/catalog.ts";

const known = (name: string) => testCatalog().model(name)?.model;

describe("described models", () => {
  test("what is written is read back: the same as a known model", () => {
    const read = readModelDescription(sameAsText("acme/chat-8b", "meta-llama/Llama-3.1-8B-Instruct"), "file", known);
    expect(read.name).toBe("acme/chat-8b");
    expect(read.model?.layers).toBe(32);
  });

  test("what is written is read back: a config", () => {
    const config = {
      architectures: ["LlamaForCausalLM"],
      model_type: "llama",
      hidden_size: 4096,
      num_hidden_layers: 32,
      num_attention_heads: 32,
      num_key_value_heads: 8,
      intermediate_size: 14_336,
      vocab_size: 128_256,
      max_position_embeddings: 131_072,
      torch_dtype: "bfloat16",
    };
    const read = readModelDescription(configText("acme/chat-8b", config), "file", known);
    expect(read.problem).toBeUndefined();
    // Llama 3.1 8B as published: 8,030,261,248 parameters.
    expect(read.model?.parameters).toBeCloseTo(8_030_261_248, -6);
  });

  test.each([
    ["acme/chat-9b", "acme--chat-9b.yaml"],
    ["../../etc/passwd", "etc--passwd.yaml"],
    ["/models/Qwen 3", "models--Qwen--3.yaml"],
    ["…", "model.yaml"],
  ])("%s is kept as %s", (name, file) => {
    expect(fileNameOf(name)).toBe(file);
  });
});

describe("kept page state", () => {
  test.each([
    [{ panel: "abc", open: [] }, "abc"],
    [{ panel: 3 }, undefined],
    [null, undefined],
    [undefined, undefined],
    ["abc", undefined],
  ])("%o is about %s", (state, id) => {
    expect(panelId(state)).toBe(id);
  });
});
