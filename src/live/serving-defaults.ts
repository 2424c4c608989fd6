import type { EngineId } from "../deployment/deployment.ts";

/** Where an engine serves its metrics where nobody says otherwise. */
export interface ServingDefaults {
  readonly port: number;
  /** The first one that tells figures of an engine counts. */
  readonly paths: readonly string[];
}

const metrics: readonly string[] = ["/metrics"];
const plain: ServingDefaults = { port: 8000, paths: metrics };

/** Ports and pages of the engines (their own documentation; TensorRT-LLM's `/metrics` is JSON that reading uses up). */
export const servingDefaults: Readonly<Record<EngineId, ServingDefaults>> = {
  vllm: plain,
  sglang: { port: 30000, paths: metrics },
  "tensorrt-llm": { port: 8000, paths: ["/prometheus/metrics", "/metrics"] },
  tgi: { port: 80, paths: metrics },
  nim: { port: 8000, paths: ["/v1/metrics", "/metrics"] },
  "llama.cpp": { port: 8080, paths: metrics },
  ollama: { port: 11434, paths: metrics },
  other: plain,
};
