import type { Model } from "../../catalog/facts.ts";
import type { EngineId, Parallel } from "../deployment.ts";
import { type Flags, flagNumber, noSizes } from "../flag-sizes.ts";
import type { Known, Located } from "../located.ts";
import { sglangParallel } from "./sglang.ts";
import { tensorrtParallel } from "./tensorrt-llm.ts";
import { vllmParallel } from "./vllm.ts";

/** What an engine's flags are called and how its sizes multiply: all that reading needs to know of it. */
export interface Dialect {
  /** Flags that name the model, by canonical name; the first that is written counts. */
  readonly modelFlags: readonly string[];
  /** Variables of the environment that name it where no flag does. */
  readonly modelVariables: readonly string[];
  /** Variables of the environment that set what a flag sets, by the flag's name. */
  readonly variables: Readonly<Record<string, string>>;
  /** Flags that name a file of further flags, and whether that file wins over the command line. */
  readonly config: { readonly flags: readonly string[]; readonly wins: boolean };
  /** `complete` false = further flags may come from somewhere else. */
  readonly parallel: (flags: Flags, complete: boolean, model: Model | undefined) => Parallel;
}

const noConfig: Dialect["config"] = { flags: [], wins: false };
/** argparse_utils.py, server_args_config_parser.py: the file's arguments go in front of the written ones. */
const configBelow: Dialect["config"] = { flags: ["config"], wins: false };
/** tensorrt_llm/llmapi/llm_args.py, update_llm_args_with_extra_dict: the file's keys replace the arguments; Dynamo's worker calls the same. */
const configAbove: Dialect["config"] = {
  flags: ["extra_llm_api_options", "extra-engine-args", "override-engine-args"],
  wins: true,
};

const noVariables: Dialect["variables"] = {};
/** launcher/src/main.rs: every option has a variable of its name. */
const tgiVariables: Dialect["variables"] = {
  NUM_SHARD: "num-shard",
  QUANTIZE: "quantize",
  DTYPE: "dtype",
  KV_CACHE_DTYPE: "kv-cache-dtype",
  MAX_INPUT_TOKENS: "max-input-tokens",
  MAX_INPUT_LENGTH: "max-input-length",
  MAX_TOTAL_TOKENS: "max-total-tokens",
  MAX_CONCURRENT_REQUESTS: "max-concurrent-requests",
  MAX_BATCH_PREFILL_TOKENS: "max-batch-prefill-tokens",
  MAX_BATCH_TOTAL_TOKENS: "max-batch-total-tokens",
  CUDA_MEMORY_FRACTION: "cuda-memory-fraction",
};
/** "Configure a NIM" of the documentation. */
const nimVariables: Dialect["variables"] = {
  NIM_TENSOR_PARALLEL_SIZE: "tensor-parallel-size",
  NIM_PIPELINE_PARALLEL_SIZE: "pipeline-parallel-size",
  NIM_MAX_MODEL_LEN: "max-model-len",
};
/** common/arg.cpp: set_env. */
const llamaVariables: Dialect["variables"] = {
  LLAMA_ARG_CTX_SIZE: "ctx-size",
  LLAMA_ARG_N_GPU_LAYERS: "n-gpu-layers",
  LLAMA_ARG_N_PARALLEL: "parallel",
};

const one: Located<number> = { value: 1, origin: "engine-default" };
const allSizes = ["tensor", "pipeline", "data", "attentionData", "expert", "sequence", "prefillContext", "decodeContext"];

/** Engines that choose their layout from the GPUs they find, or whose profile or model says it. */
function unknownParallel(): Parallel {
  return {
    tensor: one,
    pipeline: one,
    data: one,
    attentionData: one,
    expert: one,
    sequence: one,
    prefillContext: one,
    decodeContext: one,
    shift: undefined,
    unreadable: new Set(allSizes),
    written: noSizes,
  };
}

/** Text Generation Inference shards over all visible GPUs unless told how many (launcher/src/main.rs: num_shard). */
function tgiParallel(flags: Flags): Parallel {
  const shards = flagNumber(flags, "num-shard");
  return shards ? { ...unknownParallel(), tensor: shards, unreadable: new Set(), written: { ...noSizes, tp: shards } } : unknownParallel();
}

/** NIM's profile says the sizes unless fields or variables do. */
function nimParallel(flags: Flags): Parallel {
  const tp = flagNumber(flags, "tensor-parallel-size");
  const pp = flagNumber(flags, "pipeline-parallel-size");
  return { ...unknownParallel(), tensor: tp ?? one, pipeline: pp ?? one, written: { ...noSizes, tp, pp } };
}

/** Servers around vLLM and simulators of it take its flags; what they make of the sizes is theirs. */
function otherParallel(flags: Flags): Parallel {
  const size = (name: string): Known<number> => flagNumber(flags, `${name}-parallel-size`);
  return { ...unknownParallel(), written: { ...noSizes, tp: size("tensor"), pp: size("pipeline"), dp: size("data") } };
}

export const dialects: Readonly<Record<EngineId, Dialect>> = {
  vllm: {
    // The last two are those of KServe's server in front of vLLM.
    modelFlags: ["model", "model-id", "model-dir"],
    modelVariables: [],
    variables: noVariables,
    config: configBelow,
    parallel: vllmParallel,
  },
  sglang: {
    modelFlags: ["model-path", "model"],
    modelVariables: [],
    variables: noVariables,
    config: configBelow,
    parallel: sglangParallel,
  },
  "tensorrt-llm": {
    modelFlags: ["model", "model-path", "model_path"],
    modelVariables: [],
    variables: noVariables,
    config: configAbove,
    parallel: tensorrtParallel,
  },
  tgi: { modelFlags: ["model-id"], modelVariables: ["MODEL_ID"], variables: tgiVariables, config: noConfig, parallel: tgiParallel },
  nim: { modelFlags: [], modelVariables: ["NIM_MODEL_NAME"], variables: nimVariables, config: noConfig, parallel: nimParallel },
  "llama.cpp": {
    modelFlags: ["hf-repo", "hf", "model", "m"],
    modelVariables: ["LLAMA_ARG_HF_REPO", "LLAMA_ARG_MODEL"],
    variables: llamaVariables,
    config: noConfig,
    parallel: unknownParallel,
  },
  ollama: { modelFlags: [], modelVariables: [], variables: noVariables, config: noConfig, parallel: unknownParallel },
  other: {
    modelFlags: ["model-id", "model-path", "model", "model-name"],
    modelVariables: ["MODEL_ID"],
    variables: noVariables,
    config: noConfig,
    parallel: otherParallel,
  },
};
