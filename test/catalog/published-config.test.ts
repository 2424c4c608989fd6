import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { modelOfConfig } from "../../src/catalog/published-config.ts";
import { testCatalog } from "../support/catalog.ts";

const catalog = testCatalog();

interface Row {
  readonly id: string;
  readonly also?: readonly string[];
  readonly config?: Readonly<Record<string, unknown>>;
  readonly parameters?: number;
  readonly source: string;
}

const rows: readonly Row[] = JSON.parse(readFileSync(new URL("../../src/catalog/data/models.json", import.meta.url), "utf8"));
const published = rows.filter((row) => row.config !== undefined);

describe("published configs", () => {
  test("no id stands twice, every config has its source", () => {
    const ids = rows.flatMap(({ id, also = [] }) => [id, ...also]).map((id) => id.toLowerCase());
    expect(ids.length).toBe(new Set(ids).size);
    for (const { id, source } of published) expect(source, id).not.toBe("");
  });

  test("ids that share a config are models of their own name", () => {
    const [first, second] = ["allenai/OLMoE-1B-7B-0924", "allenai/OLMoE-1B-7B-0125-Instruct"].map((id) => catalog.model(id));
    expect([first?.how, second?.how]).toEqual(["exact", "exact"]);
    expect(second?.model).toEqual({ ...first?.model, id: "allenai/OLMoE-1B-7B-0125-Instruct" });
  });

  // Element counts of the safetensors files, as Hugging Face shows them.
  test.each([
    ["Qwen/Qwen3-4B-Base", 4_022_468_096],
    ["HuggingFaceTB/SmolLM3-3B", 3_075_098_624],
    ["bigcode/starcoder2-15b", 15_957_889_024],
    ["LGAI-EXAONE/EXAONE-4.0-32B", 32_003_216_384],
    ["allenai/Olmo-3-7B-Instruct", 7_298_011_136],
    ["mistralai/Ministral-8B-Instruct-2410", 8_019_808_256],
    ["microsoft/Phi-4-reasoning", 14_659_507_200],
    ["CohereLabs/c4ai-command-a-03-2025", 111_057_580_032],
    ["internlm/internlm3-8b-instruct", 8_804_241_408],
    // Two matrices in the MLP.
    ["swiss-ai/Apertus-8B-Instruct-2509", 8_053_338_176],
    // Experts: shared ones beside routed ones, some layers dense.
    ["tencent/Hunyuan-A13B-Instruct", 80_393_183_232],
    ["rednote-hilab/dots.llm1.inst", 142_774_381_696],
    ["inclusionAI/Ling-1T", 999_705_328_640],
    ["upstage/Solar-Open-100B", 102_651_793_408],
    ["databricks/dbrx-instruct", 131_596_523_520],
    // A latent for keys and values in every fourth layer, delta attention in the others.
    ["moonshotai/Kimi-Linear-48B-A3B-Instruct", 49_122_681_728],
    // Mamba 2 beside attention, between layers of attention, and one block a layer; mamba 1; short convolutions.
    ["tiiuae/Falcon-H1-34B-Instruct", 33_642_516_224],
    ["ibm-granite/granite-4.0-h-small", 32_207_337_984],
    ["nvidia/NVIDIA-Nemotron-Nano-9B-v2", 8_888_227_328],
    ["ai21labs/AI21-Jamba-Large-1.5", 398_555_145_696],
    ["LiquidAI/LFM2-24B-A2B", 23_843_661_440],
    // With their towers.
    ["Qwen/Qwen3-VL-8B-Thinking", 8_767_123_696],
    ["mistralai/Magistral-Small-2509", 24_011_361_280],
    ["google/gemma-3-27b-pt", 27_432_406_640],
    ["OpenGVLab/InternVL3-78B", 78_408_318_336],
    ["microsoft/Phi-3.5-vision-instruct", 4_146_621_440],
  ])("%s has %d elements", (id, elements) => {
    const counted = catalog.model(id)?.model.parameters ?? 0;
    expect(Math.abs(counted / elements - 1)).toBeLessThan(0.001);
  });
});

// 2 layers of 4 · 8² + 3 · 8 · 16 and two norms, embedding and head of 32 · 8, a last norm: 2 · (256 + 384 + 16) + 512 + 8 = 1832.
describe("a published size beside its config", () => {
  const config = {
    architectures: ["LlamaForCausalLM"],
    hidden_size: 8,
    num_hidden_layers: 2,
    num_attention_heads: 2,
    num_key_value_heads: 2,
    intermediate_size: 16,
    vocab_size: 32,
    tie_word_embeddings: false,
  };
  const source = "a test";

  test("none: what the config says is all", () => {
    const { parameters, approximate, source: from } = modelOfConfig({ id: "a/b", config, source }, "a/b");
    expect([parameters, approximate, from]).toEqual([1832, false, source]);
  });

  test("what a multimodal checkpoint holds beyond its language model is its tower", () => {
    const model = modelOfConfig({ id: "a/b", config: { ...config, vision_config: {} }, parameters: 2000, source }, "a/b");
    expect([model.parameters, model.towerElements, model.activeParameters]).toEqual([2000, 168, 1832]);
  });

  test("elsewhere the difference is not explained, and sizes are approximate", () => {
    const model = modelOfConfig({ id: "a/b", config, parameters: 2000, source }, "a/b");
    expect([model.parameters, model.towerElements, model.approximate]).toEqual([2000, undefined, true]);
  });
});
