import type { Model } from "../catalog/facts.ts";
import type { FlagReader } from "./flag-reader.ts";
import type { EngineContext } from "./settle-engine.ts";
import type { EngineSettings } from "./settled.ts";
import { prefillSizes, smiMebibytes, stageGpus } from "./sglang-batch.ts";
import { atLeast } from "./version.ts";

/** mem_fraction_static where no flag says it (RULES SM02–SM05; server_args.py of 0.3.6 … 0.5.18, arg_groups/memory_hook.py of 0.5.20 and 0.5.23). All in MiB, as the engine counts. */

const GiB = 1024;

/** What the sum depends on beside the context. */
export interface ShareTerms {
  readonly settings: EngineSettings;
  /** Of the whole stage, before attention replicas divide it; 0 or less where prompts are not cut. */
  readonly chunk: number;
  readonly maxPrefillTokens: number;
  /** Largest batch of the captured list, also where graphs are switched off. */
  readonly captured: number;
  readonly maxRunningRequests: number | undefined;
  readonly role: "mixed" | "prefill" | "decode";
}

/** The share, and how far it may be off because a tower's size is not known. */
export interface StaticShare {
  readonly share: number;
  readonly spread: number;
}

export function sglangStaticShare(flags: FlagReader, context: EngineContext, terms: ShareTerms): StaticShare {
  const { version, gpu, model } = context;
  const memory = smiMebibytes(gpu);
  if (!atLeast(version, "0.4.7")) return { share: toldShare(byRanks(context, memory), context), spread: 0 };
  const speculation = flags.text("speculative-algorithm")?.toUpperCase();
  const reserved = atLeast(version, "0.5.2")
    ? reservedByTerms(flags, context, terms, memory, speculation)
    : reservedByCard(context, memory, speculation !== undefined);
  const share = Math.round((1000 * (memory - reserved)) / memory) / 1000;
  const isText = flags.on("language-only") === true || flags.on("language-model-only") === true || terms.role === "decode";
  if (!model.multimodal || isText) return { share, spread: 0 };
  if (!atLeast(version, "0.5.2")) return { share: share * 0.9, spread: 0 };
  if (isSizedAfterCapture(context)) return { share: share - (8 * GiB) / memory, spread: 0 };
  const { factor, spread } = towerFactor(model);
  return { share: share * factor, spread: share * spread };
}

/** A written share as the engine uses it: up to 0.4.6 a multimodal model always gives some of it to its images (model_runner.py). */
export function toldShare(share: number, { version, model }: EngineContext): number {
  if (!model.multimodal || atLeast(version, "0.4.7")) return share;
  return share * (atLeast(version, "0.4.4") ? 0.9 : 0.95);
}

/** Up to 0.4.6 the number of ranks alone decides; from 0.4.5 large cards keep no more than smaller ones. */
function byRanks(context: EngineContext, memory: number): number {
  const { version, layout } = context;
  const isLater = atLeast(version, "0.4.5");
  const ranks = stageGpus(context) * (isLater ? layout.pipeline : 1);
  const share = isLater && memory > 81_920 ? 0.88 : shareOfRanks(ranks, atLeast(version, "0.4.0"));
  if (!isLater || memory <= 96 * GiB) return share;
  return Math.min(share + (48 * GiB * (1 - share)) / memory, (memory - 18 * GiB) / memory);
}

function shareOfRanks(ranks: number, isLater: boolean): number {
  if (ranks >= 16) return 0.79;
  if (ranks >= 8) return isLater ? 0.81 : 0.82;
  if (ranks >= 4) return 0.85;
  return ranks >= 2 ? 0.87 : 0.88;
}

/** 0.4.7 to 0.5.1: by the card, with surcharges. */
function reservedByCard(context: EngineContext, memory: number, isSpeculative: boolean): number {
  const ranks = stageGpus(context) * context.layout.pipeline;
  const base = memory < 35 * GiB ? 2.8 + ranks / 10 : memory < 90 * GiB ? 9.5 + ranks / 2 : memory < 160 * GiB ? 12 + ranks / 2 : 32;
  return (base + (isSpeculative ? 2 : 0) + (context.layout.attentionData > 1 ? 4 : 0)) * GiB;
}

/** SM02, SM03: what chunks, ranks and graphs are expected to take, at least 10 GiB on cards above 60. */
function reservedByTerms(
  flags: FlagReader,
  context: EngineContext,
  terms: ShareTerms,
  memory: number,
  speculation: string | undefined,
): number {
  const { version, layout } = context;
  const ranks = ((stageGpus(context) * layout.pipeline) / 8) * GiB;
  if (isSizedAfterCapture(context)) return 1536 + ranks;
  const isLater = atLeast(version, "0.5.13");
  const base = 512 + 1.5 * activationTokens(flags, terms, isLater) + ranks + graphReserve(flags, context, terms, isLater);
  const kept = memory > 60 * GiB ? Math.max(base, 10 * GiB) : base;
  // Buffers that DeepEP captures with the decode graphs.
  const buffers = isLater && terms.role !== "prefill" && usesDeepEp(flags) && !terms.settings.enforceEager ? 2 * GiB : 0;
  return kept + buffers + (isLater ? 0 : draftReserve(speculation, atLeast(version, "0.5.10")));
}

