import { describe, expect, test } from "vitest";
import type { Model } from "../../src/catalog/facts.ts";
import { modelFromConfig } from "../../src/catalog/model-config.ts";

const plain = {
  architectures: ["SomeForCausalLM"],
  hidden_size: 8,
  intermediate_size: 16,
  num_hidden_layers: 8,
  num_attention_heads: 2,
  num_key_value_heads: 1,
  vocab_size: 32,
  tie_word_embeddings: true,
};

function described(members: Readonly<Record<string, unknown>>): Model {
  const { model, problem } = modelFromConfig({ ...plain, ...members }, "x");
  if (!model) throw new Error(problem);
  return model;
}

/** What each such layer counts beside embedding, MLPs and norms. */
const layerElements = (model: Model) => model.recurrent?.elements;

describe("layers by what they remember", () => {
  // Layer 4 of each 8 has attention. Mamba 1 with 2 · 8 channels: the last 3 inputs in 16 bit, 16 states of each in 32 bit.
  test("Jamba says how often and from where", () => {
    const model = described({
      attn_layer_period: 8,
      attn_layer_offset: 4,
      mamba_expand: 2,
      mamba_dt_rank: 4,
      mamba_d_state: 16,
      mamba_d_conv: 4,
    });
    expect([model.fullAttentionLayers, model.recurrent?.layers]).toEqual([1, 7]);
    expect(model.recurrent?.stateBytesPerSequence).toBe(7 * (3 * 16 * 2 + 16 * 16 * 4));
    // in_proj 8 · 32, convolution 16 · 5, x_proj 16 · 36, dt_proj 4 · 16 + 16, A 16 · 16, D 16, out_proj 16 · 8; norms of 36.
    expect(layerElements(model)).toEqual({ split: 256 + 80 + 576 + 80 + 256 + 16 + 128, copied: 36 });
  });

  // The last 2 inputs of 8 channels; three projections in, one out, and a kernel of 3.
  test("LFM2's convolutions keep their last inputs alone", () => {
    const layer_types = Array.from({ length: 8 }, (_, layer) => (layer % 4 === 2 ? "full_attention" : "conv"));
    const model = described({ layer_types, conv_L_cache: 3 });
    expect([model.fullAttentionLayers, model.recurrent?.layers]).toEqual([2, 6]);
    expect(model.recurrent?.stateBytesPerSequence).toBe(6 * 2 * 8 * 2);
    expect(layerElements(model)).toEqual({ split: 4 * 64 + 8 * 3, copied: 0 });
  });

  test("Falcon-H1 has a state beside the attention of every layer", () => {
    const model = described({ mamba_d_ssm: 16, mamba_n_heads: 2, mamba_d_head: 8, mamba_d_state: 4, mamba_n_groups: 1, mamba_d_conv: 4 });
    expect([model.fullAttentionLayers, model.recurrent?.layers]).toEqual([8, 8]);
  });

  test("EXAONE 4 writes windows and whole contexts in letters", () => {
    const model = described({ sliding_window: 4096, sliding_window_pattern: "LLLG" });
    expect([model.fullAttentionLayers, model.slidingLayers, model.slidingWindow]).toEqual([2, 6, 4096]);
  });
});

describe("experts under further names", () => {
  test.each([
    [
      { moe_num_experts: 64, moe_k: 6, moe_num_shared_experts: 2, moe_layer_start_index: 1, moe_intermediate_size: 4 },
      { experts: 64, expertsPerToken: 6, sharedExperts: 2, sharedIntermediate: 8, firstDense: 1, step: 1 },
    ],
    [
      { num_experts: 32, num_experts_per_tok: 4, num_dense_layers: 2, moe_intermediate_size: 4 },
      { experts: 32, expertsPerToken: 4, sharedExperts: 0, firstDense: 2, step: 1 },
    ],
    [
      { num_experts: 16, num_experts_per_tok: 2, expert_layer_period: 2 },
      { experts: 16, expertsPerToken: 2, intermediate: 16, step: 2 },
    ],
  ])("%j", (members, facts) => {
    expect(described(members).moe).toMatchObject(facts);
  });
});
