import type { Catalog } from "../../src/catalog/catalog.ts";
import type { Gpu } from "../../src/catalog/facts.ts";
import { type KernelGroup, measuredGpus } from "../../src/catalog/kernels.ts";
import { MeasuredOperator } from "../../src/timing/measured/measured-operator.ts";
import { type Card, type OperatorLaw, operatorLaws } from "../../src/timing/measured/operator-law.ts";
import { groupedBy, median, quantile } from "./statistics.ts";
import type { Metric, Suite, SuiteResult, Table } from "./suite.ts";

/** Kernels at sizes that were left out of the fit: a quarter at a time, by a hash of the sizes. */
export const kernels: Suite = {
  name: "kernels",
  aliases: ["k"],
  title: "Kernels at sizes left out",
  // The catalogue holds them.
  files: [],
  run: (_, catalog) => judged(measuredGpus.flatMap((id) => catalog.gpu(id) ?? []).flatMap((gpu) => errorsOn(gpu, catalog))),
};

const folds = 4;

interface Errors {
  readonly gpu: string;
  readonly table: string;
  readonly format: string;
  readonly percent: readonly number[];
  readonly roofline: readonly number[];
}

function errorsOn(gpu: Gpu, catalog: Catalog): readonly Errors[] {
  const groups = catalog.kernels(gpu)?.groups ?? [];
  return Object.entries(operatorLaws).flatMap(([table, law]) => {
    // What runs the projections as well is another operator.
    const own = groups.filter((group) => group.table === table && !group.kind.startsWith("module"));
    return [...groupedBy(own, ({ kind }) => formatOf(table, kind))].flatMap(([format, alike]) => {
      const card = cardOf(gpu, table, format);
      return alike.map((group): Errors => ({ gpu: gpu.id, table, format, ...leftOut(law, group, alike, card) }));
    });
  });
}

/** Routings of experts are one format. */
function formatOf(table: string, kind: string): string {
  return table === "experts" ? (kind.split(" ")[0] ?? kind) : kind;
}

function leftOut(law: OperatorLaw, group: KernelGroup, alike: readonly KernelGroup[], card: Card): Pick<Errors, "percent" | "roofline"> {
  const percent: number[] = [];
  const roofline: number[] = [];
  for (let fold = 0; fold < folds; fold++) {
    const kept = alike.map((one) => ({ ...one, rows: one.rows.filter((row) => foldOf(row) !== fold) }));
    const operator = new MeasuredOperator(law, kept, { engine: group.engine, kinds: [group.kind], measuredOn: card, card });
    for (const row of group.rows.filter((one) => foldOf(one) === fold)) {
      const [first = 1, ...others] = row.slice(0, -1);
      const measured = (row.at(-1) ?? Number.NaN) * 1e-6;
      percent.push(100 * Math.abs(operator.by(...others)(first) / measured - 1));
      roofline.push(100 * Math.abs(law.roofline([first, ...others], card) / measured - 1));
    }
  }
  return { percent, roofline };
}

/** FNV-1a of the sizes. */
function foldOf(row: readonly number[]): number {
  let hash = 2_166_136_261;
  for (const character of row.slice(0, -1).join()) hash = Math.imul(hash ^ character.charCodeAt(0), 16_777_619);
  return (hash >>> 0) % folds;
}

const bytes: Readonly<Record<string, number>> = { bfloat16: 2, int4_wo: 0.53, w4a16_mxfp4: 0.53, w4a8_mxfp4_mxfp8: 0.53, nvfp4: 0.5625 };

function cardOf({ flops, memoryBytesPerSecond }: Gpu, table: string, format: string): Card {
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

function judged(errors: readonly Errors[]): SuiteResult {
  const all = errors.flatMap(({ percent }) => percent);
  const byTable = groupedBy(errors, ({ table }) => table);
  const metrics: readonly Metric[] = [
    { name: "kernels at sizes left out: median error", rows: all.length, value: median(all), unit: "%" },
    ...[...byTable].map(([table, found]): Metric => {
      const percent = found.flatMap((one) => one.percent);
      return { name: `kernels, ${table}: median error`, rows: percent.length, value: median(percent), unit: "%" };
    }),
  ];
  const tables: readonly Table[] = [
    {
      title: "Kernels at sizes left out, by GPU, operator and format",
      note: "Errors in percent: median, 90th percentile, and the roofline's median beside them.",
      rows: [
        ["GPU", "operator", "format", "rows", "median", "90th", "roofline"],
        ...[...groupedBy(errors, ({ gpu, table, format }) => `${gpu}|${table}|${format}`)].map(([key, found]) => {
          const percent = found.flatMap((one) => one.percent);
          const [gpu = "", table = "", format = ""] = key.split("|");
          const roofline = found.flatMap((one) => one.roofline);
          return [
            gpu,
            table,
            format,
            percent.length,
            median(percent).toFixed(1),
            quantile(percent, 0.9).toFixed(0),
            median(roofline).toFixed(0),
          ];
        }),
      ],
    },
  ];
  return { metrics, tables, plots: [] };
}
