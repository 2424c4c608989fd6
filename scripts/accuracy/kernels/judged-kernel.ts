import type { KernelTable } from "../../../src/catalog/kernels.ts";

/** What was left out of the measurements that speak: a quarter of the sizes, the GPU, or its whole generation. */
export type LeftOut = "sizes" | "GPU" | "generation";

/** A measured kernel with what is said of it where it was left out. */
export interface JudgedKernel {
  readonly gpu: string;
  readonly table: KernelTable;
  readonly format: string;
  readonly leftOut: LeftOut;
  /** Seconds. */
  readonly measured: number;
  readonly predicted: number;
  readonly roofline: number;
}

export const folds = 4;

/** FNV-1a of the sizes. */
export function foldOf(row: readonly number[]): number {
  let hash = 2_166_136_261;
  for (const character of row.slice(0, -1).join()) hash = Math.imul(hash ^ character.charCodeAt(0), 16_777_619);
  return (hash >>> 0) % folds;
}

/** Percent. */
export function errorOf(predicted: number, measured: number): number {
  return 100 * Math.abs(predicted / measured - 1);
}
