import type { Gpu, WeightFormat } from "../catalog/facts.ts";
import { utilizationDefault } from "./defaults.ts";
import type { FlagReader } from "./flag-reader.ts";
import { message } from "./message.ts";
import type { EngineChoices, EngineContext, EngineSettler } from "./settle-engine.ts";
import { kvElementBytes, weightsOf } from "./settle-formats.ts";
import { vllmCache } from "./settle-vllm-cache.ts";
import { vllmSettings } from "./settle-vllm-settings.ts";
import type { VllmBudget } from "./settled.ts";
import { atLeast, type Version } from "./version.ts";

export const vllmSettler: EngineSettler = {
  quantizationFlag: "quantization",
  cacheFlag: "kv-cache-dtype",
  choose,
  // No sampler, no head, and often no cache: another profile run.
  otherTask: (flags) =>
    flags.text("runner") === "pooling" || /^(embed|embedding|classify|score|reward|pooling)$/.test(flags.text("task") ?? "")
      ? message("A server that pools is not judged")
      : undefined,
};

function choose(flags: FlagReader, context: EngineContext): EngineChoices {
  const dtype = flags.text("dtype")?.toLowerCase();
  const activationBytes = dtype === "float32" || dtype === "float" ? 4 : 2;
  const blocks = flags.integer("num-gpu-blocks-override");
  const settings = vllmSettings(flags, context);
  return {
    settings,
    budget: { ...budgetOf(flags, context), cache: vllmCache(flags, context, settings.prefixCaching, activationBytes) },
    weights: held(weightsOf(context.model, flags.text("quantization")), context),
    activationBytes,
    kvElementBytes: kvElementBytes(flags.text("kv-cache-dtype"), context.model, activationBytes),
    kvCacheBlocks: blocks !== undefined && blocks > 0 ? blocks : null,
  };
}

/** What a checkpoint's format becomes in this version's memory on this card. */
function held(weights: WeightFormat | undefined, { version, gpu }: EngineContext): WeightFormat | undefined {
  return weights && withSpreadScales(withTiles(withPackedScales(weights, version), gpu), gpu);
}

/** Up to 0.9.1 doubly quantised scales stay packed: a byte for 64 elements, and 32 bit for 256 of those (pull request 19742). */
function withPackedScales(weights: WeightFormat, version: Version): WeightFormat {
  if (weights.method !== "bitsandbytes" || weights.linear !== "int4" || atLeast(version, "0.9.2")) return weights;
  return { ...weights, scaleBytesPerElement: 1 / 64 + 4 / (64 * 256) };
}

/** On datacentre Blackwell the kernels of packed experts round a rank's width to twice as much (quantization/mxfp4.py). */
function withTiles(weights: WeightFormat, { computeCapability }: Gpu): WeightFormat {
  const isBlackwell = computeCapability !== null && computeCapability >= 10 && computeCapability < 11;
  return weights.tile && isBlackwell ? { ...weights, tile: { hidden: 256, width: 256 } } : weights;
}

/** Cards before Ada multiply FP8 by Marlin, which has a 16-bit scale for every row of a block (quantization/utils/marlin_utils_fp8.py). */
function withSpreadScales(weights: WeightFormat, { computeCapability }: Gpu): WeightFormat {
  const isOlder = computeCapability !== null && computeCapability < 8.9;
  return isOlder && weights.linear === "fp8" && weights.block !== undefined
    ? { ...weights, scaleBytesPerElement: 2 / weights.block }
    : weights;
}

function budgetOf(flags: FlagReader, { version, gpu, environment }: EngineContext): Omit<VllmBudget, "cache"> {
  return {
    engine: "vllm",
    gpuMemoryUtilization: flags.share("gpu-memory-utilization") ?? utilizationDefault(version),
    kvCacheMemoryBytes: flags.integer("kv-cache-memory-bytes", true) || null,
    graphsInBudget: countsGraphs(version, gpu.vendor, environment.get("VLLM_MEMORY_PROFILER_ESTIMATE_CUDAGRAPHS")?.value),
  };
}

/** VM04: the variable is known from 0.18 and on by default from 0.20; ROCm's graphs are counted from 0.26. */
function countsGraphs(version: EngineContext["version"], vendor: string, chosen: string | undefined): boolean {
  if (!atLeast(version, "0.18.0") || (vendor === "amd" && !atLeast(version, "0.26.0"))) return false;
  if (chosen !== undefined) return chosen !== "0";
  return atLeast(version, "0.20.0");
}
