import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { modelFromConfig } from "../../src/catalog/model-config.ts";
import { isSized } from "../../src/catalog/weight-format.ts";
import { testCatalog } from "../support/catalog.ts";

const llama = {
  architectures: ["LlamaForCausalLM"],
  model_type: "llama",
  hidden_size: 4096,
  intermediate_size: 14336,
  num_hidden_layers: 32,
  num_attention_heads: 32,
  num_key_value_heads: 8,
  vocab_size: 128256,
  max_position_embeddings: 131072,
  tie_word_embeddings: false,
  torch_dtype: "bfloat16",
  rope_scaling: { factor: 8, rope_type: "llama3", original_max_position_embeddings: 8192 },
};
const llama70 = { ...llama, hidden_size: 8192, intermediate_size: 28672, num_hidden_layers: 80, num_attention_heads: 64 };
const qwenMoe = {
  architectures: ["Qwen3MoeForCausalLM"],
  model_type: "qwen3_moe",
  hidden_size: 2048,
  intermediate_size: 6144,
  moe_intermediate_size: 768,
  num_experts: 128,
  num_experts_per_tok: 8,
  decoder_sparse_step: 1,
  mlp_only_layers: [],
  num_hidden_layers: 48,
  num_attention_heads: 32,
  num_key_value_heads: 4,
  head_dim: 128,
  vocab_size: 151936,
  max_position_embeddings: 40960,
  tie_word_embeddings: false,
  use_sliding_window: false,
  sliding_window: null,
};
const deepseek = {
  architectures: ["DeepseekV3ForCausalLM"],
  model_type: "deepseek_v3",
  hidden_size: 7168,
  intermediate_size: 18432,
  moe_intermediate_size: 2048,
  n_routed_experts: 256,
  n_group: 8,
  n_shared_experts: 1,
  num_experts_per_tok: 8,
  first_k_dense_replace: 3,
  moe_layer_freq: 1,
  num_hidden_layers: 61,
  num_attention_heads: 128,
  num_key_value_heads: 128,
  q_lora_rank: 1536,
  kv_lora_rank: 512,
  qk_nope_head_dim: 128,
  qk_rope_head_dim: 64,
  v_head_dim: 128,
  vocab_size: 129280,
  max_position_embeddings: 163840,
  tie_word_embeddings: false,
  quantization_config: { quant_method: "fp8", fmt: "e4m3", weight_block_size: [128, 128], activation_scheme: "dynamic" },
};
const mixtral = {
  architectures: ["MixtralForCausalLM"],
  model_type: "mixtral",
  hidden_size: 4096,
  intermediate_size: 14336,
  num_local_experts: 8,
  num_experts_per_tok: 2,
  num_hidden_layers: 32,
  num_attention_heads: 32,
  num_key_value_heads: 8,
  vocab_size: 32000,
  max_position_embeddings: 32768,
  tie_word_embeddings: false,
  sliding_window: null,
};
const gemma2 = {
  architectures: ["Gemma2ForCausalLM"],
  model_type: "gemma2",
  hidden_size: 3584,
  intermediate_size: 14336,
  num_hidden_layers: 42,
  num_attention_heads: 16,
  num_key_value_heads: 8,
  head_dim: 256,
  vocab_size: 256000,
  max_position_embeddings: 8192,
  sliding_window: 4096,
};
const gemma3 = {
  architectures: ["Gemma3ForConditionalGeneration"],
  model_type: "gemma3",
  text_config: { model_type: "gemma3_text", hidden_size: 2560, intermediate_size: 10240, num_hidden_layers: 34, sliding_window: 1024 },
  vision_config: { hidden_size: 1152 },
  torch_dtype: "bfloat16",
};
const gptOss = {
  architectures: ["GptOssForCausalLM"],
  model_type: "gpt_oss",
  hidden_size: 2880,
  intermediate_size: 2880,
  num_local_experts: 32,
  num_experts_per_tok: 4,
  num_hidden_layers: 24,
  num_attention_heads: 64,
  num_key_value_heads: 8,
  head_dim: 64,
  vocab_size: 201088,
  max_position_embeddings: 131072,
  tie_word_embeddings: false,
  sliding_window: 128,
  layer_types: Array.from({ length: 24 }, (_, layer) => (layer % 2 === 0 ? "sliding_attention" : "full_attention")),
  quantization_config: { quant_method: "mxfp4", modules_to_not_convert: ["model.layers.*.self_attn"] },
};
const phi3 = {
  architectures: ["Phi3ForCausalLM"],
  model_type: "phi3",
  hidden_size: 5120,
  intermediate_size: 17920,
  num_hidden_layers: 40,
  num_attention_heads: 40,
  num_key_value_heads: 10,
  vocab_size: 100352,
  max_position_embeddings: 16384,
  tie_word_embeddings: false,
};

const described = (config: unknown) => {
  const { model, problem } = modelFromConfig(config, "own/model");
  if (!model) throw new Error(problem);
  return model;
};

