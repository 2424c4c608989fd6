import type { Model } from "../catalog/facts.ts";
import type { Drafter } from "../deployment/settled.ts";
import { atLeast } from "../deployment/version.ts";
import { fullToken, slidingToken } from "./kv-elements.ts";
import { vllmFullToken } from "./kv-latent.ts";
import type { Span } from "./kv-shape.ts";
import { stateBytesPerRank } from "./kv-state.ts";
import type { Stage } from "./stages.ts";
import type { VllmPool } from "./vllm/pool.ts";
import { runnerOf } from "./vllm/runner.ts";

/** Layers of a rank that keep the same of a sequence. */
export interface KvLayers {
  readonly span: Span;
  /** On this stage, and in the whole model. */
  readonly count: number;
  readonly inModel: number;
  /** Of one token in one layer, or of one state. */
  readonly bytes: number;
  readonly formula: string;
  readonly isState: boolean;
  /** Tokens that a state's block stands for where they are not those of a block of attention. */
  readonly stateTokens?: number;
}

/** The layers with a cache by what they keep, as vLLM's model runner asks each of them. */
export function vllmLayers(model: Model, pool: VllmPool, stage: Stage): readonly KvLayers[] {
  const layers = [
    ...fullLayers(model, pool, stage),
    slidingLayers(model, pool, stage),
    ...(pool.drafter?.kind === "model" ? draftLayers(pool.drafter, pool, stage) : []),
  ];
  if (model.recurrent && pool.budget.cache.isV1) {
    const bytes = stateBytesPerRank(model, pool);
    const counts = { count: stage.recurrent, inModel: model.recurrent.layers };
    // Without prefixes one block is the whole sequence's (models/config.py, MambaModelConfig).
    const whole = pool.budget.cache.states === "none" ? { stateTokens: pool.settings.maxModelLen } : {};
    layers.push({ ...counts, ...whole, span: statesKept(model, pool), bytes, formula: `${bytes} B`, isState: true });
  }
  return layers.filter(({ inModel, bytes }) => inModel > 0 && bytes > 0);
}

/** Those that keep the whole context, further ones that draft on the last stage; those that see chunks have groups of their own from 0.10.0. */
function fullLayers(model: Model, pool: VllmPool, stage: Stage): readonly KvLayers[] {
  const { cache } = pool.budget;
  const token = { ...vllmFullToken(atLeast(pool.version, "0.14.0") ? model : withWideValues(model), pool), isState: false };
  const further = pool.drafter?.kind === "own-layers" ? pool.drafter.layers : cache.headLayers;
  const inModel = model.fullAttentionLayers - (model.sharedKv?.full ?? 0) + further;
  const count = Math.max(0, stage.full - shared(model, stage, "full") + (stage.last ? further : 0));
  const context = { ...token, span: { kind: "context" } } as const;
  const { chunked } = model;
  if (!chunked || !cache.isV1 || !cache.isGrouped || !atLeast(pool.version, "0.10.0")) return [{ ...context, count, inModel }];
  const chunks = Math.min(count, Math.round((chunked.layers * stage.full) / Math.max(1, model.fullAttentionLayers)));
  const span = { kind: "chunk", tokens: chunked.tokens + tokensInFlight(model, pool) } as const;
  return [
    { ...context, count: count - chunks, inModel: inModel - chunked.layers },
    { ...token, span, count: chunks, inModel: chunked.layers },
  ];
}

/** A model that drafts runs on the last stage and keeps the whole context. */
function draftLayers({ model, tensor }: Extract<Drafter, { kind: "model" }>, pool: VllmPool, stage: Stage): readonly KvLayers[] {
  const ranks = { layout: { ...pool.layout, tensor }, kvElementBytes: pool.kvElementBytes };
  const kept = { span: { kind: "context" }, isState: false } as const;
  const counts = (inModel: number) => ({ inModel, count: stage.last ? inModel : 0 });
  return [
    { ...fullToken(model, ranks), ...kept, ...counts(model.fullAttentionLayers) },
    { ...slidingToken(model, ranks), ...kept, ...counts(model.slidingLayers) },
  ];
}

/** Those with a window; without groups of their own they are kept like the full ones beside them (kv_cache_utils.py, unify_hybrid_kv_cache_specs). */
function slidingLayers(model: Model, pool: VllmPool, stage: Stage): KvLayers {
  const { cache } = pool.budget;
  const window = model.slidingWindow ?? Number.POSITIVE_INFINITY;
  const isPromoted = !cache.isV1 || (!cache.isGrouped && model.fullAttentionLayers > 0);
  const ownValues = atLeast(pool.version, isPromoted ? "0.22.0" : "0.20.0");
  return {
    ...slidingToken(ownValues ? model : withWideValues(model), pool),
    isState: false,
    span: isPromoted ? { kind: "context" } : { kind: "window", tokens: windowTokens(window, model, pool) },
    count: Math.max(0, stage.sliding - shared(model, stage, "sliding")),
    inModel: model.slidingLayers - (model.sharedKv?.sliding ?? 0),
  };
}

/** Values took as much room as keys until each kind of layer knew their own size (kv_cache_interface.py, head_size_v). */
function withWideValues(model: Model): Model {
  const isNarrow = !model.mla && model.valueHeadDim < model.headDim;
  return isNarrow ? { ...model, kvElementsPerLayer: 2 * model.kvHeads * model.headDim } : model;
}

/** Layers of this stage that read the cache of others; they are the last ones, shared out evenly over stages. */
function shared({ sharedKv, layers }: Model, stage: Stage, kind: "full" | "sliding"): number {
  return Math.round(((sharedKv?.[kind] ?? 0) * stage.layers) / layers);
}

/** VM10: a window less the token itself, and the tokens of all batches that are scheduled. */
export function windowTokens(window: number, model: Model, pool: VllmPool): number {
  return window - 1 + tokensInFlight(model, pool);
}

/**
 * Tokens of the batches that a window must keep: up to 0.25 one, from 0.26 all that are scheduled and not yet settled (VM10; vLLM pull request 47728,
 * config/vllm.py max_concurrent_batches).
 */
function tokensInFlight(model: Model, pool: VllmPool): number {
  const { version, settings, layout } = pool;
  if (!atLeast(version, "0.26.0")) return settings.maxNumBatchedTokens;
  const ahead = runnerOf(model, pool) === "v2" || layout.pipeline === 1 ? 1 : 0;
  return (layout.pipeline + (settings.asyncScheduling ? ahead : 0)) * settings.maxNumBatchedTokens;
}

/** VM12 by version (kv_cache_interface.py, MambaSpec). */
function statesKept({ recurrent }: Model, { version, budget }: VllmPool): Span {
  const { states, draftTokens } = budget.cache;
  const drafted = atLeast(version, "0.15.0") ? draftTokens : 0;
  if (states === "all") return { kind: "every-state", drafted: atLeast(version, "0.22.0") ? draftTokens : 0 };
  if (states === "none") return { kind: "states", count: 1 + drafted };
  // From 0.32 mamba's kernel leaves one more behind inside a prompt.
  const checkpoint = (recurrent?.state?.groups ?? 0) > 0 && atLeast(version, "0.32.0") ? 1 : 0;
  return { kind: "states", count: 2 + drafted + checkpoint };
}
