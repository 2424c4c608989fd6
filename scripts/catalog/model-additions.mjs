/** Published models that the collected facts lack, in their form; each with its source. `like` copies a model of the same architecture, collected or listed here before. */

const xinference = "xinference 4.1.0 (PyPI) model_metadata, which names the Hugging Face revision";

const counted = "llmfit 1.1.17 (PyPI): the same sizes and element count";

/** Several checkpoints of one shape. */
const same = (ids, facts) => Object.fromEntries(ids.map((id) => [id, facts]));

const qwen2Vision = {
  model_type: "qwen2_vl",
  depth: 32,
  embed_dim: 1280,
  num_heads: 16,
  mlp_ratio: 4,
  patch_size: 14,
  spatial_merge_size: 2,
  temporal_patch_size: 2,
};
const qwen35Vision = (hidden_size, intermediate_size, depth) => ({
  model_type: "qwen3_5",
  depth,
  hidden_size,
  intermediate_size,
  patch_size: 16,
  spatial_merge_size: 2,
  temporal_patch_size: 2,
  num_position_embeddings: 2304,
});
const pixtralVision = {
  model_type: "pixtral",
  hidden_size: 1024,
  intermediate_size: 4096,
  num_hidden_layers: 24,
  image_size: 1540,
  patch_size: 14,
  spatial_merge_size: 2,
};
/** MoonViT of Kimi-VL (vLLM, transformers_utils/configs/moonvit.py). */
const moonVision = {
  model_type: "moonvit",
  hidden_size: 1152,
  intermediate_size: 4304,
  num_hidden_layers: 27,
  patch_size: 14,
  init_pos_emb_height: 64,
  init_pos_emb_width: 64,
  merge_kernel_size: [2, 2],
};

/** Gated delta net with full attention in every fourth layer. */
const qwen35 = (layers, valueHeads, facts, vision) => ({
  like: "Qwen/Qwen3.5-27B",
  numLayers: layers,
  kvLayers: layers / 4,
  hybrid: {
    kind: "gated-delta-net",
    layerCounts: { linear_attention: (3 * layers) / 4, full_attention: layers / 4 },
    linearNumKeyHeads: 16,
    linearNumValueHeads: valueHeads,
    linearKeyHeadDim: 128,
    linearValueHeadDim: 128,
    convKernel: 4,
    attnOutputGate: true,
  },
  kvElemsPerTokenPerLayer: 2 * facts.numKvHeads * 256,
  vision,
  source: xinference,
  ...facts,
});

const mistralSmall = {
  architecture: "MistralForCausalLM",
  numLayers: 40,
  hiddenSize: 5120,
  numAttentionHeads: 32,
  numKvHeads: 8,
  headDim: 128,
  intermediateSize: 32768,
  vocabSize: 131072,
  maxPositionEmbeddings: 32768,
  tieWordEmbeddings: false,
  torchDtype: "bfloat16",
  kvElemsPerTokenPerLayer: 2048,
  kvLayers: 40,
  source: "model card of Mistral-Small-24B-Instruct-2501; foundation-model-stack fms/models (Mistral-Small-3.2 and its vision encoder)",
};

const moonlight = {
  like: "deepseek-ai/DeepSeek-V2-Lite",
  architecture: "DeepseekV3ForCausalLM",
  intermediateSize: 11264,
  vocabSize: 163840,
  maxPositionEmbeddings: 8192,
  ropeScaling: undefined,
  source: `${xinference}; EfficientMoE notes: 64 routed and 2 shared experts of 1408, 6 a token`,
};

