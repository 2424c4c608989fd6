import type { Model } from "../catalog/facts.ts";
import {
  asyncSchedulingDefault,
  batchDefaults,
  captureDefault,
  chunkedPrefillDefault,
  derivedMaxModelLen,
  prefixCachingDefault,
} from "./defaults.ts";
import type { FlagReader } from "./flag-reader.ts";
import { draftsWithModel } from "./settle-drafter.ts";
import type { EngineContext } from "./settle-engine.ts";
import { expertsBalanced } from "./settle-expert-balance.ts";
import { vllmExchange, vllmOverlap } from "./settle-expert-exchange.ts";
import { draftedTokens } from "./settle-vllm-cache.ts";
import { vllmScheduling } from "./settle-vllm-scheduling.ts";
import type { EngineSettings } from "./settled.ts";
import { atLeast, type Version } from "./version.ts";
import { runsV1 } from "./vllm-generation.ts";
import { writtenSpeculation } from "./written-speculation.ts";

const GiB = 2 ** 30;

/** vLLM's settings with every default resolved for this version, GPU and model. */
export function vllmSettings(flags: FlagReader, context: EngineContext): EngineSettings {
  const { version, model } = context;
  const maxModelLen = lengthOf(flags, model, version);
  const v1 = runsV1(flags, context);
  const chunkedPrefill = flags.on("enable-chunked-prefill") ?? chunkedPrefillDefault(v1, model, maxModelLen);
  const batch = batchLimits(flags, context, maxModelLen, chunkedPrefill, v1);
  const enforceEager = (flags.on("enforce-eager") ?? false) || isUncompiled(flags);
  return {
    maxModelLen,
    ...(isToFit(flags) ? { lengthToFit: true } : {}),
    maxNumSeqs: batch.sequences,
    maxNumBatchedTokens: batch.tokens,
    blockTokens: positive(flags.integer("block-size")) ?? 16,
    prefixCaching: flags.on("enable-prefix-caching") ?? prefixCachingDefault(v1, model, version),
    chunkedPrefill,
    longPrefillTokenThreshold: Math.max(0, flags.integer("long-prefill-token-threshold") ?? 0),
    enforceEager,
    asyncScheduling: (flags.on("async-scheduling") ?? asyncSchedulingDefault(version, context.executor)) && !waitsForDrafts(flags, context),
    cpuOffloadBytes: Math.max(0, flags.number("cpu-offload-gb") ?? 0) * GiB,
    lora: flags.on("enable-lora")
      ? { slots: positive(flags.integer("max-loras")) ?? 1, rank: positive(flags.integer("max-lora-rank")) ?? 16 }
      : null,
    maxCaptureSize: enforceEager ? 0 : (writtenCapture(flags) ?? captureDefault(context, batch, draftedTokens(flags))),
    expertExchange: vllmExchange(flags, context),
    ...vllmOverlap(flags, context),
    ...expertsBalanced(flags, context),
    scheduling: vllmScheduling(flags, version, { v1, chunkedPrefill }),
  };
}

/** Scheduling ahead goes with heads on the model's own states alone: others draft from tokens that must be there (config/vllm.py). */
function waitsForDrafts(flags: FlagReader, { model }: EngineContext): boolean {
  const written = writtenSpeculation("vllm", flags);
  return written !== undefined && !/^(eagle3?|ngram_gpu)$/.test(written.method) && !draftsWithModel(written, model);
}

/** `auto` and −1 start from the model's limit, and memory shortens them to what fits (VS04). */
function isToFit(flags: FlagReader): boolean {
  return flags.has("max-model-len") && /^(auto|-1)$/i.test(flags.text("max-model-len") ?? "");
}

function lengthOf(flags: FlagReader, model: Model, version: Version): number {
  const derived = derivedMaxModelLen(withOverrides(flags, model), version);
  if (isToFit(flags)) return derived;
  return positive(flags.integer("max-model-len", true)) ?? derived;
}

/** The model with the positions and the rope scaling that `--hf-overrides` or `--rope-scaling` put into its config. */
function withOverrides(flags: FlagReader, model: Model): Model {
  const positions = flags.member("hf-overrides", "max_position_embeddings");
  const scaled = (key: string): unknown =>
    flags.member("rope-scaling", key) ??
    field(flags.member("hf-overrides", "rope_scaling"), key) ??
    field(flags.member("hf-overrides", "rope_parameters"), key);
  const type = scaled("rope_type") ?? scaled("type");
  const factor = scaled("factor");
  const original = scaled("original_max_position_embeddings");
  return {
    ...model,
    maxPositions: typeof positions === "number" && positions > 0 ? positions : model.maxPositions,
    ropeScaling:
      typeof type === "string"
        ? {
            type,
            factor: typeof factor === "number" && factor > 0 ? factor : 1,
            originalMaxPositions: typeof original === "number" ? original : null,
          }
        : model.ropeScaling,
  };
}

function field(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? new Map(Object.entries(value)).get(key) : undefined;
}

/** VS11 with its afterthoughts: what is written stands, what is not is cut to what the other allows. */
function batchLimits(
  flags: FlagReader,
  { version, gpu, layout }: EngineContext,
  maxModelLen: number,
  chunkedPrefill: boolean,
  v1: boolean,
): { readonly tokens: number; readonly sequences: number } {
  const defaults = batchDefaults(version, gpu, v1);
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
    : flags.has("cuda-graph-sizes")
      ? flags.text("cuda-graph-sizes")?.match(/\d+/g)?.map(Number)
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
