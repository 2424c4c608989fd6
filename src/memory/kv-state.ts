import type { Model } from "../catalog/facts.ts";
import { atLeast } from "../deployment/version.ts";
import type { VllmPool } from "./vllm/pool.ts";

/** Bytes of one state of one recurrent layer on a rank: the convolution's inputs and the matrix, split by head (vLLM, layers/mamba/mamba_utils.py). */
export function stateBytesPerRank({ recurrent }: Model, { layout, version, budget: { cache } }: VllmPool): number {
  const { state } = recurrent ?? {};
  const ranks = layout.tensor * layout.sequence;
  if (!state) return recurrent && recurrent.layers > 0 ? (recurrent.stateBytesPerSequence ?? 0) / recurrent.layers / ranks : 0;
  // Where ranks do not divide the groups that heads share, each rank has one of its own.
  const groups = state.groups % ranks === 0 ? state.groups : ranks;
  const channels = (state.channels + groups * state.groupChannels) / ranks;
  const isWide = state.isWide && atLeast(version, widthSince(state.groups > 0));
  const matrixBytes = cache.matrixElementBytes ?? (isWide ? 4 : cache.stateElementBytes);
  const inputs = state.convolved > 0 ? state.convolved + cache.draftTokens : 0;
  return inputs * channels * cache.stateElementBytes + (state.matrix / ranks) * matrixBytes;
}

/** Mamba's matrices follow the config's own format from 0.14 (models/config.py); the others' always did. */
function widthSince(isMamba: boolean): string {
  return isMamba ? "0.14.0" : "0.0.0";
}
