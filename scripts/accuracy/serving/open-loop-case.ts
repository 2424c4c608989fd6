import type { OpenLoopExperiment } from "./open-loop-runs.ts";

/**
 * A run as a case. inference-perf sends every user's question behind the system prompt alone: turns do not carry what was said before
 * (sim/workload/inference_perf.go of inference-sim, which replays these runs).
 */
export function caseOf(run: OpenLoopExperiment) {
  return {
    id: run.name,
    deployment: {
      engine: "vllm",
      engineVersion: run.version,
      model: run.model,
      gpu: run.gpu,
      pools: [{ role: "mixed", parallel: { tensor: run.tensor } }],
      weightQuantization: run.isNarrow ? "fp8" : null,
      kvCacheBlocks: run.kvBlocks,
      settings: {
        "max-num-seqs": run.maxNumSeqs,
        "max-num-batched-tokens": run.maxNumBatchedTokens,
        // Not told; the servers started, so it fitted.
        "max-model-len": "auto",
      },
    },
    workload: {
      kind: "open-loop",
      arrivals: "poisson",
      stages: run.stages,
      requests: run.requests,
      sharedPrefix: {
        groups: run.systemPrompts,
        usersPerGroup: run.usersPerSystemPrompt,
        systemPromptTokens: run.systemPromptTokens,
        questionTokens: run.questionTokens,
        outputTokens: run.outputTokens,
        multiTurn: false,
      },
    },
    seed: 1,
  };
}
