import type { Catalog } from "../../../src/catalog/catalog.ts";
import type { Gpu } from "../../../src/catalog/facts.ts";
import { type KernelGroup, linkSpokesman } from "../../../src/catalog/kernels.ts";
import { type CollectiveKind, collectiveLaws, MeasuredCollective } from "../../../src/timing/measured/measured-collective.ts";
import { foldOf, folds, type JudgedKernel, type LeftOut } from "./judged-kernel.ts";

/** Exchanges between GPUs of one kind by curves that know three quarters of their sizes, and by those of another GPU's links. */
export function judgedExchanges(gpu: Gpu, catalog: Catalog, measured: readonly Gpu[]): readonly JudgedKernel[] {
  const link = gpu.scaleUp ?? gpu.pcie;
  const other = linkSpokesman(
    gpu,
    link,
    measured.filter((one) => one !== gpu),
  );
  return groupsOf(gpu, catalog).flatMap(({ kind, engine, rows }) => {
    if (!isCollective(kind)) return [];
    const judged = (spoken: readonly (readonly number[])[], from: Gpu, leftOut: LeftOut, fold?: number): readonly JudgedKernel[] => {
      const rate = (from.scaleUp ?? from.pcie).bytesPerSecond;
      const curve = new MeasuredCollective(collectiveLaws[kind], spoken, rate, link.bytesPerSecond);
      const least = new MeasuredCollective(collectiveLaws[kind], [], rate, link.bytesPerSecond);
      return rows
        .filter((row) => fold === undefined || foldOf(row) === fold)
        .map(([ranks = 1, bytes = 1, us = Number.NaN]) => ({
          gpu: gpu.id,
          table: "collectives",
          format: kind,
          leftOut,
          measured: us * 1e-6,
          predicted: curve.seconds(ranks, bytes),
          roofline: least.seconds(ranks, bytes),
        }));
    };
    const elsewhere = other && groupsOf(other, catalog).find((group) => group.kind === kind && group.engine === engine);
    return [
      ...Array.from({ length: folds }, (_, fold) =>
        judged(
          rows.filter((row) => foldOf(row) !== fold),
          gpu,
          "sizes",
          fold,
        ),
      ).flat(),
      ...(elsewhere ? judged(elsewhere.rows, other, "GPU") : []),
    ];
  });
}

function isCollective(kind: string): kind is CollectiveKind {
  return kind in collectiveLaws;
}

function groupsOf(gpu: Gpu, catalog: Catalog): readonly KernelGroup[] {
  const own = catalog.kernels(gpu).find(({ measuredOn }) => measuredOn.id === gpu.id);
  return (own?.groups ?? []).filter(({ table }) => table === "collectives");
}
