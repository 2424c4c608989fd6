import type { Gpu, GpuId, Link } from "./facts.ts";

/** Operators of which kernels were measured. */
export type KernelTable = "gemm" | "prefill" | "decode" | "experts" | "latentPrefill" | "latentDecode" | "collectives" | "allToAll";

/** Kernels of one operator as one engine ran them, measured by others (scripts/catalog/kernels.mjs names the sources). */
export interface KernelGroup {
  readonly table: KernelTable;
  /** The engine whose kernels they are; `nccl` for its collectives. */
  readonly engine: string;
  /** Formats and variants, as the source spells them: `fp8_block`, `module fp8 bfloat16`. */
  readonly kind: string;
  /** The operator's sizes, microseconds last. */
  readonly rows: readonly (readonly number[])[];
}

/** GPUs whose kernels the catalogue has. */
export const measuredGpus: readonly GpuId[] = ["A100-SXM4-80GB", "H100-SXM5-80GB", "H200-SXM", "B200-SXM", "L40S"];

/** Those of them whose exchanges with others of the same node it has. */
export const measuredLinks: readonly GpuId[] = ["A100-SXM4-80GB", "H100-SXM5-80GB", "H200-SXM", "B200-SXM", "L40S"];

/** Kernels that speak for a GPU: its own, or those of the nearest measured GPU of its generation. */
export interface GpuKernels {
  readonly measuredOn: Gpu;
  readonly groups: readonly KernelGroup[];
}

/** The measured GPU that speaks for another: the same compute capability, else the same generation, then the nearest in bandwidth. */
export function spokesman(gpu: Gpu, measured: readonly Gpu[]): Gpu | undefined {
  const own = measured.find(({ id }) => id === gpu.id);
  if (own || gpu.vendor !== "nvidia" || gpu.computeCapability === null) return own;
  const capability = gpu.computeCapability;
  const same = measured.filter((one) => one.computeCapability === capability);
  const near = same.length > 0 ? same : measured.filter((one) => Math.floor(one.computeCapability ?? 0) === Math.floor(capability));
  const apart = (one: Gpu): number => Math.abs(Math.log(one.memoryBytesPerSecond / gpu.memoryBytesPerSecond));
  return [...near].sort((a, b) => apart(a) - apart(b))[0];
}

/** The measured GPU whose exchanges speak for a link between GPUs like this one: the GPU itself, else the nearest rate of the same kind. */
export function linkSpokesman(gpu: Gpu, link: Link, measured: readonly Gpu[]): Gpu | undefined {
  if (gpu.vendor !== "nvidia") return undefined;
  const alike = measured.filter(({ id, scaleUp, pcie }) => measuredLinks.includes(id) && (scaleUp ?? pcie).kind === link.kind);
  const apart = ({ scaleUp, pcie }: Gpu): number => Math.abs(Math.log((scaleUp ?? pcie).bytesPerSecond / link.bytesPerSecond));
  return alike.find(({ id }) => id === gpu.id) ?? [...alike].sort((a, b) => apart(a) - apart(b))[0];
}
