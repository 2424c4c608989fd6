import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadCatalog } from "../../src/platform/catalog-files.ts";
import { kernels } from "./kernels.ts";
import { memory } from "./memory.ts";
import { page } from "./page.ts";
import { meets, printed, type SuiteRun } from "./print.ts";
import { scatterSvg } from "./scatter.ts";
import { choosing } from "./serving/choosing.ts";
import { closedLoop, closedLoopTable } from "./serving/closed-loop.ts";
import { closedLoopRuns } from "./serving/closed-loop-runs.ts";
import { disaggregated } from "./serving/disaggregated.ts";
import { leftOut } from "./serving/left-out.ts";
import { mlperf } from "./serving/mlperf.ts";
import { offline } from "./serving/offline.ts";
import { openLoop } from "./serving/open-loop.ts";
import { perRequest } from "./serving/per-request.ts";
import { writeBands } from "./serving/write-bands.ts";
import type { Suite } from "./suite.ts";

export interface AccuracyOptions {
  /** Names of suites; none = all. */
  readonly suites: readonly string[];
  /** Folder of the measurements. */
  readonly data: string;
  /** The repository's own tables. */
  readonly own: string;
  /** The catalogue's files. */
  readonly catalog: string;
  readonly json: boolean;
  /** Where the page and its pictures are written to. */
  readonly docs: string | undefined;
  /** Where the product's bands are written to, from the closed-loop runs. */
  readonly bands: string | undefined;
}

const suites: readonly Suite[] = [memory, kernels, closedLoop, disaggregated, offline, openLoop, perRequest, mlperf, choosing, leftOut];

/** Runs the suites and prints how they compare; 1 where a bar is missed. */
export function main({ suites: names, data, own, catalog: folder, json, docs, bands }: AccuracyOptions): number {
  // The page tells of all of them.
  const chosen = names.length === 0 || docs !== undefined ? suites : suites.filter((suite) => names.some((name) => isNamed(suite, name)));
  const strange = names.filter((name) => !suites.some((suite) => isNamed(suite, name)));
  if (strange.length > 0) {
    console.error(
      `No suite ${strange.join(", ")}; there ${suites.length === 1 ? "is" : "are"} ${suites.map(({ name }) => name).join(", ")}.`,
    );
    return 2;
  }
  const catalog = loadCatalog(folder);
  const runs = chosen.map((suite): SuiteRun => {
    const isHere = suite.files.every((file) => existsSync(join(data, file)));
    return { suite, result: isHere ? suite.run(data, catalog, own) : undefined };
  });
  console.log(
    json ? JSON.stringify({ version: 1, suites: runs.map(({ suite, result }) => ({ name: suite.name, ...result })) }) : printed(runs, data),
  );
  if (docs !== undefined && runs.every(({ result }) => result)) writeDocs(runs, docs);
  else if (docs !== undefined) console.error("The page was not written: a suite did not run.");
  if (bands !== undefined) writeBands(closedLoopRuns(join(data, closedLoopTable), catalog), bands);
  return runs.every(({ result }) => result?.metrics.every(meets) ?? true) ? 0 : 1;
}

function isNamed({ name, aliases }: Suite, word: string): boolean {
  return [name, ...aliases].includes(word.toLowerCase());
}

function writeDocs(runs: readonly SuiteRun[], docs: string): void {
  const pictures = join(docs, "accuracy");
  mkdirSync(pictures, { recursive: true });
  writeFileSync(join(docs, "accuracy.md"), page(runs));
  for (const plot of runs.flatMap(({ result }) => result?.plots ?? [])) {
    writeFileSync(join(pictures, `${plot.name}.svg`), scatterSvg(plot));
  }
}
