import type { Catalog } from "../catalog/catalog.ts";
import type { Gpu, Model } from "../catalog/facts.ts";
import type { JudgedEngine } from "./settled.ts";
import { atLeast, parseVersion, type Version } from "./version.ts";

/** vLLM's defaults by version and device, as VERSIONED-DEFAULTS and RULES VS02, VS03, VS11, VM01, VM15 found them in the releases. */

const GiB = 2 ** 30;

/** TensorRT-LLM's flags have no history in the catalogue: the newest release on PyPI as of its engine facts. */
const newestTensorrt = "1.2.1";

/** What a deployment that names no version is judged by. */
export function assumedVersion(engine: JudgedEngine, catalog: Catalog): Version {
  if (engine === "sglang") return newestVersion(catalog.flags("sglang").versions);
  return newestVersion(engine === "tensorrt-llm" ? [newestTensorrt] : catalog.flags("vllm").versions);
}

/** The newest release the catalogue's flag table knows: what a deployment without a version is judged by. */
export function newestVersion(versions: readonly string[]): Version {
  const newest = parseVersion(versions.at(-1) ?? "");
  if (!newest) throw new Error("the flag table names no version");
  return newest;
}

export interface BatchDefaults {
  readonly tokens: number;
  readonly sequences: number;
}

/**
 * Whether the V1 engine runs: an option before 0.8, the default since (on GPUs it could drive, with adapters from 0.8.3), the only one
 * from 0.11. `chosen` is VLLM_USE_V1.
 */
export function usesV1(version: Version, gpu: Gpu, chosen: string | undefined, hasLora = false): boolean {
  if (atLeast(version, "0.11.0") || chosen === "1") return true;
  if (chosen === "0" || !atLeast(version, hasLora ? "0.8.3" : "0.8.0")) return false;
  // arg_utils.py, _is_v1_supported_oracle: compute capability 8 up to 0.10.1.
  return atLeast(version, "0.10.2") || (gpu.computeCapability ?? 8) >= 8;
}

/** VS11 for `vllm serve`: tokens and sequences of a step, before they are cut to what a deployment can fill. */
export function batchDefaults(version: Version, gpu: Gpu, v1 = true): BatchDefaults {
  const small = { tokens: 2048, sequences: 256 };
  if (!v1) return small;
  const large = { tokens: 8192, sequences: 1024 };
  if (gpu.vendor === "google") return { ...small, tokens: /v6e/i.test(gpu.id) ? 1024 : /v5p/i.test(gpu.id) ? 256 : 512 };
  if (gpu.vendor !== "nvidia" && gpu.vendor !== "amd") return small;
  const memoryGiB = gpu.driverBytes / GiB;
  if (!atLeast(version, "0.7.0")) return { tokens: 2048, sequences: 1024 };
  // 0.7.3 looked for the name instead of the memory.
  if (!atLeast(version, "0.8.0")) return /^H[12]00/.test(gpu.id) ? large : { tokens: 2048, sequences: 1024 };
  if (memoryGiB >= 160 && atLeast(version, "0.28.0")) return { tokens: 16_384, sequences: 1024 };
  const excluded = atLeast(version, "0.9.0") && /^A100\b/.test(gpu.id);
  return memoryGiB >= 70 && !excluded && !sharesMemory(gpu) ? large : small;
}

/** NVML names no memory of a card that shares the host's, and the engine then takes it for a small one (pull request 57378); from 0.33 it is excluded by name. */
function sharesMemory({ id }: Gpu): boolean {
  return /^GB10\b/.test(id);
}

/** VM01. */
export function utilizationDefault(version: Version): number {
  return atLeast(version, "0.20.0") ? 0.92 : 0.9;
}

/** Largest batch captured as a CUDA graph when nothing is set; 0 where the device has none. */
export function captureDefault(
  { version, gpu, model }: { readonly version: Version; readonly gpu: Gpu; readonly model: Model },
  { tokens, sequences }: BatchDefaults,
  draftTokens = 0,
): number {
  if (gpu.vendor !== "nvidia" && gpu.vendor !== "amd") return 0;
  // The engine raises it for gpt-oss (model_executor/models/config.py; pull requests 25508 and 28345).
  if (model.architecture === "GptOssForCausalLM") {
    const raised = atLeast(version, "0.11.0") && !atLeast(version, "0.11.1") ? 992 : 1024;
    return atLeast(version, "0.11.2") ? Math.min(raised, tokens) : raised;
  }
  const most = atLeast(version, "0.28.0") && Math.floor(gpu.computeCapability ?? 0) === 10 ? 1024 : 512;
  if (!atLeast(version, "0.10.0")) return most;
  const perSequence = atLeast(version, "0.14.0") ? 1 + draftTokens : 1;
  const captured = Math.min(2 * sequences * perSequence, most);
  return atLeast(version, "0.11.2") ? Math.min(captured, tokens) : captured;
}

/** Far above the largest batch that is ever captured; what is written may be any number. */
const mostCaptured = 2 ** 18;

/** Sizes that are captured up to `written`: 1, 2, 4, steps of 8 below 256, then of 16 (vLLM config/vllm.py). */
export function captureSizes(written: number): readonly number[] {
  const most = Math.min(written, mostCaptured);
  const sizes = [1, 2, 4].filter((size) => size <= most);
  for (let size = 8; size < 256 && size <= most; size += 8) sizes.push(size);
  for (let size = 256; size <= most; size += 16) sizes.push(size);
  return sizes;
}

/** The V1 engine keeps prompts by prefix; of models with recurrent states from 0.26 (config/model.py, is_prefix_caching_supported). */
export function prefixCachingDefault(v1: boolean, model: Model, version: Version): boolean {
  return v1 && (model.recurrent === null || atLeast(version, "0.26.0"));
}

/** V1 always cuts prompts into chunks; V0 did for contexts above 32k of models without windows (0.7.3 arg_utils.py). */
export function chunkedPrefillDefault(v1: boolean, model: Model, maxModelLen: number): boolean {
  return v1 || (maxModelLen > 32_768 && model.slidingLayers === 0);
}

/** Option up to 0.12, automatic from 0.14.1 for the executors that can. */
export function asyncSchedulingDefault(version: Version, executor: string | undefined): boolean {
  return atLeast(version, "0.14.0") && executor !== "ray";
}

/** VS02, VS03, VS05: the length an engine takes when max-model-len is not set. */
export function derivedMaxModelLen({ ropeScaling, maxPositions, architecture }: Model, version: Version): number {
  const own = maxPositions > 0 ? maxPositions : 2048;
  if (!ropeScaling) return own;
  const { type, factor, originalMaxPositions } = ropeScaling;
  if (type === "longrope" || type === "su") return originalMaxPositions ?? own;
  if (/^(llama3|default|mrope)$/.test(type) || /^gemma3/i.test(architecture)) return own;
  if (/deepseek/i.test(type) || /^(deepseek|kimi)/i.test(architecture)) return own;
  if (type === "yarn") return atLeast(version, "0.30.0") ? own : Math.round((originalMaxPositions ?? own) * factor);
  return Math.round(own * Math.max(1, factor));
}
