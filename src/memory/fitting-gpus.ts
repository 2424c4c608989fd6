import type { Gpu, Model, WeightFormat } from "../catalog/facts.ts";
import { shortGpuName } from "../catalog/gpu-names.ts";
import { utilizationDefault } from "../deployment/defaults.ts";
import type { SettledPool } from "../deployment/settled.ts";
import { atLeast, type Version } from "../deployment/version.ts";
import { memoryPlan } from "./memory-plan.ts";
import { oneRank } from "./weights.ts";

/** A tensor-parallel group on which a model would run with room to work. */
export interface FittingGpus {
  readonly gpu: Gpu;
  readonly gpus: number;
  /** `4 × H100-80GB`. */
  readonly label: string;
}

export interface FittingOptions {
  /** The engine whose memory law holds. */
  readonly version: Version;
  readonly kvElementBytes?: number;
  /** KV tokens that must be left; four requests of 8,192 tokens unless said otherwise. */
  readonly tokens?: number;
  /** GPUs of one instance that the file already fixes: only that size is tried. */
  readonly gpus?: number;
}

/** Smallest tensor-parallel group of each GPU (1, 2, 4, 8, dividing the heads, within one scale-up domain or board) that fits, in the order given. */
export function fittingGpus(model: Model, format: WeightFormat, gpus: readonly Gpu[], options: FittingOptions): readonly FittingGpus[] {
  const sizes = options.gpus === undefined ? [1, 2, 4, 8] : [options.gpus];
  return gpus.flatMap((gpu) => {
    const size = sizes.find(
      (tensor) => model.heads % tensor === 0 && hasRoom(model, poolOf(model, format, gpu, tensor, options), options.tokens ?? 32_768),
    );
    return size === undefined ? [] : [{ gpu, gpus: size, label: `${size} × ${shortGpuName(gpu.id)}` }];
  });
}

function hasRoom(model: Model, pool: SettledPool, tokens: number): boolean {
  const plan = memoryPlan(model, pool);
  return plan.fits && plan.kvCacheTokens >= tokens;
}

function poolOf(
  model: Model,
  format: WeightFormat,
  gpu: Gpu,
  tensor: number,
  { version, kvElementBytes = 2 }: FittingOptions,
): SettledPool {
  const link = gpu.scaleUp ?? gpu.pcie;
  return {
    role: "mixed",
    instances: 1,
    version,
    versionAssumed: true,
    gpu,
    gpusPerNode: tensor,
    nodes: 1,
    layout: { ...oneRank, tensor },
    shiftThreshold: null,
    weights: format,
    activationBytes: 2,
    kvElementBytes,
    settings: {
      maxModelLen: Math.min(8192, model.maxPositions || 8192),
      maxNumSeqs: 256,
      maxNumBatchedTokens: 8192,
      blockTokens: 16,
      prefixCaching: true,
      chunkedPrefill: true,
      longPrefillTokenThreshold: 0,
      enforceEager: false,
      asyncScheduling: true,
      cpuOffloadBytes: 0,
      lora: null,
      maxCaptureSize: 512,
      expertExchange: "gather",
      scheduling: { engine: "vllm", reserveFullPrompt: true },
    },
    budget: {
      engine: "vllm",
      gpuMemoryUtilization: utilizationDefault(version),
      kvCacheMemoryBytes: null,
      graphsInBudget: atLeast(version, "0.20.0"),
      cache: {
        isV1: true,
        isGrouped: true,
        states: "none",
        stateElementBytes: 2,
        matrixElementBytes: null,
        draftTokens: 0,
        headLayers: 0,
      },
    },
    kernels: [],
    linkKernels: null,
    links: { intraNode: link, interNode: link, latencySeconds: 0 },
    observed: { gpuTotalBytes: null, kvCacheBlocks: null },
  };
}
