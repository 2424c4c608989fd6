import { measuredGpus } from "../../src/catalog/kernels.ts";
import { judgedExchanges } from "./kernels/judged-exchanges.ts";
import { errorOf, type JudgedKernel, type LeftOut } from "./kernels/judged-kernel.ts";
import { judgedOperators } from "./kernels/judged-operators.ts";
import { groupedBy, median, quantile } from "./statistics.ts";
import type { Metric, Suite, SuiteResult, Table } from "./suite.ts";

/** Kernels at sizes that were left out of the fit, a quarter at a time by a hash of the sizes; and those of each GPU by the others alone. */
export const kernels: Suite = {
  name: "kernels",
  aliases: ["k"],
  title: "Kernels at sizes left out",
  // The catalogue holds them.
  files: [],
  run: (_, catalog) => {
    const measured = measuredGpus.flatMap((id) => catalog.gpu(id) ?? []);
    return judged(measured.flatMap((gpu) => [...judgedOperators(gpu, catalog, measured), ...judgedExchanges(gpu, catalog, measured)]));
  },
};

const percentOf = (found: readonly JudgedKernel[]): readonly number[] =>
  found.map(({ predicted, measured }) => errorOf(predicted, measured));

function judged(all: readonly JudgedKernel[]): SuiteResult {
  const of = (leftOut: LeftOut): readonly JudgedKernel[] => all.filter((one) => one.leftOut === leftOut);
  return {
    metrics: [
      ...metrics(of("sizes"), "sizes left out", "at sizes left out"),
      ...metrics(of("GPU"), "GPU left out", "of a GPU left out"),
      ...metrics(of("generation"), "generation left out", "of a generation left out"),
    ],
    tables: [
      breakdown(of("sizes"), "Kernels at sizes left out, by GPU, operator and format"),
      breakdown(of("GPU"), "Kernels of a GPU by those of others, by GPU, operator and format"),
      bands(all),
    ],
    plots: [],
  };
}

function metrics(found: readonly JudgedKernel[], short: string, how: string): readonly Metric[] {
  const metric = (name: string, of: readonly JudgedKernel[]): Metric => ({
    name,
    rows: of.length,
    value: median(percentOf(of)),
    unit: "%",
  });
  return [
    metric(`kernels ${how}: median error`, found),
    ...[...groupedBy(found, ({ table }) => table)].map(([table, of]) => metric(`kernels, ${table}, ${short}: median error`, of)),
  ];
}

function breakdown(found: readonly JudgedKernel[], title: string): Table {
  return {
    title,
    note: "Errors in percent: median, 90th percentile, and the roofline's median beside them.",
    rows: [
      ["GPU", "operator", "format", "rows", "median", "90th", "roofline"],
      ...[...groupedBy(found, ({ gpu, table, format }) => `${gpu}|${table}|${format}`)].map(([key, of]) => {
        const percent = percentOf(of);
        const roofline = median(of.map((one) => errorOf(one.roofline, one.measured)));
        return [...key.split("|"), of.length, median(percent).toFixed(1), quantile(percent, 0.9).toFixed(0), roofline.toFixed(0)];
      }),
    ],
  };
}

/** What `src/timing/measured/operator-bands.ts` holds. */
function bands(all: readonly JudgedKernel[]): Table {
  return {
    title: "Measured over predicted times of kernels, by operator",
    note: "Tenth and ninetieth percentile; src/timing/measured/operator-bands.ts keeps them.",
    rows: [
      ["operator", "left out", "rows", "10th", "90th"],
      ...[...groupedBy(all, ({ table, leftOut }) => `${table}|${leftOut}`)].map(([key, of]) => {
        const ratios = of.map(({ measured, predicted }) => measured / predicted);
        return [...key.split("|"), of.length, quantile(ratios, 0.1).toFixed(3), quantile(ratios, 0.9).toFixed(3)];
      }),
    ],
  };
}
