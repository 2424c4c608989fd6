import type { RecurrentFacts, StateFacts } from "./facts.ts";
import type { StoredHybrid } from "./stored.ts";

/** Sizes of a model around its recurrent layers. */
export interface LayerSizes {
  readonly hidden: number;
  readonly heads: number;
  readonly headDim: number;
}

/** State and weights of the recurrent layers of a hybrid: mamba 1 and 2, gated delta net, Kimi's delta attention, lightning attention, short convolutions. */
export function recurrentFacts(row: StoredHybrid, around: LayerSizes): RecurrentFacts {
  const layers = row.layers ?? 0;
  const bytes = stateBytesPerLayer(row, around);
  return {
    layers,
    stateBytesPerSequence: bytes === null ? null : bytes * layers,
    state: stateOf(row, around),
    elements: layerElements(row, around),
  };
}

/** Shapes of the states as vLLM's mamba_utils.py has them. */
function stateOf({ conv = 4, ...row }: StoredHybrid, { hidden, heads, headDim }: LayerSizes): StateFacts | null {
  const ungrouped = { groups: 0, groupChannels: 0, isWide: row.kind === "kda" || row.stateDtype === "float32" };
  if (row.ssmHeads && row.ssmHeadDim && row.ssmState) {
    const channels = row.ssmHeads * row.ssmHeadDim;
    const shared = { groups: row.groups ?? 1, groupChannels: 2 * row.ssmState };
    return { ...ungrouped, ...shared, convolved: conv - 1, channels, matrix: channels * row.ssmState };
  }
  if (row.keyHeads && row.valueHeads && row.keyDim && row.valueDim) {
    const channels = 2 * row.keyHeads * row.keyDim + row.valueHeads * row.valueDim;
    return { ...ungrouped, convolved: conv - 1, channels, matrix: row.valueHeads * row.valueDim * row.keyDim };
  }
  if (row.kind === "lightning-attention") return { ...ungrouped, convolved: 0, channels: 0, matrix: heads * headDim * headDim };
  const inner = selectiveChannels(row, hidden);
  if (inner !== null) return { ...ungrouped, convolved: conv - 1, channels: inner, matrix: inner * (row.ssmState ?? 0) };
  if (row.kind === shortConvolution) return { ...ungrouped, convolved: conv - 1, channels: hidden, matrix: 0 };
  return null;
}

/** Layers that remember the last inputs of a convolution and nothing else (LFM2). */
export const shortConvolution = "short-convolution";

/** Channels of mamba 1, which has no heads; null for the other kinds. */
function selectiveChannels({ expand, dtRank, ssmState }: StoredHybrid, hidden: number): number | null {
  return expand && dtRank && ssmState ? expand * hidden : null;
}

/** Of one sequence: the convolution's last inputs in 16 bit and the recurrent matrix in 32 bit, as the engines keep them. */
function stateBytesPerLayer({ conv = 4, ...row }: StoredHybrid, { hidden }: LayerSizes): number | null {
  if (row.ssmHeads && row.ssmHeadDim && row.ssmState) {
    const inner = row.ssmHeads * row.ssmHeadDim;
    return (conv - 1) * (inner + 2 * (row.groups ?? 1) * row.ssmState) * 2 + inner * row.ssmState * 4;
  }
  if (row.keyHeads && row.valueHeads && row.keyDim && row.valueDim) {
    const keys = row.keyHeads * row.keyDim;
    const values = row.valueHeads * row.valueDim;
    return (conv - 1) * (2 * keys + values) * 2 + row.valueHeads * row.valueDim * row.keyDim * 4;
  }
  const inner = selectiveChannels(row, hidden);
  if (inner !== null) return (conv - 1) * inner * 2 + inner * (row.ssmState ?? 0) * 4;
  return row.kind === shortConvolution ? (conv - 1) * hidden * 2 : null;
}

function layerElements(row: StoredHybrid, { hidden, heads, headDim }: LayerSizes): RecurrentFacts["elements"] {
  const { conv = 4 } = row;
  if (row.ssmHeads && row.ssmHeadDim && row.ssmState) {
    // in_proj to z, x, B, C and dt; the convolution over x, B and C with its bias; A, D and dt's bias; the gated norm; out_proj.
    const inner = row.ssmHeads * row.ssmHeadDim;
    const convolved = inner + 2 * (row.groups ?? 1) * row.ssmState;
    return {
      split: hidden * (inner + convolved + row.ssmHeads) + convolved * (conv + 1) + 3 * row.ssmHeads + inner + inner * hidden,
      copied: 0,
    };
  }
  if (row.keyHeads && row.valueHeads && row.keyDim && row.valueDim) {
    const keys = row.keyHeads * row.keyDim;
    const values = row.valueHeads * row.valueDim;
    const projected = hidden * (2 * keys + values) + (2 * keys + values) * conv + values * hidden;
    // Kimi's gates go through a rank as wide as a head; the gated delta net's are a full projection, and two scalars a head.
    if (row.kind === "kda")
      return { split: projected + hidden * row.valueHeads + row.valueDim * (keys + values), copied: 2 * hidden * row.valueDim };
    return { split: projected + hidden * (values + 2 * row.valueHeads) + 2 * row.valueHeads, copied: row.valueDim };
  }
  // Queries, keys, values, the output's gate and the output, each as wide as the heads of the other layers.
  if (row.kind === "lightning-attention") return { split: 5 * hidden * heads * headDim, copied: 0 };
  const inner = selectiveChannels(row, hidden);
  if (inner !== null) {
    // in_proj to x and z, the convolution with its bias, x_proj to dt, B and C, dt's projection and bias, A, D, out_proj; norms of dt, B and C.
    const { dtRank = 0, ssmState = 0 } = row;
    const selected = dtRank + 2 * ssmState;
    return { split: inner * (3 * hidden + conv + 1 + selected + dtRank + 1 + ssmState + 1), copied: selected };
  }
  // Input to two gates and the convolved values, the convolution, and the output.
  if (row.kind === shortConvolution) return { split: 4 * hidden * hidden + hidden * conv, copied: 0 };
  return null;
}
