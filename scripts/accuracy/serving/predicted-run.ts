import type { Catalog } from "../../../src/catalog/catalog.ts";
import { answerLine } from "../../../src/cli/cases.ts";
import { simulateCase } from "../../../src/cli/commands/simulate.ts";
import type { Summary } from "../../../src/simulation/report.ts";

/** What `simulate --cases` answers to a case, or why it does not. */
export type PredictedRun =
  | { readonly summary: Summary; readonly reason?: undefined }
  | { readonly summary?: undefined; readonly reason: string };

/** Asks the command line's own path. */
export function predictedRun(written: unknown, catalog: Catalog): PredictedRun {
  const said = answerLine(JSON.stringify(written), { folder: ".", catalog }, simulateCase);
  return said.error ? { reason: said.error.message } : { summary: said.summary };
}
