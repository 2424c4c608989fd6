import type { EngineId } from "./deployment.ts";

/** The engines as their makers spell them. */
export const engineNames: Readonly<Record<EngineId, string>> = {
  vllm: "vLLM",
  sglang: "SGLang",
  "tensorrt-llm": "TensorRT-LLM",
  tgi: "TGI",
  nim: "NIM",
  "llama.cpp": "llama.cpp",
  ollama: "Ollama",
  other: "this engine",
};
