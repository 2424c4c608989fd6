import { visionTower } from "./vision-additions.mjs";

/** Architecture facts as sparse rows; catalog/stored-model.ts turns them into `Model`. */
export function modelRows(models) {
  return Object.entries(models).map(([id, facts]) => row(id, facts, models));
}

/** What the collected configs leave out: the published ones say `"expert_dtype": "fp4"`, and vLLM takes it so where none is said (models/deepseek_v4.py). */
const expertTypes = { "deepseek-ai/DeepSeek-V4-Flash": "fp4", "deepseek-ai/DeepSeek-V4-Pro": "fp4" };

/** Packed INT4 in groups of 32, 595 GB on disk (vllm-project/recipes@007c8912c293: models/moonshotai). */
const allButExperts = { attention: 1, mlp: 1, "shared-experts": 1 };
const packed = { quant_method: "compressed-tensors", bits: 4, weightType: "int", group_size: 32, plain: allButExperts };
/** Its published list of modules left alone: attention everywhere, the MLPs of the first and the last layer. */
const fbgemm = { quant_method: "fbgemm_fp8", plain: { attention: 1, mlp: 2 / 126 } };
const statedModels = {
  "meta-llama/Llama-3.1-405B-Instruct-FP8": fbgemm,
  "moonshotai/Kimi-K2-Thinking": packed,
  "moonshotai/Kimi-K2.5": packed,
};

/** 8-bit floats with a scale for each row, which compressed-tensors' own members say and the collected facts leave out. */
const perChannel = { quant_method: "compressed-tensors", bits: 8, weightType: "float" };
/** Llama 4 so quantised keeps attention in 16 bit (llm-compressor, examples/quantization_w8a8_fp8/llama4_fp8_block_example.py). */
const llama4 = { ...perChannel, plain: { attention: 1 } };

/** Architectures whose weights the product does not count part by part: they have their published size. */
const uncounted = /^(MiniMaxM3|MiniMaxM3Sparse|MiMoV2Flash|KimiK3|DeciLM|Step3p7Flash)For/;

/** Parts that the memory and timing formulas do not follow exactly. */
function uncovered(facts) {
  return (
    facts.params.computedNote !== undefined ||
    [
      "globalAttention",
      "sparseAttention",
      "compressRatios",
      "slidingNumKvHeads",
      "attentionLayers",
      "crossAttentionLayers",
      "attentionChunkSize",
    ].some((key) => key in facts) ||
    facts.hybrid !== undefined ||
    facts.quantization?.quant_algo === "MIXED_PRECISION" ||
    (facts.mla && isNvfp4(facts.quantization)) ||
    (facts.slidingWindow && facts.slidingWindowLayers === undefined)
  );
}

function row(id, facts, models) {
  const sibling = models[facts.architectureFrom] ?? unquantisedSibling(id, models);
  const published = uncounted.test(facts.architecture);
  return sparse({
    id,
    arch: facts.architecture,
    layers: facts.numLayers,
    hidden: facts.hiddenSize,
    heads: facts.numAttentionHeads,
    kvHeads: facts.numKvHeads,
    headDim: facts.headDim,
    valueDim: facts.vHeadDim,
    inter: facts.intermediateSize,
    vocab: facts.vocabSize,
    positions: facts.maxPositionEmbeddings,
    rope: rope(facts.ropeScaling),
    tied: facts.tieWordEmbeddings,
    window: facts.slidingWindowLayers === undefined ? undefined : facts.slidingWindow,
    sliding: facts.slidingWindowLayers,
    kvLayers: facts.kvLayers === facts.numLayers ? undefined : facts.kvLayers,
    full: fullHeads(facts.globalAttention),
    slidingHeads: facts.slidingNumKvHeads,
    compress: compression(facts),
    chunked: chunked(facts),
    moe: moe(facts),
    mla: mla(facts.mla),
    hybrid: hybrid(facts),
    next: facts.mtpLayers,
    multimodal: Boolean(facts.multimodal ?? /ForConditionalGeneration$/.test(facts.architecture)),
    vision: published ? undefined : (facts.vision ?? visionTower(id)),
    quantization: quantization(id, facts, models),
    dtype: facts.torchDtype,
    kvElements: compressed(facts) ?? facts.kvElemsPerTokenPerLayer,
    indexer: indexerBytes(facts),
    indexerElements: published ? undefined : indexerElements(facts),
    parameters: published ? (facts.params.publishedTotal ?? sibling?.params.publishedTotal) : undefined,
    active: published ? (facts.params.publishedActive ?? sibling?.params.publishedActive) : undefined,
    approximate: Boolean(uncovered(facts)),
    source: facts.source.replace(/^(architecture of [^;]+);.*$/s, "$1").slice(0, 140),
  });
}

