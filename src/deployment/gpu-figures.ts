import { figure, gib } from "../catalog/quantity.ts";
import { writtenBytes, writtenBytesPerSecond, writtenFlops } from "../catalog/written-quantity.ts";

/** One kind of figure of a data sheet: how it is written, and between what cards of any age lie, which a slip of its unit leaves. */
export interface GpuFigure {
  readonly read: (text: string) => number | undefined;
  readonly example: string;
  readonly least: number;
  readonly most: number;
  readonly words: (value: number) => string;
}

const gigabytes = (value: number): string => `${figure(value / 1e9)} GB/s`;

export const gpuFigures: Readonly<Record<"memory" | "bandwidth" | "flops" | "link", GpuFigure>> = {
  memory: { read: writtenBytes, example: "80 GiB", least: 2 ** 30, most: 2 ** 44, words: gib },
  bandwidth: { read: writtenBytesPerSecond, example: "3.35 TB/s", least: 5e9, most: 1e15, words: gigabytes },
  flops: { read: writtenFlops, example: "989 TFLOPS", least: 1e11, most: 1e18, words: (value) => `${figure(value / 1e12)} TFLOPS` },
  link: { read: writtenBytesPerSecond, example: "450 GB/s", least: 1e7, most: 1e14, words: gigabytes },
};
