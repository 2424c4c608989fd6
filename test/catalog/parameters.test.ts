import { describe, expect, test } from "vitest";
import type { Model } from "../../src/catalog/facts.ts";
import { modelFromConfig } from "../../src/catalog/model-config.ts";
import { elementsOf, modelParts } from "../../src/catalog/parameters.ts";
import { testCatalog } from "../support/catalog.ts";

function described(config: unknown): Model {
  const { model, problem } = modelFromConfig(config, "own/model");
  if (!model) throw new Error(problem);
  return model;
}

function known(id: string): Model {
  const found = testCatalog().model(id);
  if (!found) throw new Error(`no model ${id}`);
  return found.model;
}

const sizes = {
  hidden_size: 1024,
  intermediate_size: 4096,
  num_attention_heads: 8,
  num_key_value_heads: 2,
  head_dim: 128,
  vocab_size: 32_000,
  tie_word_embeddings: false,
};

describe("weight elements of layers", () => {
  // Queries 1024 · 8 · 128, their gate again as wide, keys and values 1024 · 2 · 128 each, output 8 · 128 · 1024; norms of heads left out.
  test("gated queries are twice as wide (Qwen3-Next)", () => {
    const hybrid = described({
      ...sizes,
      model_type: "qwen3_next",
      num_hidden_layers: 4,
      full_attention_interval: 4,
      linear_num_key_heads: 4,
      linear_num_value_heads: 8,
      linear_key_head_dim: 64,
      linear_value_head_dim: 64,
    });
    expect(hybrid).toMatchObject({ fullAttentionLayers: 1, recurrent: { layers: 3 } });
    expect(elementsOf(modelParts(hybrid).full)).toBe(2 * 1024 * 1024 + 2 * 1024 * 256 + 1024 * 1024);
    // Keys 256 twice, values 512, their gate 512, two scalars for each of 8 heads; a convolution of 4 over keys and values; output 512 · 1024;
    // A and the time step's bias, a norm of 64.
    const elements = 1024 * (2 * 256 + 512 + 512 + 16) + (2 * 256 + 512) * 4 + 512 * 1024 + 16 + 64;
    expect(elementsOf(modelParts(hybrid).recurrent)).toBe(elements);
  });

  // Inner 16 · 64 = 1024, B and C 2 · 2 · 128 = 512: in 1024 · (1024 + 1536 + 16), convolution 1536 · (4 + 1), A, D and bias 48, norm 1024, out.
  test("layers of one block each hold a state, attention, an MLP or experts (Nemotron-H)", () => {
    const model = described({
      ...sizes,
      architectures: ["NemotronHForCausalLM"],
      num_hidden_layers: 6,
      hybrid_override_pattern: "MEM*-E",
      mamba_num_heads: 16,
      mamba_head_dim: 64,
      ssm_state_size: 128,
      n_groups: 2,
      conv_kernel: 4,
      n_routed_experts: 8,
      num_experts_per_tok: 2,
      moe_intermediate_size: 512,
    });
    expect(model).toMatchObject({ fullAttentionLayers: 1, recurrent: { layers: 2 }, mlpLayers: 1, moe: { layers: 2 } });
    const state = 1024 * (1024 + 1536 + 16) + 1536 * 5 + 48 + 1024 + 1024 * 1024;
    const attention = 2 * 1024 * 1024 + 2 * 1024 * 256;
    // Two matrices without a gate.
    const mlp = 2 * 1024 * 4096;
    const experts = 8 * 2 * 1024 * 512 + 1024 * 8;
    const whole = 2 * 32_000 * 1024 + 2 * state + attention + mlp + 2 * experts + 7 * 1024;
    expect(model.parameters).toBe(whole);
  });

  // Projections down and up beside the experts, which work at 256: 2 · 256 · 512 each.
  test("experts behind a projection are narrower than the model (Nemotron 3 Super)", () => {
    const moe = { n_routed_experts: 4, num_experts_per_tok: 2, moe_intermediate_size: 512, moe_latent_size: 256 };
    const model = described({
      ...sizes,
      architectures: ["NemotronHForCausalLM"],
      num_hidden_layers: 2,
      hybrid_override_pattern: "*E",
      ...moe,
    });
    expect(elementsOf(modelParts(model).experts)).toBe(4 * 2 * 256 * 512 + 1024 * 4 + 2 * 1024 * 256);
  });

  // Full layers: 8 heads of 256 over 1 KV head whose values are its keys.
  test("full layers may have heads of their own (Gemma 4)", () => {
    const model = described({
      ...sizes,
      num_hidden_layers: 2,
      sliding_window: 512,
      layer_types: ["sliding_attention", "full_attention"],
      global_head_dim: 256,
      num_global_key_value_heads: 1,
      attention_k_eq_v: true,
    });
    expect(elementsOf(modelParts(model).full)).toBe(2 * 1024 * 2048 + 1024 * 256);
    expect(elementsOf(modelParts(model).sliding)).toBe(2 * 1024 * 1024 + 2 * 1024 * 256);
  });

  // Queries through 1024, 64 heads of 512, outputs in 8 groups of 1024; entries and queries' latent on every rank; 21 layers of 43 have an indexer.
  test("tokens that share entries go through latents in groups (DeepSeek-V4)", () => {
    const flash = known("deepseek-ai/DeepSeek-V4-Flash");
    const [split, copied] = modelParts(flash).full;
    expect(split?.elements).toBe(64 * 512 * 2048 + 8 * 1024 * 4096);
    expect(copied?.elements).toBeCloseTo(4096 * (1024 + 512) + (21 / 43) * 1024 * 64 * 128, 0);
    expect(Math.abs(flash.parameters / 284e9 - 1)).toBeLessThan(0.003);
  });

  // 1536 · 64 · 128 + 7168 · (128 + 64), beside every layer's attention.
  test("the indexer of sparse attention is on every rank (DeepSeek-V3.2)", () => {
    const indexer = modelParts(known("deepseek-ai/DeepSeek-V3.2")).full.at(-1);
    expect(indexer).toEqual({ part: "attention", split: "copied", elements: 1536 * 64 * 128 + 7168 * 192 });
  });

  test.each([
    ["Qwen2.5-VL-7B", "Qwen/Qwen2.5-VL-7B-Instruct", 8.29e9],
    ["Qwen3-VL-8B", "Qwen/Qwen3-VL-8B-Instruct", 8.77e9],
    ["Gemma 3 27B", "google/gemma-3-27b-it", 27.4e9],
    ["Ministral 3 3B", "mistralai/Ministral-3-3B-Instruct-2512", 3.85e9],
    ["Llama 4 Scout", "meta-llama/Llama-4-Scout-17B-16E-Instruct", 108.6e9],
  ])("%s with its vision tower has the size of its published files", (_, id, published) => {
    expect(Math.abs(known(id).parameters / published - 1)).toBeLessThan(0.004);
  });

  // Files of 16 bit that also hold one layer for speculation, as wide as the others: full attention, an MLP or experts, two hidden sizes to one.
  test.each([
    ["Qwen/Qwen3.5-27B", 55_562_872_800],
    ["Qwen/Qwen3.5-35B-A3B", 71_903_655_008],
    ["Qwen/Qwen3.5-122B-A10B", 250_173_007_840],
    ["Qwen/Qwen3.5-397B-A17B", 806_795_875_168],
  ])("%s with its drafting layer fills its published files", (id, bytes) => {
    const model = known(id);
    const parts = modelParts(model);
    const drafting = elementsOf(parts.full) + elementsOf(model.moe ? parts.experts : parts.mlp) + 2 * model.hidden ** 2;
    expect(model.nextLayers).toBe(1);
    expect(Math.abs((2 * (model.parameters + drafting)) / bytes - 1)).toBeLessThan(0.0005);
  });
});