export const furtherModels = {
  "meta-llama/Llama-4-Maverick-17B-128E-Instruct-FP8": {
    like: "meta-llama/Llama-4-Maverick-17B-128E-Instruct",
    // Experts alone: 48.87 GiB on each of 8 ranks (vllm-project/vllm issue 16152).
    quantization: {
      quant_method: "compressed-tensors",
      bits: 8,
      weightType: "float",
      plain: { attention: 1, mlp: 1, "shared-experts": 1 },
    },
    source: "vllm-project/vllm issue 16152: its start-up log",
  },
  ...same(["Qwen/Qwen2.5-Coder-0.5B", "Qwen/Qwen2.5-Coder-0.5B-Instruct"], { like: "Qwen/Qwen2.5-0.5B-Instruct", source: xinference }),
  "Qwen/Qwen2.5-Coder-1.5B": { like: "Qwen/Qwen2.5-Coder-1.5B-Instruct", source: xinference },
  "Qwen/Qwen2.5-Coder-3B": { like: "Qwen/Qwen2.5-Coder-3B-Instruct", source: xinference },
  "Qwen/Qwen2.5-Coder-7B": { like: "Qwen/Qwen2.5-Coder-7B-Instruct", source: xinference },
  "Qwen/Qwen2.5-Coder-14B": { like: "Qwen/Qwen2.5-Coder-14B-Instruct", source: xinference },
  "Qwen/Qwen2.5-Coder-32B": { like: "Qwen/Qwen2.5-Coder-32B-Instruct", source: xinference },
  "deepseek-ai/DeepSeek-R1-Distill-Qwen-1.5B": {
    like: "Qwen/Qwen2.5-1.5B",
    tieWordEmbeddings: false,
    maxPositionEmbeddings: 131072,
    source: `${xinference}; its card counts 1.78 billion parameters, the head apart from the embedding`,
  },
  ...same(["deepseek-ai/DeepSeek-Coder-V2-Lite-Instruct", "deepseek-ai/DeepSeek-Coder-V2-Lite-Base"], {
    like: "deepseek-ai/DeepSeek-V2-Lite",
    source: counted,
  }),
  ...same(["deepseek-ai/DeepSeek-Coder-V2-Instruct", "deepseek-ai/DeepSeek-Coder-V2-Base"], {
    like: "deepseek-ai/DeepSeek-V2",
    source: counted,
  }),
  ...same(
    [
      "deepseek-ai/DeepSeek-V3-Base",
      "deepseek-ai/DeepSeek-R1-Zero",
      "deepseek-ai/DeepSeek-V3.1-Base",
      "deepseek-ai/DeepSeek-V3.1-Terminus",
    ],
    { like: "deepseek-ai/DeepSeek-V3", source: counted },
  ),
  "deepseek-ai/DeepSeek-V3.2-Speciale": { like: "deepseek-ai/DeepSeek-V3.2", source: counted },
  "deepseek-ai/DeepSeek-Math-V2": { like: "deepseek-ai/DeepSeek-V3.2", source: counted },
  "deepseek-ai/DeepSeek-V2.5-1210": { like: "deepseek-ai/DeepSeek-V2-Chat", source: counted },
  "zai-org/GLM-5.3": { like: "zai-org/GLM-5.2", source: counted },
  "PrimeIntellect/INTELLECT-3": { like: "zai-org/GLM-4.5-Air", source: "its card: trained on top of GLM-4.5-Air-Base" },
  ...same(["MiniMaxAI/MiniMax-M1-40k", "MiniMaxAI/MiniMax-M1-80k"], { like: "MiniMaxAI/MiniMax-Text-01", source: counted }),
  "nvidia/Llama-3_3-Nemotron-Super-49B-v1_5": {
    like: "nvidia/Llama-3_3-Nemotron-Super-49B-v1",
    params: { publishedTotal: 49_867_145_216 },
    source: counted,
  },
  "tiiuae/falcon-40b-instruct": { like: "tiiuae/falcon-40b", source: "llmfit 1.1.17 (PyPI)" },
  "tiiuae/falcon-180B-chat": { like: "tiiuae/falcon-180B", source: counted },
  "moonshotai/Kimi-K2-Base": { like: "moonshotai/Kimi-K2-Instruct", source: counted },
  "moonshotai/Kimi-K2-Instruct-0905": { like: "moonshotai/Kimi-K2-Instruct", maxPositionEmbeddings: 262144, source: counted },
  "openai/gpt-oss-safeguard-20b": { like: "openai/gpt-oss-20b", source: counted },
  "openai/gpt-oss-safeguard-120b": { like: "openai/gpt-oss-120b", source: counted },
  ...same(["deepseek-ai/DeepSeek-V2.5", "deepseek-ai/DeepSeek-V2-Chat-0628"], { like: "deepseek-ai/DeepSeek-V2-Chat", source: xinference }),
  ...same(["01-ai/Yi-1.5-6B", "01-ai/Yi-1.5-6B-Chat", "01-ai/Yi-6B"], { like: "01-ai/Yi-6B-Chat", source: xinference }),
  ...same(["01-ai/Yi-1.5-9B"], { like: "01-ai/Yi-1.5-9B-Chat", source: xinference }),
  ...same(["01-ai/Yi-34B-Chat"], { like: "01-ai/Yi-34B", source: xinference }),
  "Qwen/Qwen2-VL-2B-Instruct": {
    like: "Qwen/Qwen2-1.5B-Instruct",
    architecture: "Qwen2VLForConditionalGeneration",
    multimodal: true,
    vision: qwen2Vision,
    source: xinference,
  },
  "Qwen/Qwen2-VL-7B-Instruct": {
    like: "Qwen/Qwen2-7B-Instruct",
    architecture: "Qwen2VLForConditionalGeneration",
    multimodal: true,
    vision: qwen2Vision,
    source: xinference,
  },
  ...same(["Qwen/Qwen2-VL-72B-Instruct", "Qwen/QVQ-72B-Preview"], {
    like: "Qwen/Qwen2-72B-Instruct",
    architecture: "Qwen2VLForConditionalGeneration",
    multimodal: true,
    vision: qwen2Vision,
    source: xinference,
  }),
  "Qwen/Qwen3.5-0.8B": qwen35(
    24,
    16,
    { hiddenSize: 1024, numAttentionHeads: 8, numKvHeads: 2, intermediateSize: 3584, tieWordEmbeddings: true },
    qwen35Vision(768, 3072, 12),
  ),
  "Qwen/Qwen3.5-2B": qwen35(
    24,
    16,
    { hiddenSize: 2048, numAttentionHeads: 8, numKvHeads: 2, intermediateSize: 6144, tieWordEmbeddings: true },
    qwen35Vision(1024, 4096, 24),
  ),
  "Qwen/Qwen3.5-4B": qwen35(
    32,
    32,
    { hiddenSize: 2560, numAttentionHeads: 16, numKvHeads: 4, intermediateSize: 9216, tieWordEmbeddings: true },
    qwen35Vision(1024, 4096, 24),
  ),
  "Qwen/Qwen3.5-9B": qwen35(
    32,
    32,
    { hiddenSize: 4096, numAttentionHeads: 16, numKvHeads: 4, intermediateSize: 12288, tieWordEmbeddings: false },
    qwen35Vision(1152, 4304, 27),
  ),
  "Qwen/Qwen3.5-27B-GPTQ-Int4": {
    like: "Qwen/Qwen3.5-27B",
    vision: qwen35Vision(1152, 4304, 27),
    quantization: { quant_method: "gptq", bits: 4, group_size: 128, plain: { attention: 1, recurrent: 1 } },
    source: `${xinference}; 30.24 GB of weights: all but the MLPs as trained`,
  },
  "mistralai/Mistral-Small-24B-Instruct-2501": mistralSmall,
  "mistralai/Mistral-Small-24B-Base-2501": mistralSmall,
  ...same(["mistralai/Mistral-Small-3.1-24B-Instruct-2503", "mistralai/Mistral-Small-3.2-24B-Instruct-2506"], {
    ...mistralSmall,
    architecture: "Mistral3ForConditionalGeneration",
    maxPositionEmbeddings: 131072,
    multimodal: true,
    vision: pixtralVision,
  }),
  ...same(["moonshotai/Moonlight-16B-A3B-Instruct", "moonshotai/Moonlight-16B-A3B"], moonlight),
  ...same(["moonshotai/Kimi-VL-A3B-Instruct", "moonshotai/Kimi-VL-A3B-Thinking", "moonshotai/Kimi-VL-A3B-Thinking-2506"], {
    ...moonlight,
    architecture: "KimiVLForConditionalGeneration",
    maxPositionEmbeddings: 131072,
    multimodal: true,
    vision: moonVision,
    source: "EasyDeL and EfficientMoE configuration of Kimi-VL: Moonlight's language model behind MoonViT",
  }),
  ...same(["ibm-granite/granite-vision-3.3-2b", "ibm-granite/granite-vision-3.2-2b", "ibm-granite/granite-vision-3.1-2b-preview"], {
    like: "ibm-granite/granite-3.1-2b-instruct",
    architecture: "LlavaNextForConditionalGeneration",
    multimodal: true,
    // Four of the tower's layers side by side lead into the projector (transformers, docs/source/en/model_doc/granitevision.md).
    vision: {
      model_type: "siglip_vision_model",
      hidden_size: 1152,
      intermediate_size: 4304,
      num_hidden_layers: 27,
      image_size: 384,
      patch_size: 14,
      feature_layers: 4,
    },
    source: "card of granite-vision-3.3-2b: granite-3.1-2b-instruct behind SigLIP so400m patch14 384",
  }),
  "microsoft/phi-1_5": {
    like: "microsoft/phi-2",
    numLayers: 24,
    hiddenSize: 2048,
    numAttentionHeads: 32,
    numKvHeads: 32,
    headDim: 64,
    intermediateSize: 8192,
    vocabSize: 51200,
    kvElemsPerTokenPerLayer: 4096,
    kvLayers: 24,
    source: "transformers, PhiConfig: its defaults are those of phi-1_5",
  },
};

/** What belongs to one checkpoint and is not lent with its shape. */
const ownMembers = new Set(["params", "weightsBytes", "weightsBytesSource", "checkedAgainst", "vision", "architectureFrom"]);

/** Collected models and these, each with the facts of the model it is like. */
export function withFurtherModels(collected) {
  const models = { ...collected };
  for (const [id, { like, ...facts }] of Object.entries(furtherModels)) {
    if (id in models) continue;
    const lent = Object.fromEntries(Object.entries(models[like] ?? {}).filter(([key]) => !ownMembers.has(key)));
    models[id] = { ...lent, params: facts.vision ? { computedNote: "vision tower not counted" } : {}, ...facts, hfId: id };
  }
  return models;
}
