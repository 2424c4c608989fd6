import type { Model } from "../../catalog/facts.ts";
import type { SettledPool, SglangBudget } from "../../deployment/settled.ts";
import { fullToken, slidingToken } from "../kv-elements.ts";
import type { KvShape } from "../kv-shape.ts";
import type { Stage } from "../stages.ts";

/** One state of all recurrent layers of a stage on a rank: the convolution's inputs in 16 bit, the matrix as told (configs/mamba_utils.py of 0.5.12). */
export function stateBytes({ recurrent }: Model, { layout }: SettledPool, { stateElementBytes }: SglangBudget, stage: Stage): number {
  const { state } = recurrent ?? {};
  if (!recurrent || stage.recurrent === 0) return 0;
  if (!state) return ((recurrent.stateBytesPerSequence ?? 0) * stage.recurrent) / recurrent.layers / layout.tensor;
  const groups = state.groups % layout.tensor === 0 ? state.groups : layout.tensor;
  const channels = (state.channels + groups * state.groupChannels) / layout.tensor;
  return stage.recurrent * (state.convolved * channels * 2 + (state.matrix / layout.tensor) * stateElementBytes);
}

/** Layers of a stage that see a chunk alone: they count as windows. */
function chunkedLayers({ chunked, fullAttentionLayers }: Model, { full }: Stage): number {
  return chunked ? Math.min(full, Math.round((chunked.layers * full) / Math.max(1, fullAttentionLayers))) : 0;
}

/**
 * How SGLang keeps tokens (pool_configurator.py of 0.5.23): a token takes its bytes of all layers at once, in pages. Layers with a window
 * have a pool of their own with a share of the tokens, or keep every token; a draft's layers have every token too; states lie apart.
 */
export function tokenPool(model: Model, pool: SettledPool, budget: SglangBudget, stage: Stage): KvShape {
  const { layout, settings } = pool;
  const contextRanks = layout.decodeContext * layout.prefillContext;
  const full = fullToken(model, pool);
  const sliding = slidingToken(model, pool);
  const windows = stage.full === 0 ? 1 : (budget.windowTokenRatio ?? 1);
  const drafts = budget.draft?.isInShare ? (budget.draft.layers ?? 0) : 0;
  const chunked = windows === 1 ? 0 : chunkedLayers(model, stage);
  const whole = stage.full - chunked;
  const bytesPerToken = ((whole + windows * chunked + drafts) * full.bytes + windows * stage.sliding * sliding.bytes) / contextRanks;
  const terms = [
    ...(whole > 0 ? [`${whole} layers · ${full.formula}`] : []),
    ...(chunked > 0 ? [`${windows} · ${chunked} layers · ${full.formula}`] : []),
    ...(stage.sliding > 0 ? [`${windows === 1 ? "" : `${windows} · `}${stage.sliding} layers · ${sliding.formula}`] : []),
    ...(drafts > 0 ? [`${drafts} draft · ${full.formula}`] : []),
  ];
  const sum = terms.join(" + ") || "0 B";
  const blockTokens = settings.blockTokens;
  const group = { span: { kind: "context" } as const, times: 1, blockTokens, bytes: bytesPerToken * blockTokens * contextRanks };
  const groups = bytesPerToken > 0 ? [group] : [];
  return {
    groups,
    blockBytes: bytesPerToken > 0 ? group.bytes : 0,
    blockTokens,
    bytesPerToken,
    tokenFormula: contextRanks > 1 ? `(${sum}) / ${contextRanks} context ranks` : sum,
    contextRanks,
    start: { groups, counts: "all", spareBytes: 0 },
  };
}
