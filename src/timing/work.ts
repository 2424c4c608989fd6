import type { Model } from "../catalog/facts.ts";
import { countParameters, parameterParts } from "../catalog/parameters.ts";
import type { SettledPool } from "../deployment/settled.ts";
import { weightBytes } from "../memory/weights.ts";
import type { AttentionCost } from "./attention.ts";
import { expertsHit } from "./gemm.ts";
import type { Batch } from "./step-model.ts";

/** Floating point operations and bytes a batch needs in one instance, whatever they cost: for MFU and MBU. */
export class Work {
  private readonly flopsPerToken: number;
  private readonly flopsPerSequence: number;
  private readonly fixedBytes: number;
  private readonly expertBytes: number;

  constructor(
    private readonly model: Model,
    pool: SettledPool,
    private readonly attention: AttentionCost,
  ) {
    const { moe } = model;
    const parts = parameterParts(model);
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
    const layers = this.model.fullAttentionLayers + this.model.slidingLayers;
    return (
      batch.tokens * this.flopsPerToken +
      (batch.decodeSequences + batch.prefillChunks) * this.flopsPerSequence +
      (batch.prefillPairs + batch.decodeContext) * this.attention.flopsPerPair * layers
    );
  }

  bytes(batch: Batch): number {
    const { moe, fullAttentionLayers, slidingLayers } = this.model;
    const touched = moe ? expertsHit(moe.experts, moe.expertsPerToken, batch.tokens) / moe.experts : 0;
    const context = (batch.decodeContext + batch.prefillContext) * this.attention.bytesPerContextToken;
    return this.fixedBytes + this.expertBytes * touched + context * (fullAttentionLayers + slidingLayers);
  }
}
