import type { Model } from "../catalog/facts.ts";
import { countParameters, elementsOf, modelParts } from "../catalog/parameters.ts";
import type { SettledPool } from "../deployment/settled.ts";
import { allReduceSeconds, allToAllSeconds, gatherSeconds, groupOf, sequenceGroup } from "./collectives.ts";
import { elementwiseBandwidth, expertImbalance, layerFixedSeconds, quantiseSeconds } from "./constants.ts";
import { expertsSeconds, gemmCost } from "./gemm.ts";
import type { GpuRates } from "./rates.ts";

/** How the ranks of an instance share a step: all of tensor × sequence by tensor, or by tensor with the tokens split over sequence. */
export interface Sharing {
  readonly tensor: number;
  readonly sequence: number;
}

type Cost = (tokens: number) => number;

/** Seconds of one layer on one rank for `tokens` tokens of the batch, attention's own kernel left out. */
export interface LayerCosts {
  readonly matrix: Cost;
  readonly collectives: Cost;
}

export interface Layers {
  readonly dense: LayerCosts;
  readonly expert: LayerCosts;
}

export function layerCosts(model: Model, pool: SettledPool, rates: GpuRates, sharing: Sharing): Layers {
  const local = (tokens: number): number => Math.ceil(tokens / (sharing.sequence * pool.layout.prefillContext));
  const attention = attentionMatrices(model, pool, rates, sharing);
  const exchange = exchanges(model, pool, rates, sharing);
  const mlp = mlpMatrices(model, pool, rates, model.intermediate, sharing.tensor);
  return {
    dense: {
      matrix: (tokens) => attention(local(tokens)) + mlp(local(tokens)),
      collectives: (tokens) => exchange(local(tokens)),
    },
    expert: expertLayer(model, pool, rates, sharing, local, attention, exchange),
  };
}

/** Projections around attention, with the element-wise kernels of the whole layer's fixed part. */
function attentionMatrices(model: Model, pool: SettledPool, rates: GpuRates, { tensor }: Sharing): Cost {
  const { linear, plain } = rates;
  const { hidden, mla } = model;
  const fixed = layerFixedSeconds + (linear.quantises ? quantiseSeconds : 0);
  const width = (8 * hidden * pool.activationBytes) / (rates.bytesPerSecond * elementwiseBandwidth);
  const heads = Math.max(1, Math.ceil(model.heads / tensor));
  // Layers of other kinds than attention: what the published size holds beyond the parts that are counted, as one square-like matrix.
  const extra = unlistedPerLayer(model) / hidden / tensor;
  if (mla) {
    const down = (mla.queryRank ?? 0) + mla.kvRank + mla.ropeHeadDim;
    const queryFrom = mla.queryRank ?? hidden;
    const products = [
      gemmCost(linear, down, hidden),
      gemmCost(linear, heads * (mla.nopeHeadDim + mla.ropeHeadDim), queryFrom),
      gemmCost(plain, heads * (mla.nopeHeadDim + mla.valueHeadDim), mla.kvRank),
      gemmCost(linear, hidden, heads * mla.valueHeadDim),
      gemmCost(linear, extra, hidden),
    ];
    return (tokens) => products.reduce((sum, product) => sum + product(tokens), fixed + tokens * width);
  }
  const kvHeads = Math.max(1, Math.ceil(model.kvHeads / tensor));
  const qkv = heads * model.headDim + kvHeads * (model.headDim + model.valueHeadDim);
  const share = (model.fullAttentionLayers + model.slidingLayers) / model.layers;
  const projectIn = gemmCost(linear, qkv, hidden);
  const projectOut = gemmCost(linear, hidden, heads * model.valueHeadDim);
  const others = gemmCost(linear, extra, hidden);
  return (tokens) => fixed + tokens * width + share * (projectIn(tokens) + projectOut(tokens)) + others(tokens);
}

function unlistedPerLayer(model: Model): number {
  if (!model.recurrent) return 0;
  return Math.max(0, model.parameters - countParameters(model).total) / model.layers;
}

