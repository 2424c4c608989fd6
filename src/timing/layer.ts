import type { Model } from "../catalog/facts.ts";
import { countParameters, elementsOf, modelParts } from "../catalog/parameters.ts";
import type { SettledPool } from "../deployment/settled.ts";
import { exchangesOfAttention, exchangesOfContext } from "./collectives/exchanges.ts";
import { exchangesOfExperts } from "./collectives/expert-exchange.ts";
import { elementwise } from "./operators/elementwise.ts";
import { expertSpread } from "./operators/expert-spread.ts";
import { routedExperts } from "./operators/experts.ts";
import { gemm } from "./operators/gemm.ts";
import type { TokenOperator } from "./operators/operator.ts";
import type { GpuRates } from "./operators/rates.ts";

/** How the ranks of an instance share a step: all of tensor × sequence by tensor, or by tensor with the tokens split over sequence. */
export interface Sharing {
  readonly tensor: number;
  readonly sequence: number;
}

/** One layer on one rank, attention's own kernel left out, by the tokens of the batch. */
export interface Layer {
  readonly compute: readonly TokenOperator[];
  readonly exchange: readonly TokenOperator[];
}

export interface Layers {
  readonly dense: Layer;
  readonly expert: Layer;
  /** What of the expert layer meets the tokens of all attention replicas together; null without any. */
  readonly together: Layer | null;
  /** Of every layer that attends, by the tokens that decode: what ranks that share contexts exchange. */
  readonly context: readonly TokenOperator[];
}

/** What the layers of a model are made of in one layout. */
export function layersOf(model: Model, pool: SettledPool, rates: GpuRates, sharing: Sharing): Layers {
  const { tensor, sequence } = sharing;
  const { moe, hidden } = model;
  const split = sequence * pool.layout.prefillContext;
  // Ranks that share a batch's tokens each run their part of them.
  const own = (operators: readonly TokenOperator[]): readonly TokenOperator[] =>
    split === 1 ? operators : operators.map((operator) => given(operator, (tokens) => Math.ceil(tokens / split)));
  const width = 8 * hidden * pool.activationBytes;
  const fixed = rates.engine.layer + (rates.linear.quantises ? rates.engine.quantise : 0);
  const attention = [...projections(model, rates, tensor), elementwise(rates, fixed, width)];
  const exchange = exchangesOfAttention(model, pool, rates, sharing);
  const dense = { compute: own([...attention, ...mlp(model, pool, rates, model.intermediate, tensor)]), exchange: own(exchange) };
  const context = exchangesOfContext(model, pool, tensor * sequence);
  if (!moe) return { dense, expert: dense, together: null, context };
  const { attentionData } = pool.layout;
  const shared = mlp(model, pool, rates, moe.sharedExperts > 0 ? moe.sharedIntermediate : 0, tensor);
  // In lock-step, every attention replica brings about as many tokens.
  const spread = expertSpread(moe, tensor * attentionData, pool);
  const routed = given(routedExperts(rates.experts, moe, hidden, spread), (tokens) => tokens * attentionData);
  const handed = exchangesOfExperts(model, pool, tensor * attentionData, spread);
  const expert = {
    compute: own([...attention, ...gemm("experts", rates.plain, moe.experts, hidden), ...shared, routed]),
    exchange: own([...exchange, ...handed]),
  };
  return { dense, expert, together: attentionData > 1 ? { compute: own([routed]), exchange: own(handed) } : null, context };
}

/** An operator that meets other tokens than those of its batch. */
function given(operator: TokenOperator, met: (tokens: number) => number): TokenOperator {
  return {
    ...operator,
    seconds: (tokens) => operator.seconds(met(tokens)),
    flops: (tokens) => operator.flops(met(tokens)),
    bytes: (tokens) => operator.bytes(met(tokens)),
  };
}

/** Matrix products around attention; of layers of other kinds what the published size holds beyond counted parts, as one product. */
function projections(model: Model, { linear, plain }: GpuRates, tensor: number): readonly TokenOperator[] {
  const name = "attention-projections";
  const { hidden, mla } = model;
  const heads = Math.max(1, Math.ceil(model.heads / tensor));
  const others = gemm(name, linear, unlistedPerLayer(model) / hidden / tensor, hidden);
  if (mla) {
    const down = (mla.queryRank ?? 0) + mla.kvRank + mla.ropeHeadDim;
    return [
      ...gemm(name, linear, down, hidden),
      ...gemm(name, linear, heads * (mla.nopeHeadDim + mla.ropeHeadDim), mla.queryRank ?? hidden),
      ...gemm(name, plain, heads * (mla.nopeHeadDim + mla.valueHeadDim), mla.kvRank),
      ...gemm(name, linear, hidden, heads * mla.valueHeadDim),
      ...others,
    ];
  }
  const kvHeads = Math.max(1, Math.ceil(model.kvHeads / tensor));
  const qkv = heads * model.headDim + kvHeads * (model.headDim + model.valueHeadDim);
  const share = (model.fullAttentionLayers + model.slidingLayers) / model.layers;
  const around = [...gemm(name, linear, qkv, hidden), ...gemm(name, linear, hidden, heads * model.valueHeadDim)];
  return [...around.map((operator) => inSomeLayers(operator, share)), ...others];
}

/** An operator that only a share of the layers has, spread over all of them. */
function inSomeLayers(operator: TokenOperator, share: number): TokenOperator {
  if (share === 1) return operator;
  return {
    ...operator,
    seconds: (tokens) => share * operator.seconds(tokens),
    flops: (tokens) => share * operator.flops(tokens),
    bytes: (tokens) => share * operator.bytes(tokens),
  };
}

function unlistedPerLayer(model: Model): number {
  if (!model.recurrent) return 0;
  return Math.max(0, model.parameters - countParameters(model).total) / model.layers;
}

/** Up (and gate), activation, down of one rank's part of an intermediate size. */
function mlp(model: Model, pool: SettledPool, rates: GpuRates, intermediate: number, tensor: number): readonly TokenOperator[] {
  if (intermediate <= 0) return [];
  const { hidden } = model;
  const inner = Math.ceil(intermediate / tensor);
  const gated = elementsOf(modelParts(model).mlp) / (hidden * Math.max(1, model.intermediate)) > 2.5 ? 2 : 1;
  return [
    ...gemm("mlp", rates.linear, gated * inner, hidden),
    ...gemm("mlp", rates.linear, hidden, inner),
    elementwise(rates, 0, (gated + 1) * inner * pool.activationBytes),
  ];
}
