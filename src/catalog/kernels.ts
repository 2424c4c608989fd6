import type { GpuId } from "./facts.ts";

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

/** GPUs that stand for others of their architecture, by compute capability; the nearest in bandwidth is taken. */
export const measuredGpus: readonly GpuId[] = ["A100-SXM4-80GB", "H100-SXM5-80GB", "H200-SXM", "B200-SXM", "L40S"];
