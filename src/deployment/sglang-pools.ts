import type { FlagReader } from "./flag-reader.ts";
import type { EngineContext } from "./settle-engine.ts";
import type { SglangBudget, SglangDraft } from "./settled.ts";
import { atLeast } from "./version.ts";

/** Architectures whose windows have a pool of their own (configs/model_config.py, is_hybrid_swa_model of 0.5.9 to 0.5.23); others keep every token. */
const windowed = /^(Llama4|GptOss|MiMoV2|Step3p[57]|Gemma4|Laguna|Mellum|MuseGlimmer|Inkling|DeepseekV4|UnlimitedOCR)/;

/** How SGLang divides what weights leave: pools for windows, states and drafts beside that of all tokens. */
export function sglangPools(
  flags: FlagReader,
  context: EngineContext,
): Pick<SglangBudget, "windowTokenRatio" | "stateRatio" | "stateSlots" | "stateElementBytes" | "draft"> {
  return {
    windowTokenRatio: windowRatio(flags, context),
    stateRatio: stateRatio(flags, context),
    stateSlots: stateSlots(flags, context),
    stateElementBytes: /^(bfloat16|float16)$/.test(flags.text("mamba-ssm-dtype") ?? "") ? 2 : 4,
    draft: draftOf(flags, context),
  };
}

function windowRatio(flags: FlagReader, { model, version }: EngineContext): number | null {
  if ((model.slidingLayers === 0 && !model.chunked) || !windowed.test(model.architecture) || flags.on("disable-hybrid-swa-memory"))
    return null;
  if (!atLeast(version, model.architecture.startsWith("Llama4") ? "0.5.9" : "0.5.3")) return null;
  return flags.number("swa-full-tokens-ratio") ?? (model.compression && atLeast(version, "0.5.10") ? 0.1 : 0.8);
}

/** Logged: 4.48 GB of states beside 5.00 GB of keys and values. */
function stateRatio(flags: FlagReader, { model }: EngineContext): number {
  return model.recurrent && model.recurrent.layers > 0 ? (flags.number("mamba-full-memory-ratio") ?? 0.9) : 0;
}

/** A written number, or without prefixes one for each running request; attention replicas share both (kv_cache_configurator.py, _handle_max_mamba_cache). */
function stateSlots(flags: FlagReader, { model, layout }: EngineContext): number | null {
  if (!model.recurrent || model.recurrent.layers === 0) return null;
  const slots =
    flags.integer("max-mamba-cache-size") ?? (flags.on("disable-radix-cache") ? flags.integer("max-running-requests") : undefined);
  return slots !== undefined && slots > 0 ? Math.floor(slots / layout.attentionData) : null;
}

/** From 0.5.13 a draft is loaded before the pool is sized; each of its layers then has its share of a token. */
function draftOf(flags: FlagReader, { model, version }: EngineContext): SglangDraft | null {
  const algorithm = flags.text("speculative-algorithm")?.toUpperCase();
  if (algorithm === undefined || algorithm === "NGRAM") return null;
  const isInShare = atLeast(version, "0.5.13");
  if (algorithm === "EAGLE3") return { layers: 1, isInShare };
  if (algorithm === "EAGLE" || algorithm === "NEXTN" || algorithm === "FROZEN_KV_MTP") return { layers: model.nextLayers ?? 1, isInShare };
  return { layers: null, isInShare };
}