/** `nvidia/DeepSeek-V4-Flash-NVFP4` has the size of the model it was made from. */
function unquantisedSibling(id, models) {
  const base = id.split("/")[1].replace(/-(?:NVFP4|FP8|BF16)$/, "");
  const known = Object.keys(models).find((other) => other !== id && other.endsWith(`/${base}`));
  return known && models[known];
}

function rope(scaling) {
  if (!scaling || typeof scaling !== "object") return undefined;
  return sparse({
    type: scaling.rope_type ?? scaling.type,
    factor: scaling.factor,
    original: scaling.original_max_position_embeddings,
  });
}

/** KV heads, head dimension and whether values are keys, of full layers whose heads are not those of the sliding ones. */
function fullHeads(facts) {
  return facts && [facts.numKvHeads, facts.headDim, facts.keyEqualsValue ?? false];
}

function moe({ moe: facts, architecture, intermediateSize }) {
  if (!facts) return undefined;
  // Gemma 4 has a dense MLP beside the experts of each layer.
  const beside = architecture.startsWith("Gemma4") ? intermediateSize : undefined;
  const shared = facts.numSharedExperts || (beside ? 1 : 0);
  return sparse({
    experts: facts.numExperts,
    perToken: facts.expertsPerToken,
    inter: facts.moeIntermediateSize,
    shared,
    sharedInter: shared > 0 ? (beside ?? facts.sharedExpertIntermediateSize ?? facts.moeIntermediateSize * shared) : undefined,
    firstDense: facts.firstDenseLayers || undefined,
    step: facts.moeLayerStep > 1 ? facts.moeLayerStep : undefined,
    latent: facts.moeLatentSize,
    groups: facts.nGroup > 1 ? facts.nGroup : undefined,
  });
}

function mla(facts) {
  return facts && [facts.qLoraRank, facts.kvLoraRank, facts.qkNopeHeadDim, facts.qkRopeHeadDim, facts.vHeadDim];
}

/** Where several tokens share one entry, what a token takes on average over the layers; those that share it among 4 keep the indexer's keys too. */
function compressed({ compressRatios, kvElemsPerTokenPerLayer: entry, sparseAttention, numLayers }) {
  if (!compressRatios) return undefined;
  const indexed = entry + (sparseAttention?.indexHeadDim ?? 0);
  const shared = Object.entries(compressRatios).map(
    ([ratio, layers]) => Number(ratio) && (layers * (ratio === "4" ? indexed : entry)) / ratio,
  );
  return shared.reduce((sum, elements) => sum + elements, 0) / numLayers;
}

/** Llama 4 has no positions and no chunks in every fourth layer (vLLM, models/llama4.py). */
function chunked({ architecture, attentionChunkSize: tokens, numLayers }) {
  return tokens && architecture.startsWith("Llama4") ? [numLayers - Math.floor(numLayers / 4), tokens] : undefined;
}

/** Layers by how many tokens share an entry; those that share it among 4 have an indexer. */
function compression({ compressRatios, slidingWindow: window, sparseAttention, latentAttention: latent }) {
  if (!compressRatios) return undefined;
  const layers = Object.entries(compressRatios).map(([ratio, count]) => [Number(ratio), count]);
  const latents = latent && [latent.qLoraRank, latent.oLoraRank, latent.oGroups, sparseAttention?.indexNHeads ?? 0];
  return sparse({ window, index: sparseAttention?.indexHeadDim ?? 0, layers, latents });
}

