import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { analyse } from "../../src/language/analysis.ts";
import { loadCatalog } from "../../src/platform/catalog-files.ts";
import { type IndexEntry, ourFormats, readIndex } from "./index-entry.ts";
import { type FileResult, judge } from "./judge.ts";

export interface CorpusOptions {
  readonly folder: string;
  /** The catalogue's files. */
  readonly data: string;
  readonly json: boolean;
}

/** Analyses every file of the index and prints the result; 1 where something crashed, was found in a file without engines, or is a false error. */
export function main({ folder, data, json }: CorpusOptions): number {
  const catalog = loadCatalog(data);
  const results = readIndex(folder)
    .filter(({ file }) => existsSync(join(folder, file)))
    .map((entry) => one(entry, readFileSync(join(folder, entry.file), "utf8"), catalog));
  const summary = summarise(results);
  console.log(json ? JSON.stringify({ version: 1, ...summary, files: results }) : text(summary, results));
  return summary.crashes + summary.falseUnits + summary.falseErrors.length > 0 ? 1 : 0;
}

function one(entry: IndexEntry, source: string, catalog: ReturnType<typeof loadCatalog>): FileResult {
  const started = performance.now();
  try {
    return judge(entry, analyse(source, { catalog, fileName: entry.file }), performance.now() - started);
  } catch (error) {
    const crash = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const { file, format, units, excuse } = entry;
    return {
      file,
      format,
      formats: [],
      expectedUnits: units,
      units: 0,
      misses: [],
      falseUnits: 0,
      findings: [],
      problems: [],
      excuse,
      crash,
      milliseconds: performance.now() - started,
    };
  }
}

function summarise(results: readonly FileResult[]) {
  const ours = results.filter(({ format }) => ourFormats.has(format));
  const count = (words: readonly string[]): Record<string, number> => {
    const counts: Record<string, number> = {};
    for (const word of [...words].sort()) counts[word] = (counts[word] ?? 0) + 1;
    return counts;
  };
  return {
    total: results.length,
    ours: ours.length,
    recognised: ours.filter(({ units }) => units > 0).length,
    recognisedByFormat: count(results.flatMap(({ formats }) => formats)),
    withMisses: ours.filter(({ misses }) => misses.length > 0).length,
    falseUnits: results.reduce((sum, { falseUnits }) => sum + falseUnits, 0),
    crashes: results.filter(({ crash }) => crash !== null).length,
    findingsByCode: count(results.flatMap(({ findings }) => findings.map(({ code, severity }) => `${code} (${severity})`))),
    /** Errors in files that their index does not call wrong. */
    falseErrors: results
      .filter(({ excuse, findings }) => excuse === null && findings.some(({ severity }) => severity === "error"))
      .map(({ file }) => file),
    milliseconds: Math.round(results.reduce((sum, { milliseconds }) => sum + milliseconds, 0)),
    slowestMilliseconds: Math.round(Math.max(0, ...results.map(({ milliseconds }) => milliseconds))),
  };
}

function text(summary: ReturnType<typeof summarise>, results: readonly FileResult[]): string {
  const lines = [
    `${summary.total} files, ${summary.ours} of our formats, ${summary.recognised} of them recognised; ${summary.milliseconds} ms, slowest ${summary.slowestMilliseconds} ms`,
    `by format: ${pairs(summary.recognisedByFormat)}`,
    `findings: ${pairs(summary.findingsByCode) || "none"}`,
    `crashes: ${summary.crashes}; engines in files without one: ${summary.falseUnits}; files otherwise than indexed: ${summary.withMisses}`,
  ];
  for (const { file, misses } of results) for (const miss of misses) lines.push(`  miss   ${file}: ${miss}`);
  for (const { file, crash, falseUnits } of results) {
    if (crash) lines.push(`  crash  ${file}: ${crash}`);
    if (falseUnits > 0) lines.push(`  false  ${file}: ${falseUnits} engines`);
  }
  for (const { file, findings, excuse } of results) {
    for (const { code, severity, line, message } of findings) {
      if (severity === "error") lines.push(`  error  ${file}:${line} ${code}: ${message}${excuse ? ` [indexed: ${excuse}]` : ""}`);
    }
  }
  for (const { file, problems } of results) for (const { line, message } of problems) lines.push(`  note   ${file}:${line} ${message}`);
  return lines.join("\n");
}

function pairs(counts: Record<string, number>): string {
  return Object.entries(counts)
    .map(([word, count]) => `${word} ${count}`)
    .join(", ");
}
