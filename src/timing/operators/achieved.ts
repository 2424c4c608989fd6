import { gpusPerInstance, type SettledPool } from "../../deployment/settled.ts";
import type { StepModel } from "../step-model.ts";
import type { OperatorShare } from "./operator.ts";

/** What one GPU can do at most: dense FLOPs in the format of the weights, and bytes of its memory. */
export interface GpuPeaks {
  readonly flops: number;
  readonly bytesPerSecond: number;
}

export function gpuPeaks({ peakFlops, peakBytesPerSecond }: StepModel, { layout }: SettledPool): GpuPeaks {
  // Engines behind one server are models of their own.
  const gpus = gpusPerInstance(layout) / layout.data;
  return { flops: peakFlops / gpus, bytesPerSecond: peakBytesPerSecond / gpus };
}

/** How fast an operator ran, and how much of the GPU that is. */
export interface Achieved {
  readonly flopsPerSecond: number;
  readonly bytesPerSecond: number;
  /** 0 … 1; null for what does not run on the GPU's own units. */
  readonly flopsShare: number | null;
  /** 0 … 1; null for exchanges, whose bytes go over links. */
  readonly bytesShare: number | null;
}

/** The host computes nothing and moves nothing; exchanges send what they move. */
export function achieved({ operator, seconds, flops, bytes }: OperatorShare, peaks: GpuPeaks): Achieved {
  const isExchange = operator === "all-reduce" || operator === "all-to-all" || operator === "stage-transfer";
  const flopsPerSecond = flops / seconds;
  const bytesPerSecond = bytes / seconds;
  return {
    flopsPerSecond,
    bytesPerSecond,
    flopsShare: flops > 0 ? flopsPerSecond / peaks.flops : null,
    bytesShare: bytes > 0 && !isExchange ? bytesPerSecond / peaks.bytesPerSecond : null,
  };
}
