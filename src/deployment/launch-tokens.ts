import { wordTable } from "../catalog/word-table.ts";
import type { EngineId } from "./deployment.ts";
import { huggingfaceEngine } from "./huggingface-server.ts";
import { isReadable } from "./mapped.ts";

/** What starts an engine at one place of a command line. */
export interface LaunchToken {
  readonly engine: EngineId;
  readonly launcher: string | null;
  /** Words that it takes up; arguments begin behind them. */
  readonly words: number;
  /** The first bare argument is the model. */
  readonly positionalModel: boolean;
}

interface Start {
  readonly engine: EngineId;
  readonly launcher?: string;
  readonly positionalModel?: boolean;
}

/** `python -m MODULE` */
const modules: Readonly<Record<string, Start>> = wordTable({
  "vllm.entrypoints.openai.api_server": { engine: "vllm" },
  "vllm.entrypoints.api_server": { engine: "vllm" },
  "vllm.entrypoints.grpc_server": { engine: "vllm" },
  "sglang.launch_server": { engine: "sglang" },
  "tensorrt_llm.commands.serve": { engine: "tensorrt-llm", positionalModel: true },
  "dynamo.vllm": { engine: "vllm", launcher: "dynamo" },
  "dynamo.sglang": { engine: "sglang", launcher: "dynamo" },
  "dynamo.trtllm": { engine: "tensorrt-llm", launcher: "dynamo" },
  "dynamo.mocker": { engine: "other", launcher: "dynamo" },
  "llama_cpp.server": { engine: "llama.cpp" },
});

/** Programs by the last part of their path. */
const programs: Readonly<Record<string, Start>> = wordTable({
  "text-generation-launcher": { engine: "tgi" },
  "llama-server": { engine: "llama.cpp" },
  "text-embeddings-router": { engine: "other", launcher: "text-embeddings-inference" },
  "llm-d-inference-sim": { engine: "other", launcher: "llm-d-inference-sim" },
  // Triton's launchers of TensorRT-LLM engines, in its backend's repository and its multi-node tutorial.
  "launch_triton_server.py": { engine: "tensorrt-llm", launcher: "triton" },
});

/** `PROGRAM serve` */
const servers: Readonly<Record<string, Start>> = wordTable({
  vllm: { engine: "vllm", positionalModel: true },
  "vllm.entrypoints.cli.main": { engine: "vllm", positionalModel: true },
  sglang: { engine: "sglang" },
  ollama: { engine: "ollama" },
  mlc_llm: { engine: "other", launcher: "mlc-llm", positionalModel: true },
});

/** TensorRT-LLM's server without `serve` takes a model; these sub-commands take none: they spread requests or embed images. */
const otherTensorrt = /^(disaggregated|disaggregated_mpi_worker|mm_embedding_serve)$/;

/** The launch that begins at word `at`, undefined where none does. */
export function launchToken(words: readonly string[], at: number): LaunchToken | undefined {
  const word = words[at] ?? "";
  const next = words[at + 1] ?? "";
  const base = baseName(word);
  if (base === "trtllm-serve") {
    if (otherTensorrt.test(next)) return undefined;
    return { engine: "tensorrt-llm", launcher: null, words: next === "serve" ? 2 : 1, positionalModel: true };
  }
  if (base === "lmdeploy" && next === "serve") {
    return words[at + 2] === "api_server" ? { engine: "other", launcher: "lmdeploy", words: 3, positionalModel: true } : undefined;
  }
  if (base === "server.py" && next === "leader" && words.some((one) => one.startsWith("--triton_model_repo_dir"))) {
    return { engine: "tensorrt-llm", launcher: "triton", words: 2, positionalModel: false };
  }
  if (next === "serve" && Object.hasOwn(servers, base)) return token(servers[base], 2);
  if (Object.hasOwn(programs, base)) return token(programs[base], 1);
  if (word !== "-m" && word !== "-um") return undefined;
  if (next === "huggingfaceserver") return token({ engine: huggingfaceEngine(words), launcher: "huggingfaceserver" }, 2);
  return moduleToken(next, words[at + 2]);
}

function moduleToken(module: string, next: string | undefined): LaunchToken | undefined {
  if (next === "serve" && Object.hasOwn(servers, module)) return token(servers[module], 3);
  return Object.hasOwn(modules, module) ? token(modules[module], 2) : undefined;
}

function token(start: Start | undefined, words: number): LaunchToken | undefined {
  return start && { engine: start.engine, launcher: start.launcher ?? null, words, positionalModel: start.positionalModel ?? false };
}

/** The last part of a path; a word that cannot be read whole names no program. */
export function baseName(word: string): string {
  return isReadable(word) ? word.slice(word.lastIndexOf("/") + 1) : "";
}
