import { derivedMaxModelLen } from "./defaults.ts";
import type { FlagReader } from "./flag-reader.ts";
import type { EngineChoices, EngineContext, EngineSettler } from "./settle-engine.ts";
import { kvElementBytes, weightsOf } from "./settle-formats.ts";
import type { EngineSettings } from "./settled.ts";
import { sglangBatch, sglangStaticShare } from "./sglang-defaults.ts";

const GiB = 2 ** 30;

export const sglangSettler: EngineSettler = {
  quantizationFlag: "quantization",
  cacheFlag: "kv-cache-dtype",
  choose,
};

function choose(flags: FlagReader, context: EngineContext): EngineChoices {
  const dtype = flags.text("dtype")?.toLowerCase();
  const activationBytes = dtype === "float32" || dtype === "float" ? 4 : 2;
  const settings = settingsOf(flags, context);
  const written = flags.number("mem-fraction-static");
  return {
    settings,
    budget: {
      engine: "sglang",
      memFractionStatic: written ?? sglangStaticShare(context, settings),
      memFractionDerived: written === undefined,
      maxTotalTokens: positive(flags.integer("max-total-tokens", true)) ?? null,
    },
    weights: weightsOf(context.model, flags.text("quantization")),
    activationBytes,
    kvElementBytes: kvElementBytes(flags.text("kv-cache-dtype"), context.model, activationBytes),
    kvCacheBlocks: null,
  };
}

function settingsOf(flags: FlagReader, context: EngineContext): EngineSettings {
  const { model, version, layout } = context;
  const batch = sglangBatch(context);
  const chunk = flags.integer("chunked-prefill-size") ?? batch.chunk;
  // SW06: attention replicas share the chunk.
  const perReplica = chunk > 0 ? Math.max(1, Math.floor(chunk / layout.attentionData)) : chunk;
  const prefill = positive(flags.integer("max-prefill-tokens", true)) ?? 16_384;
  const eager = flags.on("disable-cuda-graph") ?? false;
  const captured = positive(flags.integer("cuda-graph-max-bs-decode") ?? flags.integer("cuda-graph-max-bs"));
  return {
    maxModelLen: positive(flags.integer("context-length", true)) ?? derivedMaxModelLen(model, version),
    // Where nobody says, the pool decides, at most 4096 at a time (model_runner.py).
    maxNumSeqs: positive(flags.integer("max-running-requests")) ?? 4096,
    maxNumBatchedTokens: perReplica > 0 ? perReplica : prefill,
    blockTokens: positive(flags.integer("page-size")) ?? 1,
    prefixCaching: !(flags.on("disable-radix-cache") ?? false),
    chunkedPrefill: chunk > 0,
    longPrefillTokenThreshold: 0,
    enforceEager: eager,
    asyncScheduling: !(flags.on("disable-overlap-schedule") ?? false),
    cpuOffloadBytes: Math.max(0, flags.number("cpu-offload-gb") ?? 0) * GiB,
    lora: loraOf(flags),
    maxCaptureSize: eager ? 0 : (captured ?? batch.captured),
  };
}

/** Where no flag says the rank, that of the adapters decides, which no file of a deployment tells. */
function loraOf(flags: FlagReader): EngineSettings["lora"] {
  const rank = positive(flags.integer("max-lora-rank"));
  return flags.on("enable-lora") && rank !== undefined ? { slots: positive(flags.integer("max-loras-per-batch")) ?? 8, rank } : null;
}

function positive(value: number | undefined): number | undefined {
  return value !== undefined && value > 0 ? value : undefined;
}
