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
  vllm: { modelFlags: ["model"], modelVariables: [], config: configBelow, parallel: vllmParallel },
  sglang: { modelFlags: ["model-path", "model"], modelVariables: [], config: configBelow, parallel: sglangParallel },
  "tensorrt-llm": {
    modelFlags: ["model", "model-path", "model_path"],
    modelVariables: [],
    config: configAbove,
    parallel: tensorrtParallel,
  },
  tgi: { modelFlags: ["model-id"], modelVariables: ["MODEL_ID"], config: noConfig, parallel: tgiParallel },
  nim: { modelFlags: [], modelVariables: ["NIM_MODEL_NAME"], config: noConfig, parallel: nimParallel },
  "llama.cpp": {
    modelFlags: ["hf-repo", "hf", "model", "m"],
    modelVariables: ["LLAMA_ARG_HF_REPO", "LLAMA_ARG_MODEL"],
    config: noConfig,
    parallel: unknownParallel,
  },
  ollama: { modelFlags: [], modelVariables: [], config: noConfig, parallel: unknownParallel },
  other: {
    modelFlags: ["model-id", "model-path", "model", "model-name"],
    modelVariables: ["MODEL_ID"],
    config: noConfig,
    parallel: otherParallel,
  },
};
