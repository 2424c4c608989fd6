import { compressedParts } from "./compressed-parts.ts";
import type { MlaFacts } from "./facts.ts";
import type { Shape, WeightPart } from "./parameters.ts";

/** Architectures whose query, key and value projections have biases. */
const biasedInputs = /^(Qwen2|Qwen2Moe|Qwen2_5_VL|Qwen2VL|MiMo|GptOss|Phi|OPT|Starcoder2|GPTBigCode)For/;
/** Those whose output projection has one too. */
const biasedOutput = /^(GptOss|Phi|OPT|Starcoder2|GPTBigCode)For/;

/** Attention's weight elements in a layer of this kind: all projections, and what sparse attention selects with. */
export function attentionParts(shape: Shape, kind: "full" | "sliding"): readonly WeightPart[] {
  if (shape.compression?.latents) return compressedParts(shape, shape.compression);
  const indexer: WeightPart = { part: "attention", split: "copied", elements: shape.indexerElementsPerLayer ?? 0 };
  return [...(shape.mla ? latent(shape, shape.mla) : grouped(shape, kind)), indexer].filter(({ elements }) => elements > 0);
}

function grouped(shape: Shape, kind: "full" | "sliding"): readonly WeightPart[] {
  const { hidden, heads, architecture } = shape;
  const own = kind === "full" ? shape.fullHeads : undefined;
  const headDim = own?.headDim ?? shape.headDim;
  const valueDim = own?.headDim ?? shape.valueHeadDim;
  const kvHeads = own?.kvHeads ?? shape.kvHeads;
  const queries = heads * headDim * (shape.gatedQueries ? 2 : 1);
  const keyValues = kvHeads * (headDim + (own?.valueIsKey ? 0 : valueDim));
  const inputBiases = biasedInputs.test(architecture) ? 1 : 0;
  return [
    { part: "attention", split: "even", elements: hidden * (queries + heads * valueDim) },
    { part: "attention", split: { heads: kvHeads }, elements: hidden * keyValues },
    { part: "norms", split: "copied", elements: inputBiases * (queries + keyValues) + (biasedOutput.test(architecture) ? hidden : 0) },
  ];
}

/** Multi-head latent attention: what leads down to the latents is on every rank. */
function latent({ hidden, heads }: Shape, mla: MlaFacts): readonly WeightPart[] {
  const queryDim = heads * (mla.nopeHeadDim + mla.ropeHeadDim);
  const down = mla.kvRank + mla.ropeHeadDim + (mla.queryRank ?? 0);
  const up = (mla.queryRank ?? hidden) * queryDim + mla.kvRank * heads * (mla.nopeHeadDim + mla.valueHeadDim);
  return [
    { part: "attention", split: "even", elements: up + heads * mla.valueHeadDim * hidden },
    { part: "attention", split: "copied", elements: hidden * down },
    { part: "norms", split: "copied", elements: mla.kvRank + (mla.queryRank ?? 0) },
  ];
}