describe("model from config.json", () => {
  // Totals and active sizes as published on the models' cards.
  test.each([
    ["Llama-3.1-8B", llama, 8.03e9, 8.03e9],
    ["Llama-3.1-70B", llama70, 70.55e9, 70.55e9],
    ["Qwen3-30B-A3B", qwenMoe, 30.5e9, 3.3e9],
    ["DeepSeek-V3", deepseek, 671e9, 37.5e9],
    ["Mixtral-8x7B", mixtral, 46.7e9, 12.9e9],
    ["Gemma-2-9B", gemma2, 9.24e9, 9.24e9],
    ["Gemma-3-4B without its vision tower", gemma3, 3.88e9, 3.88e9],
    ["gpt-oss-20b", gptOss, 20.9e9, 4.2e9],
    ["Phi-4", phi3, 14.66e9, 14.66e9],
  ])("%s has its published size", (_, config, total, active) => {
    const model = described(config);
    expect(Math.abs(model.parameters / total - 1)).toBeLessThan(0.01);
    expect(Math.abs(model.activeParameters / active - 1)).toBeLessThan(0.02);
  });

  test.each([
    ["meta-llama/Llama-3.1-8B-Instruct", llama],
    ["Qwen/Qwen3-30B-A3B", qwenMoe],
    ["deepseek-ai/DeepSeek-V3", deepseek],
    ["mistralai/Mixtral-8x7B-v0.1", mixtral],
    ["google/gemma-2-9b", gemma2],
    ["openai/gpt-oss-20b", gptOss],
    ["microsoft/phi-4", phi3],
  ])("%s reads as the catalogue has it", (id, config) => {
    const known = testCatalog().model(id)?.model;
    const own = described(config);
    for (const key of [
      "layers",
      "kvHeads",
      "headDim",
      "kvElementsPerLayer",
      "fullAttentionLayers",
      "slidingLayers",
      "slidingWindow",
      "moe",
      "mla",
    ] as const) {
      expect(own[key], key).toEqual(known?.[key]);
    }
    expect(own.weights.linear).toBe(known?.weights.linear);
    expect(own.tiedEmbeddings).toBe(known?.tiedEmbeddings);
    expect(own.approximate).toBe(false);
  });

  test("a nested text model takes its family's defaults and is marked as approximate", () => {
    expect(described(gemma3)).toMatchObject({
      heads: 8,
      kvHeads: 4,
      headDim: 256,
      slidingLayers: 29,
      fullAttentionLayers: 5,
      multimodal: true,
      approximate: true,
      tiedEmbeddings: true,
    });
  });

  test.each([
    [{ quant_method: "fp8", weight_block_size: [128, 128] }, "fp8", 4 / 16384],
    [{ quant_method: "awq", bits: 4, group_size: 128 }, "int4", 2.5 / 128],
    [{ quant_method: "gptq", bits: 8, group_size: 32 }, "int8", 2.5 / 32],
    [
      { quant_method: "compressed-tensors", config_groups: { group_0: { weights: { num_bits: 4, type: "int", group_size: 64 } } } },
      "int4",
      2 / 64,
    ],
    [{ quant_method: "compressed-tensors", config_groups: { group_0: { weights: { num_bits: 8, type: "float" } } } }, "fp8", 0],
    [{ quant_method: "modelopt", quant_algo: "NVFP4", group_size: 16 }, "fp4", 1 / 16],
    [{ quant_method: "bitsandbytes", load_in_4bit: true, bnb_4bit_use_double_quant: true }, "int4", 4 / 64],
    [{ quant_method: "mxfp4" }, "fp4", 1 / 32],
  ])("%j is %s", (quantization_config, linear, scaleBytesPerElement) => {
    expect(described({ ...llama, quantization_config }).weights).toMatchObject({ linear, scaleBytesPerElement });
  });

  test.each([
    [{ quant_method: "nobody-knows" }, "nobody-knows"],
    [{ quant_method: "compressed-tensors" }, "compressed-tensors"],
    [{ quant_method: "gptq", bits: 3, group_size: 128 }, "gptq"],
    [{ quant_method: "modelopt" }, "modelopt"],
    [{ quant_method: "quark", global_quant_config: { weight: { dtype: "int4" } } }, "quark"],
  ])("%j leaves the bytes of a weight unknown, and everything else known", (quantization_config, method) => {
    expect(described({ ...llama, quantization_config })).toMatchObject({ weights: { method, linear: null }, parameters: 8_030_261_248 });
  });

  test.each([
    [{ model_type: "deepseek_v4" }, "fp4"],
    [{ model_type: "deepseek_v4", expert_dtype: "fp4" }, "fp4"],
    [{ model_type: "deepseek_v4", expert_dtype: "fp8" }, undefined],
    [{}, undefined],
  ])("experts of %j in an FP8 checkpoint are in a format of their own: %s", (members, linear) => {
    const { weights } = described({ ...deepseek, ...members });
    expect(weights.linear).toBe("fp8");
    expect(isSized(weights) ? weights.experts?.linear : null).toBe(linear);
  });

  // Entries of 512 elements: (0 + 640/4 + 512/128 + 640/4) / 4 layers; the fifth ratio is of the layer for speculation.
  test("entries of the cache that several tokens share count by their share", () => {
    const compressed = {
      ...llama,
      num_hidden_layers: 4,
      num_key_value_heads: 1,
      head_dim: 512,
      index_head_dim: 128,
      compress_ratios: [0, 4, 128, 4, 0],
    };
    expect(described(compressed)).toMatchObject({ kvElementsPerLayer: 81, approximate: true });
    expect(described({ ...compressed, compress_ratios: [4, 128] }).kvElementsPerLayer).toBe(1024);
  });

  test.each([
    [null, "not a model's config.json"],
    [[], "not a model's config.json"],
    ["text", "not a model's config.json"],
    [{}, "hidden_size"],
    [{ ...llama, num_hidden_layers: "32" }, "num_hidden_layers"],
    [{ ...llama, num_hidden_layers: 1e12 }, "num_hidden_layers"],
    [{ ...llama, num_attention_heads: 0 }, "num_attention_heads"],
    [{ ...llama, num_key_value_heads: 7 }, "32 attention heads over 7 key-value heads"],
  ])("%j is refused with a reason", (config, reason) => {
    expect(modelFromConfig(config, "x").problem).toContain(reason);
  });

  test("never throws, whatever the JSON", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (json) => {
        const { model, problem } = modelFromConfig(json, "x");
        expect((model === undefined) !== (problem === undefined)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});
