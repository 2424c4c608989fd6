import type { Model } from "../catalog/facts.ts";
import type { SettledPool, VllmCache } from "../deployment/settled.ts";
import { atLeast } from "../deployment/version.ts";
import { fullToken, latentTokenOfV0, slidingToken, type TokenBytes } from "./kv-elements.ts";
import type { Span } from "./kv-shape.ts";
import { stateBytesPerRank } from "./kv-state.ts";
import type { Stage } from "./stages.ts";

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
}

/** The layers with a cache, as vLLM's model runner asks each of them for its need; the fewest kinds first in no order. */
export function vllmLayers(model: Model, pool: SettledPool, stage: Stage, cache: VllmCache): readonly KvLayers[] {
  const drafting = cache.draftLayers;
  const token = model.mla && !cache.isV1 ? latentTokenOfV0(model, pool) : fullToken(model, pool);
  const full = kindOf({ kind: "context" }, stage.full - shared(model, stage, "full") + (stage.last ? drafting : 0), token);
  const fullInModel = model.fullAttentionLayers - (model.sharedKv?.full ?? 0) + drafting;
  const window: Span = { kind: "window", tokens: windowTokens(model, pool) };
  const sliding = kindOf(window, stage.sliding - shared(model, stage, "sliding"), slidingToken(model, pool));
  const slidingInModel = model.slidingLayers - (model.sharedKv?.sliding ?? 0);
  // Without groups of their own, windows beside full layers are kept like these (kv_cache_utils.py, unify_hybrid_kv_cache_specs).
  const isPromoted = !cache.isV1 || (!cache.isGrouped && fullInModel > 0);
  const layers: KvLayers[] = [
    { ...full, inModel: fullInModel },
    { ...sliding, span: isPromoted ? { kind: "context" } : window, inModel: slidingInModel },
  ];
  if (model.recurrent && cache.isV1) {
    const bytes = stateBytesPerRank(model, pool, cache);
    layers.push({
      span: statesKept(pool, model, cache),
      count: stage.recurrent,
      inModel: model.recurrent.layers,
      bytes,
      formula: `${bytes} B`,
      isState: true,
    });
  }
  return layers.filter(({ inModel, bytes }) => inModel > 0 && bytes > 0);
}

function kindOf(span: Span, count: number, { bytes, formula }: TokenBytes): Omit<KvLayers, "inModel"> {
  return { span, count: Math.max(0, count), bytes, formula, isState: false };
}

/** Layers of this stage that read the cache of others; they are the last ones, shared out evenly over stages. */
function shared({ sharedKv, layers }: Model, stage: Stage, kind: "full" | "sliding"): number {
  return Math.round(((sharedKv?.[kind] ?? 0) * stage.layers) / layers);
}

/** VM10: the window less the token itself, and the tokens of all batches that are scheduled. */
export function windowTokens({ slidingWindow }: Pick<Model, "slidingWindow">, pool: SettledPool): number {
  return (slidingWindow ?? Number.POSITIVE_INFINITY) - 1 + concurrentBatches(pool) * pool.settings.maxNumBatchedTokens;
}

/** Batches whose tokens a window must keep: up to 0.25 one, from 0.26 all that are scheduled and not yet settled (VM10; vLLM pull request 47728). */
function concurrentBatches({ version, settings, layout }: SettledPool): number {
  return atLeast(version, "0.26.0") ? Math.max(settings.asyncScheduling ? 2 : 1, layout.pipeline) : 1;
}

/** VM12 by version (kv_cache_interface.py, MambaSpec). */
function statesKept({ version }: SettledPool, { recurrent }: Model, { states, draftTokens }: VllmCache): Span {
  const drafted = atLeast(version, "0.15.0") ? draftTokens : 0;
  if (states === "all") return { kind: "every-state", drafted: atLeast(version, "0.22.0") ? draftTokens : 0 };
  if (states === "none") return { kind: "states", count: 1 + drafted };
  // From 0.32 mamba's kernel leaves one more behind inside a prompt.
  const checkpoint = (recurrent?.state?.groups ?? 0) > 0 && atLeast(version, "0.32.0") ? 1 : 0;
  return { kind: "states", count: 2 + drafted + checkpoint };
}
