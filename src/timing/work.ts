import type { Model, MoeFacts } from "../catalog/facts.ts";
import { countParameters, modelParts } from "../catalog/parameters.ts";
import type { SettledPool } from "../deployment/settled.ts";
import { weightBytes } from "../memory/weights.ts";
import { type AttentionCost, contextRead, promptPairs, promptReread, windowOf } from "./operators/attention.ts";
import { expertsHit } from "./operators/expert-spread.ts";
import { type Batch, headRows, queriesPerSequence } from "./step-model.ts";

/** Floating point operations and bytes a batch needs in one instance, whatever they cost: for MFU and MBU. */
export class Work {
  private readonly flopsPerToken: number;
  private readonly flopsPerSequence: number;
  private readonly fixedBytes: number;
  private readonly expertBytes: number;
  private readonly moe: MoeFacts | null;
  private readonly layers: { readonly full: number; readonly sliding: number };
  private readonly window: number;

  constructor(
    model: Model,
    pool: SettledPool,
    private readonly attention: AttentionCost,
  ) {
    const { moe } = model;
    this.moe = moe;
    this.layers = { full: model.fullAttentionLayers, sliding: model.slidingLayers };
    this.window = windowOf(model);
    const parts = modelParts(model);
    const embeddings = parts.embedding * (model.tiedEmbeddings ? 1 : 2);
    this.flopsPerToken = 2 * Math.max(0, countParameters(model).active - embeddings);
    this.flopsPerSequence = 2 * parts.embedding;
    const all = weightBytes(model, pool.weights, pool.activationBytes);
    const expertLayers = moe
      ? countParameters(model).total - countParameters({ ...model, moe: { ...moe, experts: 0, expertsPerToken: 0 } }).total
      : 0;
    const share = expertLayers / Math.max(1, countParameters(model).total);
    const replicas = pool.layout.attentionData;
    this.expertBytes = (all * share) / replicas;
    this.fixedBytes = all - all * share;
  }

  flops(batch: Batch): number {
    const pairs = promptPairs(batch, this.layers, this.window) + queriesPerSequence(batch) * contextRead(batch, this.layers, this.window);
    return batch.tokens * this.flopsPerToken + headRows(batch) * this.flopsPerSequence + pairs * this.attention.flopsPerPair;
  }

  bytes(batch: Batch): number {
    const touched = this.moe ? expertsHit(this.moe.experts, this.moe.expertsPerToken, batch.tokens) / this.moe.experts : 0;
    const read = contextRead(batch, this.layers, this.window) + promptReread(batch, this.layers, this.window);
    return this.fixedBytes + this.expertBytes * touched + read * this.attention.bytesPerContextToken;
  }
}
