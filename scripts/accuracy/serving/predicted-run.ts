import type { Catalog } from "../../../src/catalog/catalog.ts";
import { answerLine } from "../../../src/cli/cases.ts";
import { simulateCase } from "../../../src/cli/commands/simulate.ts";
import type { ModeTime, Report, Summary } from "../../../src/simulation/report/report.ts";

/** What `simulate --cases` answers to a case, or why it does not. */
export type PredictedRun =
  | {
      readonly summary: Summary;
      readonly modes: readonly ModeTime[];
      readonly confidence: Report["confidence"];
      readonly reason?: undefined;
    }
  | { readonly summary?: undefined; readonly reason: string };

/** Asks the command line's own path. */
export function predictedRun(written: unknown, catalog: Catalog): PredictedRun {
  const said = answerLine(JSON.stringify(written), { folder: ".", catalog }, simulateCase);
  if (said.error) return { reason: said.error.message };
  const { summary, modes, confidence } = said;
  return { summary, modes, confidence };
}
