import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadCatalog } from "../../src/platform/catalog-files.ts";
import { readIndex } from "../corpus/index-entry.ts";
import { mutantsOf, mutations } from "./all.ts";
import { isGoodEnough, page, printed, shareOf } from "./report.ts";

export interface MutateOptions {
  /** Files of the project's own. */
  readonly own: string;
  /** Published files with their index.json; may be missing. */
  readonly corpus: string;
  /** The catalogue's files. */
  readonly data: string;
  readonly format: string | undefined;
  readonly json: boolean;
  /** Where the numbers are written to. */
  readonly page: string | undefined;
}

/** Breaks every deployment in every way that an engine refuses, and prints what was noticed; 1 where too little was. */
export function main({ own, corpus, data, format, json, page: pagePath }: MutateOptions): number {
  const catalog = loadCatalog(data);
  const files = [...ownFiles(own), ...corpusFiles(corpus)].filter((one) => format === undefined || one.format === format);
  const results = files.flatMap(({ file, format, text }) => mutantsOf(file, format, text, catalog));
  const share = shareOf(results);
  const told = json ? JSON.stringify({ version: 1, ...share, results }, withoutText) : printed(results, mutations);
  console.log(told);
  if (pagePath !== undefined) writeFileSync(pagePath, page(results, mutations));
  return isGoodEnough(share) ? 0 : 1;
}

/** Broken files are long; what was done to them is told. */
function withoutText(key: string, value: unknown): unknown {
  return key === "text" ? undefined : value;
}

interface Source {
  readonly file: string;
  readonly format: string;
  readonly text: string;
}

function ownFiles(folder: string): Source[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".yaml"))
    .map((file) => ({ file, format: "own", text: readFileSync(join(folder, file), "utf8") }));
}

function corpusFiles(folder: string): Source[] {
  if (!existsSync(join(folder, "index.json"))) return [];
  return readIndex(folder)
    .filter(({ negative, file }) => !negative && existsSync(join(folder, file)))
    .map(({ file, format }) => ({ file, format, text: readFileSync(join(folder, file), "utf8") }));
}
