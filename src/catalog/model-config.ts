import { attentionLayers, compressedElements, fullHeads, indexerElements, latentFacts, ropeFacts } from "./config-attention.ts";
import { cacheFacts } from "./config-cache.ts";
import { expertFacts } from "./config-experts.ts";
import { booleanOf, type Fields, fieldsOf, isFields, numberOf, textOf, wordsOf } from "./config-fields.ts";
import { quantizationFacts } from "./config-quantization.ts";
import type { Model } from "./facts.ts";
import { countParameters } from "./parameters.ts";
import { rotaryFacts } from "./rotary-facts.ts";
import { towersOf, visionTower } from "./tower-elements.ts";
import { unquantised, weightFormatOf } from "./weight-format.ts";

export type DescribedModel =
  | { readonly model: Model; readonly problem?: undefined }
  | { readonly model?: undefined; readonly problem: string };

/** Families whose every weight and cached element our formulas count. */
const covered = new Set(
  `Llama Mistral Mixtral Qwen2 Qwen2Moe Qwen3 Qwen3Moe DeepseekV2 DeepseekV3 Deepseek Gemma Gemma2 Gemma3 GptOss Phi Phi3 PhiMoE OPT Falcon
  Granite GraniteMoe Olmo Olmo2 Olmo3 Olmoe Cohere Cohere2 Glm Glm4 Glm4Moe Glm4MoeLite InternLM InternLM2 InternLM3 SeedOss MiniMaxM2
  Apertus Arcee Arctic BailingMoe BailingMoeV2 Baichuan Bloom Dbrx Dots1 Ernie4_5 Ernie4_5_Moe Exaone Exaone4 GPTBigCode GPTJ GPTNeoX
  HunYuanDenseV1 HunYuanMoEV1 MPT MiMo MiniCPM Nemotron Orion SmolLM3 Solar SolarOpen StableLm Starcoder2`
    .split(/\s+/)
    .map((family) => `${family}ForCausalLM`),
);

/** Members that tell of parts that the formulas leave out. */
const uncovered = [
  "index_topk",
  "cross_attention_layers",
  "hybrid_override_pattern",
  "compress_ratios",
  "altup_num_inputs",
  "attn_module_list_cfg",
];

/** What transformers, or vLLM for the experts of DeepSeek-V4, assumes where a published config leaves a member out. */
const familyDefaults: readonly (readonly [RegExp, Fields])[] = [
  [
    /^gemma3/,
    {
      vocab_size: 262_208,
      num_attention_heads: 8,
      num_key_value_heads: 4,
      head_dim: 256,
      max_position_embeddings: 131_072,
      sliding_window: 4096,
    },
  ],
  [/^gemma/, { head_dim: 256, max_position_embeddings: 8192 }],
  [/^deepseek_v4/, { expert_dtype: "fp4" }],
  [/^mistral/, { num_key_value_heads: 8, max_position_embeddings: 131_072 }],
];

/** Families that share embedding and head unless the config says otherwise. */
const tiedByDefault = /^(gemma|gpt2|opt|falcon|bloom|cohere|command)/;

/**
 * A model from its Hugging Face `config.json`, nested text models and quantised checkpoints included. Sizes are counted from the
 * architecture. `problem` says what is missing, in a sentence, where the text is no such config.
 */
