import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadCatalog } from "../../src/platform/catalog-files.ts";
import { readIndex } from "./index-entry.ts";
import { judgeAll } from "./judge-all.ts";
import { noNotes, readNotes } from "./notes.ts";
import { page } from "./page.ts";
import { printed } from "./print.ts";
import { summarise } from "./summary.ts";

export interface CorpusOptions {
  /** Holds the files and their index.json. */
  readonly folder: string;
  /** The catalogue's files. */
  readonly data: string;
  /** What is known about the files beside the index; undefined for a corpus nobody looked at. */
  readonly notes: string | undefined;
  /** Only files of this format of the index. */
  readonly format: string | undefined;
  readonly json: boolean;
  /** Where the numbers are written to. */
  readonly page: string | undefined;
}

/** Analyses every file of the index and prints how it compares; 1 where a bar is missed. */
export function main(options: CorpusOptions): number {
  const catalog = loadCatalog(options.data);
  const notes = options.notes === undefined ? noNotes : readNotes(options.notes);
  const entries = readIndex(options.folder).filter(
    ({ file, format }) => (options.format === undefined || format === options.format) && existsSync(join(options.folder, file)),
  );
  const { judgements, crashes, cost } = judgeAll(entries, options.folder, notes, catalog);
  const summary = summarise(judgements, crashes, cost);
  console.log(options.json ? JSON.stringify({ version: 1, ...summary, crashes, judgements }) : printed(summary, judgements, crashes));
  if (options.page !== undefined) writeFileSync(options.page, page(summary));
  return summary.bars.every(({ met }) => met) ? 0 : 1;
}
