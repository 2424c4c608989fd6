import type { DType, Gpu, WeightFormat } from "../../catalog/facts.ts";
import { elementBytes } from "../../catalog/weight-format.ts";
import type { SettledPool } from "../../deployment/settled.ts";
import { type Family, familyOf, type GemmRates, hiddenStreaming, rateKey } from "../constants.ts";
import { type Delivery, type EngineCosts, engineCosts } from "../engine-costs.ts";
import type { MeasuredOperator } from "../measured/measured-operator.ts";
import { type PoolKernels, poolKernels } from "../measured/pool-kernels.ts";
import type { Basis } from "../step-model.ts";

/** One kind of matrix multiplication on one GPU. */
export interface GemmKind {
  readonly rates: GemmRates;
  readonly weightBytes: number;
  readonly inputBytes: number;
  readonly outputBytes: number;
  readonly flops: number;
  readonly bytesPerSecond: number;
  readonly tilesAtOnce: number;
  /** Inputs are quantised on the way in. */
  readonly quantises: boolean;
  /** What was measured of it; null = the shares above alone. */
  readonly measured: MeasuredOperator | null;
  /** Share of the time of streaming weights that engines do not spend, against the measured kernel by itself. */
  readonly hidden: number;
  readonly basis: Basis;
}

export interface GpuRates {
  readonly family: Family;
  readonly kernels: PoolKernels;
  readonly measured: boolean;
  /** Layers kept in 16 bit. */
  readonly plain: GemmKind;
  /** Linear layers in the checkpoint's format. */
  readonly linear: GemmKind;
  /** Experts in the checkpoint's format; its `flops` are the peak of that format also where there are none. */
  readonly experts: GemmKind;
  readonly bytesPerSecond: number;
  /** Dense 16-bit peak. */
  readonly plainFlops: number;
  /** What the engine's own ways cost. */
  readonly engine: EngineCosts;
}

export function gpuRates(pool: SettledPool, delivery: Delivery): GpuRates {
  const { gpu, weights, activationBytes } = pool;
  const kernels = poolKernels(pool);
  const { family, measured } = familyOf(gpu.vendor, gpu.computeCapability);
  const plainFlops = (gpu.flops.bf16 ?? gpu.flops.fp16 ?? gpu.flops.fp8 ?? 1e14) / (activationBytes > 2 ? 2 : 1);
  const kind = (format: DType, scale: number, experts: boolean): GemmKind => {
    const key = rateKey(format);
    const own = hardwareFlops(gpu, format, weights);
    const operator = activationBytes > 2 ? null : experts ? kernels.experts(format, weights) : kernels.gemm(format, weights);
    return {
      rates: experts ? family.experts[key] : family[key],
      weightBytes: key === "bf16" ? activationBytes : elementBytes[format] + scale,
      inputBytes: own !== undefined && key !== "bf16" ? elementBytes[format] : activationBytes,
      outputBytes: activationBytes,
      flops: own ?? plainFlops,
      bytesPerSecond: gpu.memoryBytesPerSecond,
      tilesAtOnce: family.tilesAtOnce,
      quantises: own !== undefined && key !== "bf16",
      measured: operator,
      hidden: hiddenShare(format, weights),
      basis: operator?.basis ?? "analytical",
    };
  };
  const format: DType = weights.method === "none" ? "bf16" : weights.linear;
  const plain = { ...kind("bf16", 0, false), flops: plainFlops };
  return {
    family,
    kernels,
    measured,
    plain,
    // What is not narrowed in most layers runs as in 16 bit.
    linear:
      (weights.plain?.attention ?? 0) > 0.5 && (weights.plain?.mlp ?? 0) > 0.5 ? plain : kind(format, weights.scaleBytesPerElement, false),
    experts: kind(weights.experts?.linear ?? format, (weights.experts ?? weights).scaleBytesPerElement, true),
    bytesPerSecond: gpu.memoryBytesPerSecond,
    plainFlops,
    engine: engineCosts(pool, delivery),
  };
}

/** Blocks of FP8 and NVFP4 stream as measured; the other narrow formats have quicker kernels in engines than in the tables. */
function hiddenShare(format: DType, { method, block }: WeightFormat): number {
  if (format === "fp8" && block === undefined) return hiddenStreaming.fp8;
  return method === "mxfp4" && format === "fp4" ? hiddenStreaming.mxfp4 : 0;
}

/** Peak at which this format multiplies in hardware; undefined where weights are widened first. */
function hardwareFlops({ flops }: Gpu, format: DType, { method }: WeightFormat): number | undefined {
  if (format === "fp8") return flops.fp8;
  if (format === "fp4") return flops.fp4;
  // GPTQ and bitsandbytes at 8 bit store integers and multiply in 16 bit.
  if (format === "int8") return method === "compressed-tensors" ? flops.int8 : undefined;
  return undefined;
}
