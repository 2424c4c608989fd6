import type { Gpu } from "../catalog/facts.ts";
import type { EngineContext } from "./settle-engine.ts";
import { atLeast, type Version } from "./version.ts";

/** SGLang's defaults for chunks and graphs by device memory, as server_args.py of 0.3.6 … 0.5.18 and arg_groups/memory_hook.py since set them (SM06). */

const MiB = 2 ** 20;
const GiB = 1024;

/** nvidia-smi counts what the driver keeps for itself: about so many MiB more than CUDA reports. */
const ofDriver = 480;

/** What `nvidia-smi` gives as a card's total, in MiB; the engine's defaults are made of it. A data sheet's round figure is above it. */
export function smiMebibytes({ memoryBytes, driverBytes }: Gpu): number {
  const isRound = memoryBytes % (GiB * MiB) === 0;
  return (isRound ? Math.min(memoryBytes, driverBytes + ofDriver * MiB) : Math.max(memoryBytes, driverBytes)) / MiB;
}

/** GPUs of a pipeline stage: what SGLang calls tp_size. */
export function stageGpus({ layout }: Pick<EngineContext, "layout">): number {
  return layout.tensor * layout.attentionData * layout.prefillContext;
}

/** Tokens of a prefill chunk, and the largest batch captured for decoding. */
export interface SglangBatch {
  readonly chunk: number;
  readonly captured: number;
}

/** Before flags, and before attention replicas share the chunk. Where no flag says, older lists of captured sizes grow with the card (cuda_graph_runner.py). */
export function sglangBatch(context: EngineContext, isDisaggregated: boolean): SglangBatch {
  const { version, gpu } = context;
  const memory = smiMebibytes(gpu);
  const wide = stageGpus(context) >= 4;
  if (atLeast(version, "0.5.2")) return byTier(version, memory, wide);
  if (atLeast(version, "0.4.7")) {
    return {
      chunk: memory < 35 * GiB ? 2048 : memory < 160 * GiB ? 8192 : 16_384,
      captured: memory < 35 * GiB ? (wide ? 80 : 8) : memory > 160_000 ? 512 : memory > 90 * GiB ? 256 : 160,
    };
  }
  if (!atLeast(version, "0.4.0")) return memory < 25_000 ? { chunk: 2048, captured: 4 } : { chunk: 8192, captured: 160 };
  if (memory < 25_000) return { chunk: 2048, captured: wide ? 80 : 8 };
  return {
    chunk: isDisaggregated && atLeast(version, "0.4.6") ? 16_384 : 8192,
    captured: atLeast(version, "0.4.6") && memory > 96 * GiB ? 256 : 160,
  };
}

function byTier(version: Version, memory: number, wide: boolean): SglangBatch {
  if (memory < 20 * GiB) return { chunk: 2048, captured: 8 };
  if (memory < 35 * GiB) {
    if (atLeast(version, "0.5.19")) return { chunk: 4096, captured: wide ? 160 : 48 };
    return { chunk: 2048, captured: wide ? 80 : atLeast(version, "0.5.4") ? 24 : 16 };
  }
  if (memory < 60 * GiB) return { chunk: 4096, captured: wide ? 160 : 32 };
  if (memory < 160 * GiB) return { chunk: 8192, captured: wide ? 512 : 256 };
  return { chunk: 16_384, captured: 512 };
}

/** SW06: attention replicas share the chunk; up to 0.4.3 it was halved, whatever their number. */
export function chunkOfReplica(chunk: number, { layout, version }: EngineContext): number {
  if (chunk <= 0 || layout.attentionData <= 1) return chunk;
  return Math.max(1, Math.floor(chunk / (atLeast(version, "0.4.4") ? layout.attentionData : 2)));
}

/** How many sizes are captured for prefill up to `most` tokens (0.5.9 server_args.py, 0.5.23 cuda_graph_hook.py). */
export function prefillSizes(most: number): number {
  const steps: readonly Steps[] = [
    [4, 32, 4],
    [48, 256, 16],
    [288, 512, 32],
    [576, 1024, 64],
    [1280, 4096, 256],
    [4608, most, 512],
  ];
  return steps.reduce((count, [from, to, by]) => count + Math.max(0, Math.floor((Math.min(to, most) - from) / by) + 1), 0);
}

/** First size, last size, distance. */
type Steps = readonly [number, number, number];