function activationTokens(
  flags: FlagReader,
  { role, chunk, maxPrefillTokens, maxRunningRequests, captured }: ShareTerms,
  isLater: boolean,
) {
  if (isLater && role === "decode") {
    // SM04: a decode worker sees no prompts.
    return Math.max((maxRunningRequests ?? captured) * (flags.integer("speculative-num-draft-tokens") ?? 1), 2048);
  }
  return Math.max(chunk > 0 ? chunk : maxPrefillTokens, 2048);
}

function graphReserve(
  flags: FlagReader,
  context: EngineContext,
  { settings, captured, chunk, role }: ShareTerms,
  isLater: boolean,
): number {
  const { version, layout, model } = context;
  const decodes = !isLater || role !== "prefill";
  const decodeGraphs = decodes && !(isLater && settings.enforceEager) ? captured * 2 : 0;
  const perReplica = layout.attentionData > 1 && decodes ? captured * layout.attentionData * (captured > 300 ? 4.5 : 3) : 0;
  if (!hasPrefillGraphs(flags, context, role)) return decodeGraphs + perReplica;
  if (model.mla && atLeast(version, "0.5.10")) return decodeGraphs + perReplica + 1.5 * GiB;
  const most = flags.integer("cuda-graph-max-bs-prefill") ?? flags.integer("piecewise-cuda-graph-max-tokens") ?? Math.max(chunk, 0);
  return decodeGraphs + perReplica + prefillSizes(most) * 8;
}

/** Graphs of prefill: asked for up to 0.5.9, on since, unless the deployment has what they do not go with (SM03). */
function hasPrefillGraphs(flags: FlagReader, { version, gpu, layout, model }: EngineContext, role: ShareTerms["role"]): boolean {
  if (!atLeast(version, "0.5.9")) return false;
  if (!atLeast(version, "0.5.10")) return flags.on("enable-piecewise-cuda-graph") ?? false;
  if (gpu.vendor !== "nvidia" || layout.pipeline > 1 || layout.decodeContext > 1 || model.multimodal || model.compression) return false;
  if (flags.on("disable-piecewise-cuda-graph") ?? flags.on("disable-prefill-cuda-graph") ?? false) return false;
  const exchange = flags.text("moe-a2a-backend") ?? "none";
  // Segmented graphs replace the compiled ones: they go with replicas, adapters and separate roles.
  if (atLeast(version, "0.5.16")) return role !== "decode" && /^(none|deepep|megamoe|flashinfer)$/.test(exchange);
  const hasAdapters = flags.on("enable-lora") === true || flags.has("lora-paths");
  const offloads = (flags.number("cpu-offload-gb") ?? 0) > 0 || flags.on("enable-hierarchical-cache") === true;
  return layout.attentionData === 1 && exchange === "none" && !hasAdapters && !offloads && role === "mixed";
}

function usesDeepEp(flags: FlagReader): boolean {
  return flags.text("moe-a2a-backend") === "deepep";
}

/** Up to 0.5.12 a draft model is loaded into the reserve, and the reserve grows with it. */
function draftReserve(speculation: string | undefined, isLater: boolean): number {
  if (speculation === undefined || speculation === "NGRAM") return 0;
  return (speculation === "STANDALONE" ? 6 : isLater ? 4 : 2) * GiB;
}

/** The pool may be sized after graphs are captured, from what is then free: nothing is reserved for them (0.5.18 on, off by default). */
function isSizedAfterCapture({ version, environment, model, gpu, layout }: EngineContext): boolean {
  if (!atLeast(version, "0.5.18") || gpu.vendor !== "nvidia" || layout.decodeContext > 1 || model.mla) return false;
  return /^(1|true|yes|on)$/i.test(environment.get("SGLANG_ENABLE_POST_CAPTURE_KV_SIZING")?.value ?? "");
}

/** SM05: the larger the vision tower, the smaller the share. */
function towerFactor({ visionTower }: Model): { readonly factor: number; readonly spread: number } {
  // Between the smallest and the largest that the engine allows itself.
  if (!visionTower) return { factor: 0.88, spread: 0.12 };
  const size = (visionTower.layers ?? 24) * (visionTower.hidden ?? 1024) ** 2;
  const ratio = size / (24 * 1024 ** 2);
  return { factor: 0.95 * Math.max(0.8, Math.min(1.05, 1 - 0.1 * (ratio - 1))), spread: 0 };
}
