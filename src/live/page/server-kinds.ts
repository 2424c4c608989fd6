import { keysOf } from "../words.ts";

/**
 * Servers by what people call them, from the one that knows the engine best to the one that stands farthest from it: of several on a page
 * the first speaks for it. Triton comes before vLLM because its backend writes vLLM's names.
 */
export const serverNames = {
  triton: "Triton",
  vllm: "vLLM",
  sglang: "SGLang",
  "trtllm-serve": "TensorRT-LLM",
  tgi: "TGI",
  "llama.cpp": "llama.cpp",
  nim: "NIM",
  "production-stack-router": "production-stack's router",
  dynamo: "Dynamo",
  smg: "SGLang's gateway",
  "vllm-router": "vLLM's router",
  "llm-d-epp": "llm-d's endpoint picker",
  kserve: "KServe",
  lmcache: "LMCache",
  "dcgm-exporter": "DCGM",
} as const;

/** Who wrote a page: the engine where one speaks, else the router, store or exporter. */
export type ServerKind = keyof typeof serverNames | "unknown";

export const serverKinds = keysOf(serverNames);

const engines: ReadonlySet<ServerKind> = new Set(["triton", "vllm", "sglang", "trtllm-serve", "tgi", "llama.cpp", "nim"]);

/** Whether such a server runs models itself. */
export function runsModels(kind: ServerKind): boolean {
  return engines.has(kind);
}
