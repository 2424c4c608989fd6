import { describe, expect, test } from "vitest";
import { localModel } from "../../src/catalog/local-model.ts";
import type { Tensor } from "../../src/catalog/safetensors-header.ts";
import { tensorPlace } from "../../src/catalog/tensor-parts.ts";
import { isSized } from "../../src/catalog/weight-format.ts";
import { stagesOf } from "../../src/memory/stages.ts";
import { oneRank, rankWeights, total, weightBytes } from "../../src/memory/weights.ts";
import { smallConfig, smallTensors, tensor } from "../support/checkpoints.ts";

const read = (config: object, tensors: readonly Tensor[] | undefined) =>
  localModel({ config: JSON.stringify(config), quantization: undefined, tensors }, "./model");

function known(config: object, tensors: readonly Tensor[] | undefined) {
  const { model, problem } = read(config, tensors);
  if (!model || !isSized(model.weights)) throw new Error(problem ?? "weights of unknown size");
  return { model, weights: model.weights };
}

describe("where a tensor belongs", () => {
  test.each([
    ["model.layers.3.self_attn.q_proj.weight", 3, "attention", "even"],
    ["model.layers.3.self_attn.k_proj.bias", 3, "attention", "heads"],
    ["model.layers.3.self_attn.kv_a_proj_with_mqa.weight", 3, "attention", "copied"],
    ["model.layers.3.self_attn.indexer.wq_b.weight", 3, "attention", "copied"],
    ["model.layers.3.self_attn.q_norm.weight", 3, "norms", "copied"],
    ["model.layers.3.self_attn.qkv_proj.qweight", 3, "attention", "even"],
    ["model.layers.3.mlp.down_proj.weight_scale_inv", 3, "mlp", "even"],
    ["model.layers.3.mlp.experts.17.up_proj.weight_packed", 3, "experts", "experts"],
    ["model.layers.3.mlp.experts.gate_up_proj_blocks", 3, "experts", "experts"],
    ["model.layers.3.mlp.shared_experts.gate_proj.weight", 3, "shared-experts", "even"],
    ["model.layers.3.mlp.shared_expert_gate.weight", 3, "routers", "copied"],
    ["model.layers.3.mlp.gate.weight", 3, "routers", "copied"],
    ["model.layers.3.block_sparse_moe.gate.weight", 3, "routers", "copied"],
    ["model.layers.3.linear_attn.in_proj_qkvz.weight", 3, "recurrent", "even"],
    ["backbone.layers.3.mixer.in_proj.weight", 3, "recurrent", "even"],
    ["backbone.layers.3.mixer.q_proj.weight", 3, "attention", "even"],
    ["backbone.layers.3.mixer.up_proj.weight", 3, "mlp", "even"],
    ["backbone.layers.3.mixer.experts.0.up_proj.weight", 3, "experts", "experts"],
    ["transformer.h.3.attn.c_attn.weight", 3, "attention", "even"],
    ["model.layers.3.input_layernorm.weight", 3, "norms", "copied"],
    ["language_model.model.layers.3.mlp.up_proj.weight", 3, "mlp", "even"],
    ["model.layers.8.eh_proj.weight", null, "drafting", "even"],
    ["mtp.layers.0.mlp.up_proj.weight", null, "drafting", "even"],
    ["model.visual.blocks.3.mlp.up_proj.weight", null, "towers", "even"],
    ["vision_tower.encoder.layers.3.mlp.fc1.weight", null, "towers", "even"],
    ["model.embed_tokens.weight", null, "embedding", "even"],
    ["lm_head.weight", null, "head", "even"],
    ["model.norm.weight", null, "norms", "copied"],
  ])("%s", (name, layer, part, split) => {
    expect(tensorPlace(name, 8)).toEqual({ layer, part, split });
  });
});

