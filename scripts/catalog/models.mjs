/** Architecture facts as sparse rows; catalog/stored-model.ts turns them into `Model`. */
export function modelRows(models) {
  return Object.entries(models).map(([id, facts]) => row(id, facts, models));
}

/** What the collected configs leave out: the published ones say `"expert_dtype": "fp4"`, and vLLM takes it so where none is said (models/deepseek_v4.py). */
const expertTypes = { "deepseek-ai/DeepSeek-V4-Flash": "fp4", "deepseek-ai/DeepSeek-V4-Pro": "fp4" };

/** Packed INT4 in groups of 32, 595 GB on disk (vllm-project/recipes@007c8912c293: models/moonshotai). */
const packed = { quant_method: "compressed-tensors", bits: 4, group_size: 32 };
const packedModels = { "moonshotai/Kimi-K2-Thinking": packed, "moonshotai/Kimi-K2.5": packed };

/** Parts that the memory and timing formulas do not follow exactly. */
function uncovered(facts) {
  return (
    facts.params.computedNote !== undefined ||
    ["globalAttention", "sparseAttention", "compressRatios", "slidingNumKvHeads", "attentionLayers", "crossAttentionLayers"].some(
      (key) => key in facts,
    ) ||
    facts.hybrid !== undefined ||
    facts.quantization?.quant_algo === "MIXED_PRECISION" ||
    (facts.slidingWindow && facts.slidingWindowLayers === undefined)
  );
}

function row(id, facts, models) {
  const sibling = models[facts.architectureFrom] ?? unquantisedSibling(id, models);
  const total =
    facts.params.computedTotal ?? facts.params.publishedTotal ?? sibling?.params.computedTotal ?? sibling?.params.publishedTotal;
  const active =
    facts.params.computedActive ?? facts.params.publishedActive ?? sibling?.params.computedActive ?? sibling?.params.publishedActive;
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
    moe: moe(facts.moe),
    mla: mla(facts.mla),
    hybrid: hybrid(facts.hybrid),
    multimodal: facts.multimodal === undefined ? undefined : Boolean(facts.multimodal),
    quantization: quantization(id, facts, models),
    dtype: facts.torchDtype,
    kvElements: compressed(facts) ?? facts.kvElemsPerTokenPerLayer,
    indexer: indexerBytes(facts),
    parameters: total,
    active,
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

function moe(facts) {
  if (!facts) return undefined;
  const shared = facts.numSharedExperts ?? 0;
  return sparse({
    experts: facts.numExperts,
    perToken: facts.expertsPerToken,
    inter: facts.moeIntermediateSize,
    shared,
    sharedInter: shared > 0 ? (facts.sharedExpertIntermediateSize ?? facts.moeIntermediateSize * shared) : undefined,
    firstDense: facts.firstDenseLayers || undefined,
    step: facts.moeLayerStep > 1 ? facts.moeLayerStep : undefined,
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

/** Bytes of the sparse-attention indexer's own cache, spread over all layers. */
function indexerBytes({ sparseAttention, numLayers }) {
  const { indexerBytesPerToken: bytes, indexerLayers } = sparseAttention ?? {};
  return bytes && (bytes * (indexerLayers ?? numLayers)) / numLayers;
}

function hybrid(facts) {
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
    moeLayers: counts.moe || undefined,
    mlpLayers: counts.mlp || undefined,
  });
}

function quantization(id, facts, models) {
  const stated = statedQuantization(id, facts, models);
  if (!stated) return undefined;
  const { quant_method, quant_algo, weight_block_size, group_size, bits, expert_dtype = expertTypes[id] } = stated;
  return sparse({ quant_method, quant_algo, weight_block_size, group_size, bits, expert_dtype });
}

/** A model whose own config was not collected is published like its maker's model that lent the architecture, unless its name says otherwise. */
function statedQuantization(id, facts, models) {
  const own = packedModels[id] ?? facts.quantization;
  const lender = facts.architectureFrom;
  if (own || !lender || /-BF16$/.test(id) || id.split("/")[0] !== lender.split("/")[0]) return own;
  return models[lender] && statedQuantization(lender, models[lender], models);
}

function sparse(members) {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined && value !== null && value !== false));
}