export function modelFromConfig(json: unknown, id: string): DescribedModel {
  if (!isFields(json)) return { problem: "This is not a model's config.json: an object was expected." };
  const inner = [json.text_config, json.llm_config, json.language_config]
    .map(fieldsOf)
    .find((fields) => numberOf(fields, "hidden_size") !== undefined);
  const type = textOf(inner, "model_type") ?? textOf(json, "model_type") ?? "";
  const text: Fields = { ...familyDefaults.find(([family]) => family.test(type))?.[1], ...(inner ?? json), model_type: type };

  const sizes = { hidden_size: numberOf(text, "hidden_size", "n_embd", "d_model"), vocab_size: numberOf(text, "vocab_size") };
  const layers = numberOf(text, "num_hidden_layers", "n_layer", "num_layers", "n_layers");
  const heads = numberOf(text, "num_attention_heads", "n_head", "n_heads", "num_heads");
  const missing = Object.entries({ ...sizes, num_hidden_layers: layers, num_attention_heads: heads }).find(
    ([name, value]) => !plausible(name, value),
  )?.[0];
  const { hidden_size: hidden, vocab_size: vocab } = sizes;
  if (missing !== undefined || hidden === undefined || vocab === undefined || layers === undefined || heads === undefined) {
    return { problem: `The config has no usable ${missing ?? "sizes"}: it does not describe a language model.` };
  }

  const architecture = wordsOf(json, "architectures")?.[0] ?? wordsOf(text, "architectures")?.[0] ?? "";
  const mla = latentFacts(text);
  const moe = expertFacts(text, layers);
  const kvHeads = keyValueHeads(text) ?? heads;
  if (!mla && heads % kvHeads !== 0)
    return { problem: `The config has ${heads} attention heads over ${kvHeads} key-value heads, which no attention can share.` };
  const headDim = mla ? mla.nopeHeadDim + mla.ropeHeadDim : (numberOf(text, "head_dim") ?? Math.floor(hidden / heads));
  const attention = attentionLayers(text, layers, { hidden, heads, headDim });
  const vision = fieldsOf(json.vision_config);
  const multimodal = vision !== undefined || fieldsOf(json.audio_config) !== undefined;
  const towers = towersOf(json, hidden);
  const rotary = mla ? undefined : rotaryFacts(architecture, headDim, text);
  const next = numberOf(text, "num_nextn_predict_layers", "mtp_num_hidden_layers", "num_mtp_modules") ?? 0;
  const own = fullHeads(text);
  const indexer = indexerElements(text, hidden);
  const shape = {
    id,
    architecture,
    layers,
    hidden,
    heads,
    kvHeads,
    headDim,
    valueHeadDim: mla?.valueHeadDim ?? headDim,
    intermediate:
      (moe ? undefined : numberOf(text, "shared_intermediate_size")) ??
      numberOf(text, "intermediate_size_mlp", "intermediate_size", "ffn_dim", "n_inner", "ffn_hidden_size") ??
      4 * hidden,
    vocab,
    maxPositions: numberOf(text, "max_position_embeddings", "n_positions", "max_seq_len", "seq_length", "n_ctx") ?? 2048,
    ropeScaling: ropeFacts(text),
    ...(rotary ? { rotary } : {}),
    tiedEmbeddings: booleanOf(json, "tie_word_embeddings") ?? booleanOf(text, "tie_word_embeddings") ?? tiedByDefault.test(type),
    ...attention,
    ...(own ? { fullHeads: own } : {}),
    ...cacheFacts(text, layers),
    ...(attention.recurrent && booleanOf(text, "attn_output_gate") !== false && /^qwen3_(next|5)/.test(type)
      ? { gatedQueries: true as const }
      : {}),
    moe,
    mla,
    ...(next > 0 ? { nextLayers: next } : {}),
    multimodal,
    ...towers,
    ...(vision ? { visionTower: visionTower(vision) } : {}),
    ...(indexer === undefined ? {} : { indexerElementsPerLayer: indexer }),
    dtype: dtypeOf(textOf(json, "torch_dtype", "dtype") ?? textOf(text, "torch_dtype", "dtype")),
    kvElementsPerLayer: compressedElements(text, layers, kvHeads * headDim) ?? (mla ? mla.kvRank + mla.ropeHeadDim : 2 * kvHeads * headDim),
    source: "config.json",
  } as const;
  const quantization = fieldsOf(json.quantization_config) ?? fieldsOf(text.quantization_config) ?? fieldsOf(json.compression_config);
  const quantized = quantization && quantizationFacts(quantization, text, shape);
  const { total, active } = countParameters(shape);
  const approximate =
    !covered.has(architecture) ||
    attention.recurrent !== null ||
    moe?.layers !== undefined ||
    quantized?.whole === false ||
    uncovered.some((member) => text[member] != null);
  return {
    model: {
      ...shape,
      weights: quantized ? weightFormatOf(quantized.facts) : unquantised,
      ...(quantized?.facts.kv_cache_quant_algo?.toUpperCase() === "FP8" ? { narrowCache: true } : {}),
      parameters: total,
      activeParameters: active,
      approximate: approximate || (multimodal && towers.towerElements === undefined),
    },
  };
}

/** Sizes come from outside: a whole number, and none that would keep the counting busy. */
function plausible(name: string, value: number | undefined): boolean {
  return value !== undefined && Number.isInteger(value) && value > 0 && value <= (name === "num_hidden_layers" ? 10_000 : 1e8);
}

/** Falcon says `multi_query` instead of a count. */
function keyValueHeads(text: Fields): number | undefined {
  const count = numberOf(text, "num_key_value_heads", "num_kv_heads", "n_head_kv", "multi_query_group_num");
  if (count !== undefined && count > 0) return count;
  return booleanOf(text, "multi_query") === true ? 1 : undefined;
}

function dtypeOf(name: string | undefined): Model["dtype"] {
  return name === "float16" ? "fp16" : name === "float32" ? "fp32" : "bf16";
}
