import type { Model } from "../../catalog/facts.ts";
import type { Stage } from "../stages.ts";
import type { Term } from "../sum.ts";
import { encoderOutputs, encoderPeak } from "./encoder.ts";
import { expertWorkspace } from "./experts.ts";
import { isFittedStart } from "./fitted.ts";
import { forwardPeak, handedOver } from "./forward.ts";
import type { VllmPool } from "./pool.ts";
import { samplerPeak } from "./sampler.ts";
import { larger, none, type Size, together } from "./size.ts";

const GiB = 2 ** 30;
const MiB = 2 ** 20;

/**
 * Peak of the profiling run beyond the weights (memory.md 4): what stays throughout, and the largest of what follows each other: the
 * encoders, a layer's working set for max-num-batched-tokens and, on the last stage, the sampler's for max-num-seqs.
 */
export function activationPeak(model: Model, pool: VllmPool, stage: Stage): Term {
  const encoded = encoderOutputs(model, pool, stage);
  const step = larger(stage.last ? samplerPeak(model, pool) : none, forwardPeak(model, pool, stage));
  const run = together(step, encoded, handedOver(model, pool, stage), expertWorkspace(model, pool, stage));
  const size = together(larger(run, together(encoderPeak(model, pool, stage), encoded)), matrixWorkspace(pool));
  return { ...size, ...trust(model, pool, stage, size) };
}

/** What cuBLAS sets aside with its first product: 8 buffers of 4 MiB from Hopper on, before 2 and 16 of 8 KiB (PyTorch, CUDABlas.cpp). */
function matrixWorkspace({ gpu }: VllmPool): Size {
  const buffers = (gpu.computeCapability ?? 9) >= 9 ? 32 * MiB : 8.125 * MiB;
  return { bytes: buffers, formula: `${buffers / GiB} GiB workspace` };
}

/** Dense text models lie within 0.1 GiB and 3 %; experts, encoders and drafters run through kernels and towers that are not followed. */
function trust(model: Model, pool: VllmPool, stage: Stage, { bytes }: Size): Pick<Term, "confidence" | "spread"> {
  const isPlain = !model.multimodal && model.recurrent === null && stage.expertLayers === 0 && pool.budget.cache.draftTokens === 0;
  if (isPlain && isFittedStart(model, pool)) return { confidence: "fitted", spread: 0.1 * GiB + 0.03 * bytes };
  // Attention replicas hand each other their tokens, by a transport that is not followed.
  const share = pool.layout.attentionData > 1 ? 0.5 : isPlain ? 0.15 : 0.25;
  return { confidence: "estimated", spread: (model.multimodal ? 0.6 : 0.3) * GiB + share * bytes };
}
