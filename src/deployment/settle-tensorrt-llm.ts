import { derivedMaxModelLen } from "./defaults.ts";
import type { FlagReader } from "./flag-reader.ts";
import type { EngineChoices, EngineContext, EngineSettler } from "./settle-engine.ts";
import { kvElementBytes, weightsOf } from "./settle-formats.ts";
import type { EngineSettings, TensorrtBudget } from "./settled.ts";

export const tensorrtSettler: EngineSettler = {
  quantizationFlag: "quantization",
  cacheFlag: "kv_cache_dtype",
  choose,
  otherTask: () => undefined,
};

function choose(flags: FlagReader, context: EngineContext): EngineChoices {
  const activationBytes = 2;
  const cache = flags.member("kv_cache_config", "dtype");
  return {
    settings: settingsOf(flags, context),
    budget: budgetOf(flags),
    weights: weightsOf(context.model, flags.text("quantization")),
    activationBytes,
    kvElementBytes: kvElementBytes(typeof cache === "string" ? cache : flags.text("kv_cache_dtype"), context.model, activationBytes),
    kvCacheBlocks: null,
  };
}

/** TR07, TR08: a share of what is free, capped in tokens. */
function budgetOf(flags: FlagReader): TensorrtBudget {
  const share = flags.member("kv_cache_config", "free_gpu_memory_fraction") ?? flags.number("free_gpu_memory_fraction");
  const tokens = flags.member("kv_cache_config", "max_tokens");
  return {
    engine: "tensorrt-llm",
    freeGpuMemoryFraction: typeof share === "number" && share > 0 && share <= 1 ? share : 0.9,
    maxTokens: typeof tokens === "number" && tokens > 0 ? tokens : null,
  };
}

function settingsOf(flags: FlagReader, { model, version }: EngineContext): EngineSettings {
  const graphs = flags.member("cuda_graph_config", "max_batch_size");
  const block = flags.member("kv_cache_config", "tokens_per_block");
  const reuse = flags.member("kv_cache_config", "enable_block_reuse");
  const sequences = positive(flags.integer("max_batch_size")) ?? 2048;
  return {
    maxModelLen: positive(flags.integer("max_seq_len")) ?? derivedMaxModelLen(model, version),
    maxNumSeqs: sequences,
    maxNumBatchedTokens: positive(flags.integer("max_num_tokens")) ?? 8192,
    blockTokens: typeof block === "number" && block > 0 ? block : 32,
    prefixCaching: reuse !== false,
    chunkedPrefill: flags.on("enable_chunked_prefill") ?? false,
    longPrefillTokenThreshold: 0,
    enforceEager: false,
    asyncScheduling: !(flags.on("disable_overlap_scheduler") ?? false),
    cpuOffloadBytes: 0,
    lora: null,
    maxCaptureSize: typeof graphs === "number" && graphs > 0 ? graphs : 128,
  };
}

function positive(value: number | undefined): number | undefined {
  return value !== undefined && value > 0 ? value : undefined;
}
