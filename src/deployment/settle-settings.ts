import type { Gpu, Model } from "../catalog/facts.ts";
import {
  asyncSchedulingDefault,
  batchDefaults,
  captureDefault,
  derivedMaxModelLen,
  prefixCachingDefault,
  utilizationDefault,
} from "./defaults.ts";
import type { FlagReader } from "./flag-reader.ts";
import type { EngineSettings, Layout } from "./settled.ts";
import { atLeast, type Version } from "./version.ts";

const GiB = 2 ** 30;

export interface SettingsContext {
  readonly version: Version;
  readonly gpu: Gpu;
  readonly model: Model;
  readonly layout: Layout;
  readonly executor: string | undefined;
}

/** vLLM's settings with every default resolved for this version, GPU and model. */
export function engineSettings(flags: FlagReader, context: SettingsContext): EngineSettings {
  const { version, gpu, model } = context;
  const maxModelLen = lengthOf(flags, model, version);
  const chunkedPrefill = flags.on("enable-chunked-prefill") ?? atLeast(version, "0.8.0");
  const batch = batchLimits(flags, context, maxModelLen, chunkedPrefill);
  const enforceEager = (flags.on("enforce-eager") ?? false) || isUncompiled(flags);
  return {
    maxModelLen,
    maxNumSeqs: batch.sequences,
    maxNumBatchedTokens: batch.tokens,
    gpuMemoryUtilization: flags.number("gpu-memory-utilization") ?? utilizationDefault(version),
    kvCacheMemoryBytes: flags.integer("kv-cache-memory-bytes", true) ?? null,
    blockTokens: positive(flags.integer("block-size")) ?? 16,
    prefixCaching: flags.on("enable-prefix-caching") ?? prefixCachingDefault(version, model),
    chunkedPrefill,
    longPrefillTokenThreshold: Math.max(0, flags.integer("long-prefill-token-threshold") ?? 0),
    enforceEager,
    asyncScheduling: flags.on("async-scheduling") ?? asyncSchedulingDefault(version, context.executor),
    cpuOffloadBytes: Math.max(0, flags.number("cpu-offload-gb") ?? 0) * GiB,
    maxLoras: flags.on("enable-lora") ? (positive(flags.integer("max-loras")) ?? 1) : 0,
    maxCaptureSize: enforceEager ? 0 : (writtenCapture(flags) ?? captureDefault(version, gpu, batch)),
  };
}

/** `auto` and −1 start from the model's limit (VS04). */
function lengthOf(flags: FlagReader, model: Model, version: Version): number {
  const derived = derivedMaxModelLen(model, version);
  if (flags.text("max-model-len")?.toLowerCase() === "auto") return derived;
  return positive(flags.integer("max-model-len", true)) ?? derived;
}

/** VS11 with its afterthoughts: what is written stands, what is not is cut to what the other allows. */
function batchLimits(
  flags: FlagReader,
  { version, gpu, layout }: SettingsContext,
  maxModelLen: number,
  chunkedPrefill: boolean,
): { readonly tokens: number; readonly sequences: number } {
  const defaults = batchDefaults(version, gpu);
  const factor = flags.text("performance-mode") === "throughput" && atLeast(version, "0.18.0") ? 2 : 1;
  const written = positive(flags.integer("max-num-seqs"));
  const wanted = written ?? defaults.sequences * factor;
  let tokens = positive(flags.integer("max-num-batched-tokens", true));
  if (tokens === undefined) {
    const replicas = layout.data * layout.attentionData;
    const lowLatency = /^(deepep_low_latency|nixl_ep)$/.test(flags.text("all2all-backend") ?? "") && atLeast(version, "0.20.0");
    tokens = replicas > 1 && layout.expert > 1 && lowLatency ? 256 : defaults.tokens * factor;
    if (!chunkedPrefill) tokens = Math.max(tokens, maxModelLen);
    tokens = Math.min(tokens, wanted * maxModelLen);
  }
  return { tokens, sequences: written ?? Math.min(wanted, tokens) };
}

/** A capture size set by flag or compilation config; undefined when neither does. */
function writtenCapture(flags: FlagReader): number | undefined {
  const most = flags.integer("max-cudagraph-capture-size") ?? flags.member("compilation-config", "max_cudagraph_capture_size");
  if (typeof most === "number" && most >= 0) return most;
  const listed = flags.has("cudagraph-capture-sizes")
    ? flags.text("cudagraph-capture-sizes")?.match(/\d+/g)?.map(Number)
    : flags.member("compilation-config", "cudagraph_capture_sizes");
  if (!Array.isArray(listed)) return undefined;
  const sizes = listed.filter((size): size is number => typeof size === "number" && Number.isInteger(size) && size >= 0);
  return sizes.length > 0 ? Math.max(...sizes) : undefined;
}

/** No CUDA graphs: mode NONE, or the optimisation level that captures nothing. */
function isUncompiled(flags: FlagReader): boolean {
  const mode = flags.member("compilation-config", "cudagraph_mode");
  if (typeof mode === "string" && mode.toUpperCase() === "NONE") return true;
  const level = flags.has("optimization-level") ? flags.text("optimization-level") : undefined;
  return level !== undefined && /^O?0$/i.test(level);
}

function positive(value: number | undefined): number | undefined {
  return value !== undefined && value > 0 ? value : undefined;
}