function mlpMatrices(model: Model, pool: SettledPool, rates: GpuRates, intermediate: number, tensor: number): Cost {
  const { linear } = rates;
  const { hidden } = model;
  if (intermediate <= 0) return () => 0;
  const inner = Math.ceil(intermediate / tensor);
  const gated = elementsOf(modelParts(model).mlp) / (hidden * Math.max(1, model.intermediate)) > 2.5 ? 2 : 1;
  const width = ((gated + 1) * inner * pool.activationBytes) / (rates.bytesPerSecond * elementwiseBandwidth);
  const up = gemmCost(linear, gated * inner, hidden);
  const down = gemmCost(linear, hidden, inner);
  return (tokens) => up(tokens) + down(tokens) + tokens * width;
}

/** Two all-reduces of the hidden states, or with Ulysses two all-to-alls around attention as well (systems.md 1 and 5). */
function exchanges(model: Model, pool: SettledPool, { family }: GpuRates, { tensor, sequence }: Sharing): Cost {
  const bytes = model.hidden * pool.activationBytes;
  const tensorGroup = groupOf(tensor, pool);
  const ulysses = sequenceGroup(sequence, tensor, pool);
  const perHead = model.headDim * pool.activationBytes;
  const keyValueHeads = Math.max(model.kvHeads / tensor, sequence);
  const fused = (model.heads / tensor + 2 * keyValueHeads) * perHead;
  const output = (model.heads / tensor) * perHead;
  const context = pool.layout.prefillContext;
  const keyValues = 2 * Math.max(1, model.kvHeads / tensor) * perHead;
  return (tokens) =>
    2 * allReduceSeconds(family, pool, tensorGroup, tokens * bytes) +
    (sequence > 1 ? allToAllSeconds(pool, ulysses, tokens * fused) + allToAllSeconds(pool, ulysses, tokens * output) : 0) +
    (context > 1 ? gatherSeconds(pool, groupOf(tensor * context, pool), tokens * context * keyValues) : 0);
}

function expertLayer(
  model: Model,
  pool: SettledPool,
  rates: GpuRates,
  { tensor }: Sharing,
  local: Cost,
  attention: Cost,
  exchange: Cost,
): LayerCosts {
  const { moe, hidden } = model;
  if (!moe) return { matrix: attention, collectives: exchange };
  const { attentionData, expert } = pool.layout;
  const shared = mlpMatrices(model, pool, rates, moe.sharedExperts > 0 ? moe.sharedIntermediate : 0, tensor);
  const ranks = tensor * attentionData;
  const byExpert = expert > 1;
  const spread = byExpert ? Math.max(1, Math.min(ranks, expert)) : 1;
  const inner = byExpert ? Math.ceil((moe.intermediate * spread) / Math.max(ranks, spread)) : Math.ceil(moe.intermediate / ranks);
  const bytes = hidden * pool.activationBytes;
  const group = groupOf(ranks, pool);
  const router = gemmCost(rates.plain, moe.experts, hidden);
  const measured = rates.experts.measured?.by(
    hidden,
    moe.intermediate,
    moe.expertsPerToken,
    moe.experts,
    byExpert ? Math.max(1, ranks / spread) : ranks,
    spread,
  );
  const experts = (all: number): number =>
    measured && all > 0
      ? measured(all)
      : expertsSeconds(
          rates.experts,
          { tokens: all, experts: moe.experts, perToken: moe.expertsPerToken, ranks: spread, imbalance: byExpert ? expertImbalance : 1 },
          hidden,
          inner,
        );
  return {
    matrix: (tokens) => {
      const here = local(tokens);
      // In lock-step, every attention replica brings about as many tokens.
      const all = here * attentionData;
      return attention(here) + router(here) + shared(here) + experts(all);
    },
    // Tokens go to the experts' ranks and back: a gather and a scatter over all ranks, vLLM's default for attention replicas.
    collectives: (tokens) => {
      const here = local(tokens);
      if (attentionData <= 1) return exchange(here);
      return exchange(here) + 2 * allToAllSeconds(pool, group, here * attentionData * bytes);
    },
  };
}
