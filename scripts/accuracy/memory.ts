import { join } from "node:path";
import type { Catalog } from "../../src/catalog/catalog.ts";
import { judgedStart } from "./memory/judged-start.ts";
import { memoryMetrics } from "./memory/metrics.ts";
import { readObservedStarts } from "./memory/observed-start.ts";
import { memoryPlots } from "./memory/plots.ts";
import { memoryTables } from "./memory/tables.ts";
import type { Suite, SuiteResult } from "./suite.ts";

const table = "reference/memory-observed.csv";
/** Starts that no constant was fitted on, in the folder of the repository's own tables. */
const holdOutTable = "memory-holdout.csv";

/** Memory figures that engines logged at their start. */
export const memory: Suite = {
  name: "memory",
  aliases: ["m"],
  title: "Memory at the start",
  files: [table],
  run(data, catalog, own) {
    const judged = judgedStarts(join(data, table), catalog);
    const { metrics, tables } = holdOut(join(own, holdOutTable), catalog);
    return { ...judged, metrics: [...judged.metrics, ...metrics], tables: [...judged.tables, ...tables] };
  },
};

/** The suite on one table of observed starts. */
export function judgedStarts(path: string, catalog: Catalog): SuiteResult {
  const judged = readObservedStarts(path).map((start) => judgedStart(start, catalog));
  return { metrics: memoryMetrics(judged), tables: memoryTables(judged), plots: memoryPlots(judged) };
}

/** The same figures of other starts, told beside those that have bars. */
export function holdOut(path: string, catalog: Catalog): Pick<SuiteResult, "metrics" | "tables"> {
  const { metrics, tables } = judgedStarts(path, catalog);
  return {
    metrics: metrics.filter(({ unit }) => unit !== "ms").map((metric) => ({ ...metric, name: `hold-out, ${metric.name}` })),
    tables: tables.map((one) => ({ ...one, title: `hold-out, ${one.title}` })),
  };
}
