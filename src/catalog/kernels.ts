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
export const measuredGpus: readonly GpuId[] = [
  "A100-SXM4-80GB",
  "H100-SXM5-80GB",
  "H200-SXM",
  "B200-SXM",
  "L40S",
  "RTX-4090",
  "RTX-PRO-6000-Blackwell-Server",
];

/** Those of them whose exchanges with others of the same node it has. */
export const measuredLinks: readonly GpuId[] = ["A100-SXM4-80GB", "H100-SXM5-80GB", "H200-SXM", "B200-SXM", "L40S"];

/** The second fills what the first lacks; a third was never asked. */
const mostSpokesmen = 2;

/** Kernels of one GPU that speak for it or for others. */
export interface GpuKernels {
  readonly measuredOn: Gpu;
  readonly groups: readonly KernelGroup[];
}

/** Measured GPUs that speak for another, nearest first: itself, then by bandwidth those of the same compute capability, else of the same generation. */
export function spokesmen(gpu: Gpu, measured: readonly Gpu[]): readonly Gpu[] {
  const capability = gpu.computeCapability;
  if (gpu.vendor !== "nvidia" || capability === null) return measured.filter(({ id }) => id === gpu.id);
  const same = measured.filter((one) => one.computeCapability === capability);
  const near = same.length > 0 ? same : measured.filter((one) => Math.floor(one.computeCapability ?? 0) === Math.floor(capability));
  const apart = ({ id, memoryBytesPerSecond }: Gpu): number =>
    id === gpu.id ? -1 : Math.abs(Math.log(memoryBytesPerSecond / gpu.memoryBytesPerSecond));
  return [...near].sort((a, b) => apart(a) - apart(b)).slice(0, mostSpokesmen);
}

/** The measured GPU whose exchanges speak for a link between GPUs like this one: the GPU itself, else the nearest rate of the same kind. */
export function linkSpokesman(gpu: Gpu, link: Link, measured: readonly Gpu[]): Gpu | undefined {
  if (gpu.vendor !== "nvidia") return undefined;
  const alike = measured.filter(({ id, scaleUp, pcie }) => measuredLinks.includes(id) && (scaleUp ?? pcie).kind === link.kind);
  const apart = ({ scaleUp, pcie }: Gpu): number => Math.abs(Math.log((scaleUp ?? pcie).bytesPerSecond / link.bytesPerSecond));
  return alike.find(({ id }) => id === gpu.id) ?? [...alike].sort((a, b) => apart(a) - apart(b))[0];
}
