import type { Model } from "../catalog/facts.ts";
import type { FlagReader } from "./flag-reader.ts";
import { message } from "./message.ts";
import type { EngineChoices, EngineContext, EngineSettler } from "./settle-engine.ts";
import { expertsBalanced } from "./settle-expert-balance.ts";
import { sglangExchange, sglangOverlap } from "./settle-expert-exchange.ts";
import { kvElementBytes } from "./settle-formats.ts";
import type { EngineSettings, Layout, SglangOrder } from "./settled.ts";
import { chunkOfReplica, sglangBatch, stageGpus } from "./sglang-batch.ts";
import { sglangPools } from "./sglang-pools.ts";
import { sglangStaticShare, toldShare } from "./sglang-static-share.ts";
import { sglangWeights } from "./sglang-weights.ts";
import { sglangStages } from "./stage-split.ts";
import { atLeast, type Version } from "./version.ts";
import { writtenSpeculation } from "./written-speculation.ts";

const GiB = 2 ** 30;

export const sglangSettler: EngineSettler = {
  quantizationFlag: "quantization",
  cacheFlag: "kv-cache-dtype",
  choose,
  otherTask: (flags) => (flags.on("is-embedding") ? message("A server that pools is not judged") : undefined),
};

function choose(flags: FlagReader, context: EngineContext): EngineChoices {
  const { model } = context;
  const dtype = flags.text("dtype")?.toLowerCase();
  const activationBytes = dtype === "float32" || dtype === "float" ? 4 : 2;
  const mode = flags.text("disaggregation-mode");
  const role = mode === "prefill" || mode === "decode" ? mode : context.role;
  const defaults = sglangBatch(context, role !== "mixed");
  const chunk = flags.integer("chunked-prefill-size") ?? defaults.chunk;
  const maxPrefillTokens = positive(flags.integer("max-prefill-tokens", true)) ?? 16_384;
  const maxRunningRequests = positive(flags.integer("max-running-requests"));
  const captured = largestCaptured(flags, context, defaults.captured, maxRunningRequests);
  const settings = settingsOf(flags, context, { chunk, maxPrefillTokens, captured, role });
  const written = flags.share("mem-fraction-static");
  const terms = { settings, chunk, maxPrefillTokens, captured, maxRunningRequests, role };
  const share = written === undefined ? sglangStaticShare(flags, context, terms) : { share: toldShare(written, context), spread: 0 };
  return {
    settings,
    budget: {
      engine: "sglang",
      memFractionStatic: share.share,
      memFractionDerived: written === undefined,
      memFractionSpread: share.spread,
      maxTotalTokens: positive(flags.integer("max-total-tokens", true)) ?? null,
      ...sglangPools(flags, context),
    },
    layout: layoutOf(flags, context),
    weights: sglangWeights(flags, context),
    activationBytes,
    kvElementBytes: kvElementBytes(cacheFormat(flags, context), model, activationBytes),
    kvCacheBlocks: null,
  };
}

/**
 * Attention replicas hold attention and embedding, but split dense MLPs, shared experts and the head over the whole stage, unless flags or
 * an all-to-all backend give each rank its own (layers/communicator.py, models/deepseek_v2.py of 0.5.9).
 */
function layoutOf(flags: FlagReader, context: EngineContext): Layout {
  const layout = { ...context.layout, ...sglangStages(context) };
  if (layout.attentionData === 1) return layout;
  const all = stageGpus(context);
  const exchanges = (flags.text("moe-a2a-backend") ?? "none") !== "none" || flags.on("enable-deepep-moe") === true;
  const mlp = flags.integer("moe-dense-tp-size") === 1 ? 1 : all;
  return { ...layout, shared: { mlp, sharedExperts: exchanges ? 1 : all, head: flags.on("enable-dp-lm-head") ? layout.tensor : all } };
}

/** Where no flag says, the checkpoint does, and sparse attention keeps its latent in 8 bit from Blackwell on (model_runner.py of 0.5.3, server_args.py of 0.5.9). */
function cacheFormat(flags: FlagReader, { model, gpu, version }: EngineContext): string | undefined {
  const written = flags.text("kv-cache-dtype");
  const isOpen = written === undefined || written === "auto";
  const isSparse = model.mla !== null && (model.indexerBytesPerLayer ?? 0) > 0;
  const isNarrow =
    (model.narrowCache && atLeast(version, "0.5.2")) || (isSparse && (gpu.computeCapability ?? 0) >= 10 && atLeast(version, "0.5.9"));
  return isOpen && isNarrow ? "fp8_e4m3" : written;
}

/** SM06: a default is cut to the running requests from 0.5.20 on; a list of sizes stands for its largest. */
function largestCaptured(flags: FlagReader, { version }: EngineContext, standard: number, requests: number | undefined): number {
  const listed = [flags.text("cuda-graph-bs-decode"), flags.text("cuda-graph-bs")].flatMap((text) => text?.match(/\d+/g) ?? []);
  if (listed.length > 0) return Math.max(...listed.map(Number));
  const written = positive(flags.integer("cuda-graph-max-bs-decode") ?? flags.integer("cuda-graph-max-bs"));
  if (written !== undefined) return written;
  return atLeast(version, "0.5.19") ? Math.min(standard, requests ?? standard) : standard;
}

interface Steps {
  readonly chunk: number;
  readonly maxPrefillTokens: number;
  readonly captured: number;
  readonly role: EngineContext["role"];
}

