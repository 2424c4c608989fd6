import { join } from "node:path";
import type { Catalog } from "../../src/catalog/catalog.ts";
import { judgedStart } from "./memory/judged-start.ts";
import { memoryMetrics } from "./memory/metrics.ts";
import { readObservedStarts } from "./memory/observed-start.ts";
import { memoryPlots } from "./memory/plots.ts";
import { memoryTables } from "./memory/tables.ts";
import type { Suite, SuiteResult } from "./suite.ts";

const table = "reference/memory-observed.csv";

/** Memory figures that engines logged at their start. */
export const memory: Suite = {
  name: "memory",
  aliases: ["m"],
  title: "Memory at the start",
  files: [table],
  run: (data, catalog) => judgedStarts(join(data, table), catalog),
};

/** The suite on one table of observed starts. */
export function judgedStarts(path: string, catalog: Catalog): SuiteResult {
  const judged = readObservedStarts(path).map((start) => judgedStart(start, catalog));
  return { metrics: memoryMetrics(judged), tables: memoryTables(judged), plots: memoryPlots(judged) };
}
