import type { Stage } from "../memory/stages.ts";
import type { ModeCosts } from "./mode-costs.ts";
import { contextRead, promptPairs, promptReread } from "./operators/attention.ts";
import { type OperatorName, type OperatorShare, operatorNames, type TokenOperator } from "./operators/operator.ts";
import { type Basis, type Batch, headRows, type Operator, queriesPerSequence } from "./step-model.ts";

/** One stage as it was priced, and what for. */
export interface PricedStage {
  readonly stage: Stage;
  readonly costs: ModeCosts;
  readonly seconds: Readonly<Record<Operator, number>>;
  /** Tokens that a sliding layer keeps. */
  readonly window: number;
}

/** Work of a step by kind. */
export class Anatomy {
  private readonly byName = new Map<OperatorName, OperatorShare>();

  get shares(): readonly OperatorShare[] {
    return operatorNames.flatMap((name) => this.byName.get(name) ?? []);
  }

  add(share: OperatorShare): void {
    if (share.seconds <= 0) return;
    const { operator, seconds, flops, bytes, basis } = share;
    const before = this.byName.get(operator);
    if (!before) {
      this.byName.set(operator, share);
      return;
    }
    this.byName.set(operator, {
      operator,
      seconds: before.seconds + seconds,
      flops: before.flops + flops,
      bytes: before.bytes + bytes,
      // What takes longer tells more of how sure the sum is.
      basis: before.seconds >= seconds ? before.basis : basis,
    });
  }

  addStage(batch: Batch, priced: PricedStage): void {
    this.addTokenWork(batch, priced);
    this.addAttention(batch, priced);
    this.add({ operator: "host", seconds: priced.seconds.host, flops: 0, bytes: 0, basis: "analytical" });
  }

  /** Tables are read between their knots: what the operators come to is scaled to what was read. */
  private addTokenWork(batch: Batch, { stage, costs, seconds }: PricedStage): void {
    const { layers, embedding, head, padded } = costs.made;
    const tokens = padded(batch.tokens);
    const dense = stage.layers - stage.expertLayers;
    const rows = headRows(batch);
    const compute = [
      ...layers.dense.compute.map((operator) => worked(operator, tokens, dense)),
      ...layers.expert.compute.map((operator) => worked(operator, tokens, stage.expertLayers)),
      ...(stage.first ? [worked(embedding, tokens, 1)] : []),
      ...(stage.last ? [worked(head, rows, 1)] : []),
    ];
    const exchange = [
      ...layers.dense.exchange.map((operator) => worked(operator, tokens, dense)),
      ...layers.expert.exchange.map((operator) => worked(operator, tokens, stage.expertLayers)),
      ...layers.context.map((operator) => worked(operator, batch.decodeSequences + batch.draftTokens, stage.full + stage.sliding)),
    ];
    for (const [shares, whole] of [
      [compute, seconds.matrix],
      [exchange, seconds.collectives],
    ] as const) {
      const sum = shares.reduce((total, share) => total + share.seconds, 0);
      for (const share of shares) this.add({ ...share, seconds: sum > 0 ? (share.seconds * whole) / sum : 0 });
    }
  }

  private addAttention(batch: Batch, { stage, costs: { attention }, seconds, window }: PricedStage): void {
    const { basis } = attention;
    const prompts = promptPairs(batch, stage, window);
    const context = contextRead(batch, stage, window);
    this.add({
      operator: "prefill-attention",
      seconds: seconds["prefill-attention"],
      flops: (prompts * attention.flopsPerPair) / attention.split,
      bytes: (promptReread(batch, stage, window) * attention.bytesPerContextToken) / attention.split,
      basis,
    });
    this.add({
      operator: "decode-attention",
      seconds: seconds["decode-attention"],
      flops: (queriesPerSequence(batch) * context * attention.flopsPerPair) / attention.split,
      bytes: (context * attention.bytesPerContextToken) / attention.split,
      basis,
    });
  }
}

const rank: Readonly<Record<Basis, number>> = { measured: 0, interpolated: 1, analytical: 2 };

/** What a whole rests on is what its weakest part rests on. */
export function weakest(bases: readonly Basis[]): Basis {
  return bases.reduce((worst, one) => (rank[one] > rank[worst] ? one : worst), "measured");
}

function worked(operator: TokenOperator, count: number, layers: number): OperatorShare {
  const { name, basis } = operator;
  if (layers <= 0 || count <= 0) return { operator: name, seconds: 0, flops: 0, bytes: 0, basis };
  return {
    operator: name,
    seconds: layers * operator.seconds(count),
    flops: layers * operator.flops(count),
    bytes: layers * operator.bytes(count),
    basis,
  };
}
