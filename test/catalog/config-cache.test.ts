import { describe, expect, test } from "vitest";
import type { Model } from "../../src/catalog/facts.ts";
import { modelFromConfig } from "../../src/catalog/model-config.ts";

const small = { model_type: "gemma3n_text", hidden_size: 2048, vocab_size: 262_400, num_attention_heads: 8, num_key_value_heads: 2 };

function facts(config: Readonly<Record<string, unknown>>): Model {
  const { model, problem } = modelFromConfig({ ...small, ...config }, "test");
  if (!model) throw new Error(problem);
  return model;
}

describe("what a config says of its cache", () => {
  // Four windows, one full, twice; the last three layers read what others keep: two windows and the full one.
  test("layers that share a cache are counted by kind", () => {
    const five = [...Array.from({ length: 4 }, () => "sliding_attention"), "full_attention"];
    const config = { num_hidden_layers: 10, layer_types: [...five, ...five], sliding_window: 512 };
    expect(facts({ ...config, num_kv_shared_layers: 3 }).sharedKv).toEqual({ full: 1, sliding: 2 });
    expect(facts({ ...config, num_kv_shared_layers: 0 }).sharedKv).toBeUndefined();
    expect(facts({ num_hidden_layers: 10, num_kv_shared_layers: 3 }).sharedKv).toBeUndefined();
  });

  test("entries that tokens share are counted by how many do", () => {
    const config = {
      num_hidden_layers: 5,
      compress_ratios: [0, 128, 4, 128, 4, 0],
      head_dim: 512,
      sliding_window: 128,
      index_head_dim: 128,
    };
    expect(facts(config).compression).toEqual({
      entry: 512,
      indexEntry: 128,
      window: 128,
      layers: [
        { ratio: 0, count: 1 },
        { ratio: 128, count: 2 },
        { ratio: 4, count: 2 },
      ],
    });
    expect(facts({ ...config, compress_ratios: [0, 4] }).compression).toBeUndefined();
  });

  // Nemotron 3 Nano: 64 heads of 64 with a state of 128, 8 groups, a convolution over 4 inputs.
  test("a state has the shape of its heads", () => {
    const config = {
      model_type: "nemotron_h",
      num_hidden_layers: 4,
      hybrid_override_pattern: "M*ME",
      mamba_num_heads: 64,
      mamba_head_dim: 64,
      ssm_state_size: 128,
      n_groups: 8,
      conv_kernel: 4,
    };
    expect(facts(config).recurrent?.state).toEqual({
      convolved: 3,
      channels: 64 * 64,
      groups: 8,
      groupChannels: 256,
      matrix: 64 * 64 * 128,
      isWide: true,
    });
    expect(facts({ ...config, mamba_ssm_cache_dtype: "float16" }).recurrent?.state?.isWide).toBe(false);
  });
});