/** Bytes of the sparse-attention indexer's own cache, spread over all layers. */
function indexerBytes({ sparseAttention, numLayers }) {
  const { indexerBytesPerToken: bytes, indexerLayers } = sparseAttention ?? {};
  return bytes && (bytes * (indexerLayers ?? numLayers)) / numLayers;
}

/** Weights of that indexer over all layers: queries from their latent, keys, and a weight for each head. */
function indexerElements({ sparseAttention, mla: latent, hiddenSize, numLayers }) {
  const { indexNHeads: heads, indexHeadDim: dimension, indexerLayers } = sparseAttention ?? {};
  if (!heads || !latent?.qLoraRank) return undefined;
  return ((latent.qLoraRank * heads * dimension + hiddenSize * (dimension + heads)) * (indexerLayers ?? numLayers)) / numLayers;
}

/** Configs of these families ask for their recurrent matrix in 32 bit: `mamba_ssm_dtype`, `mamba_ssm_cache_dtype` (vLLM, models/config.py). */
const wideStates = /^(Qwen3_5|NemotronH)/;

function hybrid({ hybrid: facts, architecture }) {
  if (!facts) return undefined;
  const { layerCounts: counts, kind, ...sizes } = facts;
  return sparse({
    kind,
    layers: counts.linear_attention ?? counts.mamba,
    keyHeads: sizes.linearNumKeyHeads ?? sizes.linearNumHeads,
    valueHeads: sizes.linearNumValueHeads ?? sizes.linearNumHeads,
    keyDim: sizes.linearKeyHeadDim ?? sizes.linearHeadDim,
    valueDim: sizes.linearValueHeadDim ?? sizes.linearHeadDim,
    ssmHeads: sizes.mambaNumHeads,
    ssmHeadDim: sizes.mambaHeadDim,
    ssmState: sizes.ssmStateSize,
    groups: sizes.nGroups,
    conv: sizes.convKernel,
    stateDtype: wideStates.test(architecture) ? "float32" : undefined,
    gate: sizes.attnOutputGate,
    moeLayers: counts.moe || undefined,
    mlpLayers: counts.mlp || undefined,
  });
}

function quantization(id, facts, models) {
  const stated = statedQuantization(id, facts, models);
  if (!stated) return undefined;
  const { quant_method, quant_algo, kv_cache_quant_algo: cache, weight_block_size, group_size, bits, weightType, plain } = stated;
  const { expert_dtype = expertTypes[id] } = stated;
  const kv_cache_quant_algo = cache === "FP8" ? cache : undefined;
  const kept = plain ?? (facts.mla && isNvfp4(stated) ? { attention: 1 } : undefined);
  return sparse({
    quant_method,
    quant_algo,
    kv_cache_quant_algo,
    weight_block_size,
    group_size,
    bits,
    weightType,
    plain: kept,
    expert_dtype,
  });
}

/** NVIDIA leaves the latent attention of such checkpoints in 16 bit (cards of DeepSeek-R1-0528-FP4 and, which narrows one matrix of it, -v2). */
function isNvfp4(quantization) {
  return quantization?.quant_algo === "NVFP4";
}

/** A model whose own config was not collected is published like its maker's model that lent the architecture, unless its name says otherwise. */
function statedQuantization(id, facts, models) {
  const own = statedModels[id] ?? (/Llama-4.*-FP8-dynamic$/.test(id) ? llama4 : /-FP8-dynamic$/.test(id) ? perChannel : facts.quantization);
  const lender = facts.architectureFrom;
  if (own || !lender || /-BF16$/.test(id) || id.split("/")[0] !== lender.split("/")[0]) return own;
  return models[lender] && statedQuantization(lender, models[lender], models);
}

function sparse(members) {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined && value !== null && value !== false));
}