describe("weights of a model whose files were read", () => {
  // Attention 2 · 256² + 2 · 256 · 128, MLP 3 · 256 · 512, norms 512: two layers; embedding and head 2 · 1024 · 256, a last norm of 256.
  const elements = 2 * (2 * 256 ** 2 + 2 * 256 * 128 + 3 * 256 * 512 + 512) + 2 * 1024 * 256 + 256;

  test("of 16 bit are what their elements take in the engine's type", () => {
    const { model, weights } = known(smallConfig, smallTensors("F32"));
    expect(model).toMatchObject({ parameters: elements, approximate: false });
    expect(weightBytes(model, weights)).toBe(elements * 2);
    expect(weightBytes(model, weights, 4)).toBe(elements * 4);
    expect(weightBytes(model, { method: "fp8", linear: "fp8", scaleBytesPerElement: 0 })).toBe(
      elements * 2 - 2 * (2 * 256 ** 2 + 2 * 256 * 128 + 3 * 256 * 512),
    );
  });

  test("quantised ones take what their files hold, an odd layer in 16 bit included", () => {
    const quantised = { ...smallConfig, quantization_config: { quant_method: "fp8" } };
    const tensors = smallTensors("F8_E4M3").map((one) => (one.name.includes("layers.1.mlp") ? tensor(one.name, one.shape) : one));
    const scales = tensors
      .filter(({ dtype }) => dtype === "F8_E4M3")
      .map(({ name }) => tensor(name.replace("weight", "weight_scale"), [1], "F32"));
    const { model, weights } = known(quantised, [...tensors, ...scales]);
    const layer = 2 * 256 ** 2 + 2 * 256 * 128 + 3 * 256 * 512;
    expect(weightBytes(model, weights)).toBe(2 * layer + 3 * 256 * 512 + 4 * scales.length + 2 * (2 * 512 + 2 * 1024 * 256 + 256));
    // On two ranks each holds half of the matrices and all norms; keys and values of two heads are halved too.
    const [stage] = stagesOf(model, oneRank);
    if (!stage) throw new Error("no stage");
    const whole = rankWeights(model, weights, oneRank, stage);
    const half = rankWeights(model, weights, { ...oneRank, tensor: 2 }, stage);
    expect(half.mlp).toBe(whole.mlp / 2);
    expect(half.attention).toBe(whole.attention / 2);
    expect(half.copied).toBe(whole.copied);
  });

  test("the second stage of a pipeline holds its own layers", () => {
    const odd = smallTensors().map((one) => (one.name === "model.layers.1.mlp.up_proj.weight" ? tensor(one.name, [1024, 256]) : one));
    const { model, weights } = known(smallConfig, odd);
    const stages = stagesOf(model, { ...oneRank, pipeline: 2 }).map((stage) =>
      rankWeights(model, weights, { ...oneRank, pipeline: 2 }, stage),
    );
    expect(stages.map(({ mlp }) => mlp)).toEqual([2 * 3 * 256 * 512, 2 * 4 * 256 * 512]);
    expect(stages.map(total)[1]).toBeGreaterThan(stages.map(total)[0] ?? 0);
  });

  test("without their files they are counted", () => {
    const { model, weights } = known(smallConfig, undefined);
    expect(model.checkpoint).toBeUndefined();
    expect(weightBytes(model, weights)).toBe(elements * 2);
  });
});

describe("a config.json that its files contradict", () => {
  test.each([
    ["layers", { num_hidden_layers: 3 }, "3 layers, but the files have no tensors of layer 2"],
    ["fewer layers", { num_hidden_layers: 1 }, "1 layers, but the files have tensors of layers beyond them"],
    ["hidden size", { hidden_size: 512, head_dim: 64 }, "hidden size of 512, but model.embed_tokens.weight is 1024 × 256"],
    ["vocabulary", { vocab_size: 4096 }, "vocabulary of 4096"],
    ["heads", { num_attention_heads: 8, head_dim: 64 }, "8 heads of 64, but model.layers.0.self_attn.q_proj.weight is 256 × 256"],
    ["key-value heads", { num_key_value_heads: 4 }, "4 key-value heads of 64, but model.layers.0.self_attn.k_proj.weight is 128 × 256"],
  ])("%s", (_, members, problem) => {
    expect(read({ ...smallConfig, ...members }, smallTensors()).problem).toContain(problem);
  });

  test.each(["F8_E4M3", "I32", "Q9_NEW"])("quantisation, of matrices in %s", (dtype) => {
    const problem = `tells of no quantisation, but model.layers.0.self_attn.q_proj.weight is stored as ${dtype}`;
    expect(read(smallConfig, smallTensors(dtype)).problem).toContain(problem);
  });

  test("masks and positions in whole numbers are no quantisation", () => {
    const kept = [tensor("model.layers.0.self_attn.bias", [64, 64], "BOOL"), tensor("model.position_ids", [64], "I64")];
    expect(read(smallConfig, [...smallTensors(), ...kept]).problem).toBeUndefined();
  });

  test("files without an embedding are no language model", () => {
    const rest = smallTensors().filter(({ name }) => !name.includes("embed"));
    expect(read(smallConfig, rest).problem).toContain("no tensor that embeds tokens");
  });

  test("no JSON, no object", () => {
    for (const config of ["{ torn", "[]", ""])
      expect(localModel({ config, quantization: undefined, tensors: undefined }, "x").problem).toBe(
        "Its config.json is not a JSON object.",
      );
  });
});

test("ModelOpt's own file says the quantisation that config.json leaves out", () => {
  const quantization = JSON.stringify({
    producer: { name: "modelopt" },
    quantization: { quant_algo: "NVFP4", group_size: 16, exclude_modules: ["lm_head", "model.layers.*.self_attn*"] },
  });
  const { model } = localModel({ config: JSON.stringify(smallConfig), quantization, tensors: undefined }, "x");
  expect(model?.weights).toMatchObject({ method: "modelopt_fp4", linear: "fp4", scaleBytesPerElement: 1 / 16, plain: { attention: 1 } });
});
