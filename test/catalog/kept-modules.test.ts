import { describe, expect, test } from "vitest";
import { modelFromConfig } from "../../src/catalog/model-config.ts";
import { modulePattern } from "../../src/catalog/module-pattern.ts";
import { isSized } from "../../src/catalog/weight-format.ts";

const dense = {
  model_type: "llama",
  architectures: ["LlamaForCausalLM"],
  hidden_size: 1024,
  intermediate_size: 4096,
  num_hidden_layers: 4,
  num_attention_heads: 8,
  num_key_value_heads: 2,
  vocab_size: 32_000,
};
const experts = {
  ...dense,
  n_routed_experts: 8,
  num_experts_per_tok: 2,
  moe_intermediate_size: 512,
  n_shared_experts: 1,
  first_k_dense_replace: 1,
};

const kept = (config: object, quantization_config: object) => {
  const { model } = modelFromConfig({ ...config, quantization_config }, "own/model");
  return model && isSized(model.weights) ? { plain: model.weights.plain ?? {}, approximate: model.approximate } : undefined;
};
const fp8 = (modules_to_not_convert: readonly string[]) => ({ quant_method: "fp8", modules_to_not_convert });

describe("modules that a quantised checkpoint keeps in 16 bit", () => {
  test.each([
    [["lm_head", "model.embed_tokens", "model.norm"], {}],
    [["self_attn"], { attention: 1 }],
    [["model.layers.0.self_attn", "model.layers.3.self_attn"], { attention: 0.5 }],
    [["model.language_model.layers.0.mlp.gate_proj", "model.language_model.layers.0.mlp.up_proj"], { mlp: 1 / 6 }],
    [["model.layers.*.self_attn*"], { attention: 1 }],
    [["re:.*self_attn.*", "re:visual.*"], { attention: 1 }],
    [["re:model\\.layers\\.[01]\\.mlp\\.(gate|up|down)_proj$"], { mlp: 0.5 }],
    // A router is no MLP's gate.
    [["re:.*mlp\\.gate$"], {}],
    // Output: 1024 · 1024 of 2 · 1024 · 1024 + 2 · 1024 · 256.
    [["o_proj"], { attention: 0.4 }],
  ])("of a dense model: %j", (list, plain) => {
    expect(kept(dense, fp8(list))?.plain).toEqual(plain);
  });

  test("all but the experts, as packed INT4 models list it", () => {
    const ignore = ["lm_head", "re:.*self_attn.*", "re:.*shared_experts.*", "re:.*mlp\\.(gate|up|gate_up|down)_proj.*"];
    const group = { weights: { num_bits: 4, type: "int", group_size: 32, strategy: "group" } };
    const quantization = { quant_method: "compressed-tensors", config_groups: { group_0: group }, ignore };
    expect(kept(experts, quantization)?.plain).toEqual({ attention: 1, mlp: 1, "shared-experts": 1 });
  });

  test("what cannot be read leaves the sizes approximate", () => {
    expect(kept(dense, fp8(["re:.*self_attn.*"]))?.approximate).toBe(false);
    expect(kept(dense, fp8(["re:(?!model).*"]))?.approximate).toBe(true);
    const mixed = { group_0: { weights: { num_bits: 4 } }, group_1: { weights: { num_bits: 8 } } };
    expect(kept(dense, { quant_method: "compressed-tensors", config_groups: mixed })?.approximate).toBe(true);
  });
});

describe("patterns of module names", () => {
  test.each([
    ["*layers.0.*", "model.layers.0.mlp", true],
    ["*layers.0.*", "model.layers.10.mlp", false],
    ["re:.*mlp", "model.layers.0.mlp.experts", true],
    ["re:mlp", "model.layers.0.mlp", false],
    ["re:^model\\.layers\\.\\d+\\.self_attn$", "model.layers.17.self_attn", true],
    ["re:^model\\.layers\\.\\d+\\.self_attn$", "model.layers.17.self_attn.q_proj", false],
    ["re:.*(q|k)_proj$", "model.layers.0.self_attn.k_proj", true],
    ["re:.*[^0-9]1\\.mlp", "model.layers.11.mlp", false],
    ["re:.*layers\\.1?2\\..*", "model.layers.2.mlp", true],
  ])("%s on %s: %s", (pattern, name, meant) => {
    expect(modulePattern(pattern)?.(name)).toBe(meant);
  });

  test.each(["re:(a+)+$", "re:(?=x)", "re:a{2}", "re:a**", "re:(", "re:[", `re:${"a".repeat(500)}`, "re:\\b"])(
    "%s is not read",
    (pattern) => {
      expect(modulePattern(pattern)).toBeUndefined();
    },
  );

  test("a pattern made to be slow is not", () => {
    const slow = modulePattern(`re:${".*".repeat(100)}x$`);
    const begin = performance.now();
    expect(slow?.("model.layers.0.".repeat(20))).toBe(false);
    expect(performance.now() - begin).toBeLessThan(200);
  });
});
