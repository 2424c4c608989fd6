import type { Model } from "../catalog/facts.ts";
import { elementsOf, modelParts } from "../catalog/parameters.ts";
import type { SettledPool } from "../deployment/settled.ts";
import { atLeast } from "../deployment/version.ts";
import type { Stage } from "./stages.ts";

/** Architectures whose embedding and head take adapters in vLLM (`embedding_modules` of model_executor/models/llama.py and those made of it). */
const adaptedEmbeddings = /^(Llama|Mistral|Mixtral|Granite)ForCausalLM$/;

/**
 * What a rank sets aside for adapters before any is loaded: for each slot and each linear layer A (rank × inputs) and B (outputs × rank).
 * Tensor parallelism splits B of layers that are split by outputs and A of those split by inputs; the other half is on every rank
 * (vLLM, lora/layers). Logged within the weights.
 */
export function loraSlotBytes(model: Model, pool: SettledPool, stage: Stage): number {
  const { lora } = pool.settings;
  if (!lora) return 0;
  const { tensor } = pool.layout;
  const attentionLayers = stage.full + stage.sliding;
  const vocabulary =
    pool.budget.engine === "vllm" && adaptedEmbeddings.test(model.architecture) ? Number(stage.first) + Number(stage.last) : 0;
  const elements =
    attentionLayers * attentionSides(model, tensor) +
    stage.mlpLayers * mlpSides(model, model.intermediate, tensor) +
    stage.expertLayers * expertSides(model, pool) +
    vocabulary * (model.vocab + model.hidden);
  return elements * lora.rank * lora.slots * pool.activationBytes;
}

/** Inputs and outputs of the attention's matrices on one rank. */
function attentionSides({ hidden, heads, kvHeads, headDim, valueHeadDim, mla }: Model, tensor: number): number {
  const output = (heads * valueHeadDim) / tensor + hidden;
  if (!mla) {
    const keysAndValues = Math.max(1, kvHeads / tensor) * (headDim + valueHeadDim);
    return 3 * hidden + (heads * headDim) / tensor + keysAndValues + output;
  }
  const { queryRank, kvRank, nopeHeadDim, ropeHeadDim } = mla;
  const queries = (heads * (nopeHeadDim + ropeHeadDim)) / tensor;
  const query = queryRank === null ? hidden + queries : hidden + 2 * queryRank + queries;
  return query + hidden + kvRank + ropeHeadDim + output;
}

function mlpSides(model: Model, intermediate: number, tensor: number): number {
  const into = elementsOf(modelParts(model).mlp) === 3 * model.hidden * model.intermediate ? 2 : 1;
  return (into + 1) * (model.hidden + intermediate / tensor);
}

/** Experts take adapters from vLLM 0.11.1 on (lora/layers/fused_moe.py); shared ones are linear layers like others. */
function expertSides(model: Model, { layout, version, budget }: SettledPool): number {
  const { moe } = model;
  if (!moe) return 0;
  const shared = moe.sharedExperts > 0 ? mlpSides(model, moe.sharedIntermediate, layout.tensor) : 0;
  if (budget.engine !== "vllm" || !atLeast(version, "0.11.1")) return shared;
  const perRank = layout.expert > 1 ? moe.experts / layout.expert : moe.experts;
  return shared + perRank * mlpSides(model, moe.intermediate, layout.expert > 1 ? 1 : layout.tensor * layout.attentionData);
}
