import type { Gpu, Model, WeightFormat } from "../catalog/facts.ts";
import type { FlagReader } from "./flag-reader.ts";
import type { EngineChoices, EngineContext, EngineSettler } from "./settle-engine.ts";
import { expertsBalanced } from "./settle-expert-balance.ts";
import { tensorrtExchange } from "./settle-expert-exchange.ts";
import { kvElementBytes, weightsOf } from "./settle-formats.ts";
import type { EngineSettings, TensorrtBudget, TensorrtScheduling } from "./settled.ts";
import { tensorrtStages } from "./stage-split.ts";

const GiB = 2 ** 30;

export const tensorrtSettler: EngineSettler = {
  quantizationFlag: "quantization",
  cacheFlag: "kv_cache_dtype",
  choose,
  otherTask: () => undefined,
};

function choose(flags: FlagReader, context: EngineContext): EngineChoices {
  const activationBytes = 2;
  const member = flags.member("kv_cache_config", "dtype");
  const cache = typeof member === "string" ? member : flags.text("kv_cache_dtype");
  const isOpen = cache === undefined || /^auto$/i.test(cache);
  const weights = withTiles(weightsOf(context.model, flags.text("quantization")), context.gpu);
  const isNarrow = context.model.narrowCache || (weights !== undefined && isExportedByModelOpt(weights));
  return {
    settings: settingsOf(flags, context),
    budget: budgetOf(flags),
    layout: { ...context.layout, ...tensorrtStages(flags, context) },
    weights,
    activationBytes,
    // KvCacheConfig.dtype: auto follows the checkpoint.
    kvElementBytes: kvElementBytes(isOpen && isNarrow ? "fp8" : cache, context.model, activationBytes),
    kvCacheBlocks: null,
  };
}

/** FP8 per tensor and NVFP4 reach this engine as ModelOpt writes them, whose export narrows the cache too (examples/llm_ptq: kv_cache_qformat fp8). */
function isExportedByModelOpt({ method, linear, block }: WeightFormat): boolean {
  return method.startsWith("modelopt") || (linear === "fp8" && method === "fp8" && block === undefined);
}

/** CUTLASS pads both sides of packed experts to 128, Blackwell's kernels the hidden one to 512 (modules/fused_moe/quantization.py). */
function withTiles(format: WeightFormat | undefined, { computeCapability }: Gpu): WeightFormat | undefined {
  if (!format?.tile) return format;
  return { ...format, tile: { hidden: Math.floor(computeCapability ?? 0) === 10 ? 512 : 128, width: 128 } };
}

/** TR07, TR08: a share of what is free, capped in tokens and bytes. Members of the options file stand above the flags. */
function budgetOf(flags: FlagReader): TensorrtBudget {
  return {
    engine: "tensorrt-llm",
    freeGpuMemoryFraction:
      flags.memberShare("kv_cache_config", "free_gpu_memory_fraction") ?? flags.share("free_gpu_memory_fraction") ?? 0.9,
    maxTokens: positive(flags.member("kv_cache_config", "max_tokens")) ?? null,
    maxBytes: positive(flags.member("kv_cache_config", "max_gpu_total_bytes")) ?? null,
  };
}

/** The options file may say a limit that flags say too; it is read as the flag then, and as a member of the build otherwise. */
function settingsOf(flags: FlagReader, context: EngineContext): EngineSettings {
  const limit = (name: string): number | undefined => positive(flags.integer(name)) ?? positive(flags.member("build_config", name));
  const sequences = limit("max_batch_size") ?? 2048;
  const tokens = limit("max_num_tokens");
  const captured = largestCaptured(flags, sequences);
  return {
    maxModelLen: limit("max_seq_len") ?? contextOf(context.model),
    maxNumSeqs: sequences,
    maxNumBatchedTokens: tokens ?? 8192,
    blockTokens: positive(flags.member("kv_cache_config", "tokens_per_block")) ?? 32,
    prefixCaching: flags.member("kv_cache_config", "enable_block_reuse") !== false,
    chunkedPrefill: flags.on("enable_chunked_prefill") ?? false,
    longPrefillTokenThreshold: 0,
    enforceEager: captured === 0,
    asyncScheduling: !(flags.on("disable_overlap_scheduler") ?? false),
    cpuOffloadBytes: Math.max(0, flags.number("cpu_offload_gb") ?? 0) * GiB,
    lora: null,
    maxCaptureSize: captured,
    expertExchange: tensorrtExchange(context),
    ...expertsBalanced(flags, context),
    scheduling: schedulingOf(flags, context, tokens !== undefined),
  };
}

/** SchedulerConfig, AttentionDpConfig and the batch waits of llm_args.py of 1.2, with their defaults. */
function schedulingOf(flags: FlagReader, { layout }: EngineContext, budgetIsWritten: boolean): TensorrtScheduling {
  const isReplicated = layout.attentionData > 1;
  const policy = flags.member("scheduler_config", "capacity_scheduler_policy");
  const steps = positive(flags.integer("batch_wait_timeout_iters")) ?? 0;
  const share = positive(flags.number("batch_wait_max_tokens_ratio")) ?? 0;
  const count = (key: string, standard: number): number => {
    const value = flags.member("attention_dp_config", key);
    return typeof value === "number" && value >= 0 ? value : standard;
  };
  return {
    engine: "tensorrt-llm",
    reservesAnswer: policy !== "MAX_UTILIZATION",
    ...(policy === "STATIC_BATCH" ? { staticBatch: true } : {}),
    budgetIsWritten,
    streamTokens: positive(flags.integer("stream_interval")) ?? 1,
    batchWait: !isReplicated && (steps > 0 || share > 0) ? { steps, share } : null,
    balance:
      isReplicated && flags.member("attention_dp_config", "enable_balance") === true
        ? { timeoutSteps: count("timeout_iters", 50), batchingSteps: count("batching_wait_iters", 10) }
        : null,
  };
}

/** 128 unless told (llm_args.py, CudaGraphConfig), never above the batch; `cuda_graph_config: null` captures nothing. */
function largestCaptured(flags: FlagReader, sequences: number): number {
  if (flags.has("cuda_graph_config") && /^(none|null|~)$/i.test(flags.text("cuda_graph_config") ?? "")) return 0;
  const listed = flags.member("cuda_graph_config", "batch_sizes");
  const sizes = Array.isArray(listed) ? listed.flatMap((size) => positive(size) ?? []) : [];
  const most = sizes.length > 0 ? Math.max(...sizes) : (positive(flags.member("cuda_graph_config", "max_batch_size")) ?? 128);
  return Math.min(most, sequences);
}

/** A factor counts for the plain kinds of scaling alone (llm_args.py, infer_max_seq_len). */
function contextOf({ ropeScaling, maxPositions }: Model): number {
  const own = maxPositions > 0 ? maxPositions : 2048;
  if (!ropeScaling || /^(su|longrope|llama3|yarn|mrope|default)$/.test(ropeScaling.type)) return own;
  return Math.floor(own * Math.max(1, ropeScaling.factor));
}

function positive(value: unknown): number | undefined {
  return typeof value === "number" && value > 0 ? value : undefined;
}
