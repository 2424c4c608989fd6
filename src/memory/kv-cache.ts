import type { CompressionFacts, Model } from "../catalog/facts.ts";
import type { SettledPool } from "../deployment/settled.ts";
import { atLeast } from "../deployment/version.ts";
import { compressedCache } from "./kv-compressed.ts";
import { fullToken, slidingToken } from "./kv-elements.ts";
import { equalGroups, type Grouping, oneGroup } from "./kv-groups.ts";
import { type KvLayers, vllmLayers } from "./kv-layers.ts";
import { blockTokensOf, separatePages, unifiedPages } from "./kv-pages.ts";
import type { KvShape, StartCheck } from "./kv-shape.ts";
import type { Stage } from "./stages.ts";
import type { VllmPool } from "./vllm/pool.ts";

/** How the ranks of a stage lay out their cache. */
export function kvShape(model: Model, pool: SettledPool, stage: Stage): KvShape {
  const { budget } = pool;
  if (budget.engine !== "vllm") return plainShape(model, pool, stage);
  const vllm = { ...pool, budget };
  const { compression } = model;
  return compression && budget.cache.isV1 ? compressedShape(compression, model, vllm, stage) : vllmShape(model, vllm, stage);
}

function vllmShape(model: Model, pool: VllmPool, stage: Stage): KvShape {
  const layers = vllmLayers(model, pool, stage);
  const blockTokens = blockTokensOf(model, pool, layers);
  // Layers that remember the same tokens need one table of blocks.
  const isAlike = layers.every(({ span }) => span.kind === layers[0]?.span.kind);
  const grouping = isAlike ? oneGroup(separatePages(layers, blockTokens)) : equalGroups(unifiedPages(layers, blockTokens), pool);
  return {
    ...grouping,
    ...tokenOf(pool, layers),
    blockTokens,
    contextRanks: contextRanks(pool),
    start: startCheck(model, pool, stage, grouping, blockTokens),
  };
}

/** Ranks that share a sequence's tokens; from 0.26 vLLM's prefill ranks keep whole sequences (VP13; kv_cache_interface.py). */
function contextRanks({ layout, version, budget }: SettledPool): number {
  return layout.decodeContext * (budget.engine === "vllm" && atLeast(version, "0.26.0") ? 1 : layout.prefillContext);
}

/** The check by version: layer by layer, from 0.14 by groups, though up to 0.18 by one alone, from 0.29 beside the block that stays empty (kv_cache_utils.py). */
function startCheck(model: Model, pool: VllmPool, stage: Stage, { groups, blockBytes }: Grouping, blockTokens: number): StartCheck {
  const { version, budget } = pool;
  const { cache } = budget;
  if (cache.isV1 && !atLeast(version, "0.14.0")) {
    // Windows count as such, even where they are then kept like full layers.
    const layers = unifiedPages(vllmLayers(model, grouped(pool), stage), blockTokens);
    const parts = layers.map((one) => ({ span: one.span, times: 1, blockTokens: one.blockTokens, bytes: one.count * one.pageBytes }));
    return { groups: parts, counts: "all", spareBytes: 0 };
  }
  const counts = cache.isV1 && !atLeast(version, "0.19.0") ? "least" : "all";
  const single = counts === "least" ? groups.map((group) => ({ ...group, times: 1 })) : groups;
  return { groups: single, counts, spareBytes: atLeast(version, "0.29.0") ? blockBytes : 0 };
}

function grouped(pool: VllmPool): VllmPool {
  return { ...pool, budget: { ...pool.budget, cache: { ...pool.budget.cache, isGrouped: true } } };
}

function compressedShape(facts: CompressionFacts, model: Model, pool: VllmPool, stage: Stage): KvShape {
  const { checkedBytes, ...cache } = compressedCache(facts, model, pool, stage.layers / model.layers);
  const isSpared = atLeast(pool.version, "0.29.0");
  return {
    ...cache,
    contextRanks: 1,
    start: {
      groups: cache.groups.map((group) => ({ ...group, bytes: checkedBytes })),
      counts: "all",
      spareBytes: isSpared ? cache.blockBytes : 0,
    },
  };
}

/** Every layer keeps the whole context in blocks of the written size. */
function plainShape(model: Model, pool: SettledPool, stage: Stage): KvShape {
  const { blockTokens } = pool.settings;
  const context = { span: { kind: "context" }, isState: false } as const;
  const layers: KvLayers[] = [
    { ...context, ...fullToken(model, pool), count: stage.full, inModel: model.fullAttentionLayers },
    { ...context, ...slidingToken(model, pool), count: stage.sliding, inModel: model.slidingLayers },
  ];
  const grouping = oneGroup(
    separatePages(
      layers.filter(({ inModel }) => inModel > 0),
      blockTokens,
    ),
  );
  return {
    ...grouping,
    ...tokenOf(pool, layers),
    blockTokens,
    contextRanks: contextRanks(pool),
    start: { groups: grouping.groups, counts: "all", spareBytes: 0 },
  };
}

/** Bytes of one token over the layers that keep it, and the formula. */
function tokenOf(pool: SettledPool, layers: readonly KvLayers[]): Pick<KvShape, "bytesPerToken" | "tokenFormula"> {
  const ranks = contextRanks(pool);
  const kinds = new Map<string, number>();
  let bytes = 0;
  for (const one of layers) {
    if (one.isState || one.count === 0) continue;
    bytes += one.count * one.bytes;
    kinds.set(one.formula, (kinds.get(one.formula) ?? 0) + one.count);
  }
  const sum = [...kinds].map(([formula, count]) => `${count} layers · ${formula}`).join(" + ") || "0 B";
  const whole = kinds.size > 1 && ranks > 1 ? `(${sum})` : sum;
  return { bytesPerToken: bytes / ranks, tokenFormula: ranks > 1 ? `${whole} / ${ranks} context ranks` : whole };
}