/** server_args.py from 0.4.10 on; without it the queue has no end. */
function queueLimit(flags: FlagReader): Pick<EngineSettings, "mostQueued"> {
  const mostQueued = positive(flags.integer("max-queued-requests"));
  return mostQueued === undefined ? {} : { mostQueued };
}

function settingsOf(flags: FlagReader, context: EngineContext, { chunk, maxPrefillTokens, captured, role }: Steps): EngineSettings {
  const { model, layout, version } = context;
  const drafts = writtenSpeculation("sglang", flags) !== undefined;
  const eager = flags.on("disable-cuda-graph") ?? flags.on("disable-decode-cuda-graph") ?? false;
  const requests = positive(flags.integer("max-running-requests"));
  return {
    maxModelLen: positive(flags.integer("context-length", true)) ?? contextOf(model),
    // Where nobody says, the pool decides, at most 4096 at a time (model_runner.py); attention replicas share what is said.
    maxNumSeqs: requests === undefined ? 4096 : Math.max(1, Math.floor(requests / layout.attentionData)),
    maxNumBatchedTokens: chunk > 0 ? chunkOfReplica(chunk, context) : maxPrefillTokens,
    blockTokens: positive(flags.integer("page-size")) ?? pageTokens(flags, context),
    // A decode instance knows prefixes only where it is told to (server_args.py, disaggregation_decode_enable_radix_cache).
    prefixCaching:
      !(flags.on("disable-radix-cache") ?? false) && (role !== "decode" || flags.on("disaggregation-decode-enable-radix-cache") === true),
    chunkedPrefill: chunk > 0,
    longPrefillTokenThreshold: 0,
    enforceEager: eager,
    asyncScheduling: !(flags.on("disable-overlap-schedule") ?? false) && !(drafts && !atLeast(version, "0.5.10")),
    cpuOffloadBytes: Math.max(0, flags.number("cpu-offload-gb") ?? 0) * GiB,
    ...queueLimit(flags),
    lora: loraOf(flags),
    maxCaptureSize: eager ? 0 : captured,
    expertExchange: sglangExchange(flags, context),
    ...sglangOverlap(flags, context),
    ...expertsBalanced(flags, context),
    scheduling: {
      engine: "sglang",
      maxPrefillTokens,
      // Speculation switches mixing off, and up to 0.5.9 overlap too unless it is asked to keep it (server_args.py, _handle_speculative_decoding).
      mixedChunk: chunk > 0 && (flags.on("enable-mixed-chunk") ?? false) && !drafts,
      ...orderOf(flags, version),
      // SW06: attention replicas are filled less carefully.
      conservativeness: Math.max(0, flags.number("schedule-conservativeness") ?? 1) * (layout.attentionData > 1 ? 0.3 : 1),
      // server_args.py, num_reserved_decode_tokens.
      reservedDecodeTokens: Math.max(0, flags.integer("num-reserved-decode-tokens") ?? 512),
      receiveSteps: positive(flags.integer("scheduler-recv-interval")) ?? 1,
      streamTokens: positive(flags.integer("stream-interval")) ?? 1,
    },
  };
}

/** First come first served since 0.4.4, the longest cached prefix before; without a cache nobody knows prefixes (schedule_policy.py). */
function orderOf(flags: FlagReader, version: Version): { readonly order?: SglangOrder } {
  const written = flags.text("schedule-policy") ?? (atLeast(version, "0.4.4") ? "fcfs" : "lpm");
  const isBlind = flags.on("disable-radix-cache") === true;
  switch (written) {
    case "lpm":
    case "dfs-weight":
      return isBlind ? {} : { order: written };
    case "lof":
    case "random":
    case "shortest-prefill-first":
      return { order: written };
    default:
      return {};
  }
}

/** SS16: a factor counts only where the config does not tell what it began with (hf_transformers_utils.py, get_context_length). */
function contextOf({ ropeScaling, maxPositions }: Model): number {
  const own = maxPositions > 0 ? maxPositions : 2048;
  const isWithin = !ropeScaling || ropeScaling.originalMaxPositions !== null || ropeScaling.type === "llama3";
  return isWithin ? own : Math.floor(own * Math.max(1, ropeScaling.factor));
}

/** Pages of one token, unless the attention kernel or the model asks for more (attention_hook.py, model_overrides of 0.5.23). */
function pageTokens(flags: FlagReader, { model, version }: EngineContext): number {
  if (model.compression) return 256;
  if (model.mla && (model.indexerBytesPerLayer ?? 0) > 0 && atLeast(version, "0.5.3")) return 64;
  const kernels = ["attention-backend", "decode-attention-backend", "prefill-attention-backend"].map((name) => flags.text(name) ?? "");
  if (kernels.includes("cutlass_mla")) return 128;
  return kernels.some((kernel) => /^(flashmla|trtllm_mla|trtllm_mha|cutedsl_mla|hpc_ops)$/.test(kernel)) ? 64 : 1;
}

/** Where no flag says the rank, that of the adapters decides, which no file of a deployment tells. */
function loraOf(flags: FlagReader): EngineSettings["lora"] {
  const rank = positive(flags.integer("max-lora-rank"));
  const isOn = flags.on("enable-lora") ?? flags.has("lora-paths");
  return isOn && rank !== undefined ? { slots: positive(flags.integer("max-loras-per-batch")) ?? 8, rank } : null;
}

function positive(value: number | undefined): number | undefined {
  return value !== undefined && value > 0 ? value : undefined;
}
