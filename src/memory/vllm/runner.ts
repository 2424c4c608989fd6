import type { Model } from "../../catalog/facts.ts";
import { atLeast } from "../../deployment/version.ts";
import type { VllmPool } from "./pool.ts";

/** The part of vLLM that profiles a start: the engine before V1, the runner V1 began with, or Model Runner V2. */
export type Runner = "v0" | "v1" | "v2";

/** The runner a release takes unless an environment variable says otherwise. */
export function runnerOf(model: Model, pool: VllmPool): Runner {
  if (isV0(pool)) return "v0";
  return defaultsToV2(model, pool) ? "v2" : "v1";
}

export function isV0({ budget }: VllmPool): boolean {
  return !budget.cache.isV1;
}

/** Model Runner V2 by release: few architectures from 0.22, what has no experts and no states from 0.25, all from 0.30 (config/vllm.py). */
function defaultsToV2({ architecture, moe, recurrent }: Model, { version, weights }: VllmPool): boolean {
  if (atLeast(version, "0.30.0")) return true;
  if (atLeast(version, "0.25.0")) return listedFrom25.test(architecture) || (moe === null && recurrent === null);
  if (atLeast(version, "0.24.0")) return listedIn24.test(architecture);
  if (atLeast(version, "0.23.0")) return moe === null && /^(Llama|Mistral|Qwen3)ForCausalLM$/.test(architecture);
  return atLeast(version, "0.22.0") && architecture === "Qwen3ForCausalLM" && weights.method === "none";
}

/** DEFAULT_V2_MODEL_RUNNER_ARCHITECTURES of 0.24.0, and those with experts that 0.25.0 and 0.28.0 list. */
const listedIn24 = /^(Llama|Mistral|Qwen3|DeepseekV2|Qwen2Moe|GraniteMoe)ForCausalLM$/;
const listedFrom25 = /^(DeepseekV2|Qwen2Moe|GraniteMoe|LongcatFlashNgram)ForCausalLM$/;
