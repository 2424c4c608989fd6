import type { Catalog } from "../../../src/catalog/catalog.ts";
import type { Gpu } from "../../../src/catalog/facts.ts";
import { type KernelGroup, spokesmen } from "../../../src/catalog/kernels.ts";
import { linkCard } from "../../../src/timing/measured/expert-exchange-kernels.ts";
import { MeasuredOperator, type MeasuredSource } from "../../../src/timing/measured/measured-operator.ts";
import { type Card, operatorLaws, type PricedTable } from "../../../src/timing/measured/operator-law.ts";
import { foldOf, folds, type JudgedKernel, type LeftOut } from "./judged-kernel.ts";

/** Kernels of one GPU by a field that knows three quarters of them, by one of other GPUs, and by one of other generations alone. */
export function judgedOperators(gpu: Gpu, catalog: Catalog, measured: readonly Gpu[]): readonly JudgedKernel[] {
  const others = spokesmen(
    gpu,
    measured.filter((one) => one !== gpu),
  );
  const older = otherGenerations(gpu, measured);
  const tables = Object.keys(operatorLaws) as readonly PricedTable[];
  return tables.flatMap((table) => {
    const groups = groupsOf(gpu, catalog, table);
    return [...new Set(groups.map((group) => formatOf(table, group)))].flatMap((format) => {
      const alike = (of: Gpu): readonly KernelGroup[] => groupsOf(of, catalog, table).filter((group) => formatOf(table, group) === format);
      const source = (of: Gpu): MeasuredSource => ({ card: cardOf(of, table, format), groups: alike(of) });
      const sources = (of: readonly Gpu[]): readonly MeasuredSource[] => of.map(source).filter((one) => one.groups.length > 0);
      const elsewhere = sources(others);
      const far = sources(older).slice(0, 1);
      const judge = judging(gpu, table, format);
      return alike(gpu).flatMap((group) => [
        ...Array.from({ length: folds }, (_, fold) =>
          judge(group, [without(source(gpu), fold)], "sizes", (row) => foldOf(row) === fold),
        ).flat(),
        ...(elsewhere.length > 0 ? judge(group, elsewhere, "GPU", () => true) : []),
        ...(far.length > 0 ? judge(group, far, "generation", () => true) : []),
      ]);
    });
  });
}

/** Those of another generation, nearest in bandwidth first. */
function otherGenerations(gpu: Gpu, measured: readonly Gpu[]): readonly Gpu[] {
  const generation = ({ computeCapability }: Gpu): number => Math.floor(computeCapability ?? 0);
  const apart = ({ memoryBytesPerSecond }: Gpu): number => Math.abs(Math.log(memoryBytesPerSecond / gpu.memoryBytesPerSecond));
  return measured.filter((one) => generation(one) !== generation(gpu)).sort((a, b) => apart(a) - apart(b));
}

/** What runs the projections as well is another operator. */
function groupsOf(gpu: Gpu, catalog: Catalog, table: PricedTable): readonly KernelGroup[] {
  const own = catalog.kernels(gpu).find(({ measuredOn }) => measuredOn.id === gpu.id);
  return (own?.groups ?? []).filter((group) => group.table === table && !group.kind.startsWith("module"));
}

/** Routings of experts are one format. */
function formatOf(table: PricedTable, { kind }: KernelGroup): string {
  return table === "experts" ? (kind.split(" ")[0] ?? kind) : kind;
}

function without({ card, groups }: MeasuredSource, fold: number): MeasuredSource {
  return { card, groups: groups.map((one) => ({ ...one, rows: one.rows.filter((row) => foldOf(row) !== fold) })) };
}

function judging(gpu: Gpu, table: PricedTable, format: string) {
  const law = operatorLaws[table];
  const card = cardOf(gpu, table, format);
  return (
    group: KernelGroup,
    sources: readonly MeasuredSource[],
    leftOut: LeftOut,
    isJudged: (row: readonly number[]) => boolean,
  ): readonly JudgedKernel[] => {
    const operator = new MeasuredOperator(table, sources, { engine: group.engine, kinds: [group.kind], card, basis: "measured" });
    return group.rows.filter(isJudged).map((row) => {
      const [first = 1, ...others] = row.slice(0, -1);
      return {
        gpu: gpu.id,
        table,
        format,
        leftOut,
        measured: (row.at(-1) ?? Number.NaN) * 1e-6,
        predicted: operator.by(...others)(first),
        roofline: law.roofline([first, ...others], card),
      };
    });
  };
}

const bytes: Readonly<Record<string, number>> = { bfloat16: 2, int4_wo: 0.53, w4a16_mxfp4: 0.53, w4a8_mxfp4_mxfp8: 0.53, nvfp4: 0.5625 };

function cardOf(gpu: Gpu, table: PricedTable, format: string): Card {
  if (table === "allToAll") return linkCard(gpu, (gpu.scaleUp ?? gpu.pcie).bytesPerSecond);
  const { flops, memoryBytesPerSecond } = gpu;
  const plainFlops = flops.bf16 ?? 1e14;
  const name = table === "latentPrefill" || table === "latentDecode" ? (format.split(" ")[1] ?? format) : format;
  const multiplies = table === "gemm" || table === "experts";
  const narrow = name.startsWith("fp8") ? flops.fp8 : name === "nvfp4" ? flops.fp4 : name === "sq" ? flops.int8 : undefined;
  return {
    flops: (multiplies ? narrow : undefined) ?? plainFlops,
    plainFlops,
    bytesPerSecond: memoryBytesPerSecond,
    elementBytes: bytes[name] ?? 1,
  };
}
