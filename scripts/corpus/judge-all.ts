import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Catalog } from "../../src/catalog/catalog.ts";
import { analyse } from "../../src/language/analysis.ts";
import type { IndexEntry } from "./index-entry.ts";
import { type Judgement, judge } from "./judge.ts";
import type { Notes } from "./notes.ts";
import type { Cost, Crash } from "./summary.ts";
import { told } from "./told.ts";

export interface Judged {
  readonly judgements: readonly Judgement[];
  readonly crashes: readonly Crash[];
  readonly cost: Cost;
}

/** Reads and judges the files one after the other, in one process. */
export function judgeAll(entries: readonly IndexEntry[], folder: string, notes: Notes, catalog: Catalog): Judged {
  const judgements: Judgement[] = [];
  const crashes: Crash[] = [];
  let slowestMs = 0;
  const cpu = process.cpuUsage();
  const started = performance.now();
  for (const entry of entries) {
    const since = performance.now();
    try {
      const analysis = analyse(readFileSync(join(folder, entry.file), "utf8"), { catalog, fileName: entry.file });
      judgements.push(judge(entry, told(analysis, catalog), notes, catalog));
    } catch (error) {
      crashes.push({ file: entry.file, stack: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
    slowestMs = Math.max(slowestMs, performance.now() - since);
  }
  const { user, system } = process.cpuUsage(cpu);
  return { judgements, crashes, cost: { wallMs: performance.now() - started, cpuMs: (user + system) / 1000, slowestMs } };
}
