import { basename } from "node:path";
import { plain } from "../../deployment/message.ts";
import { type BenchmarkFile, type BenchmarkFiles, benchmarkLoads } from "../../live/bench/benchmark-files.ts";
import { FileError, mebibyte, readTextFile } from "../../platform/text-files.ts";
import { usage } from "../exit.ts";

const mostBytes = 256 * mebibyte;

/** Reads results of load generators. Throws CliError where one cannot be read at all, or none of them holds a load. */
export function benchOption(paths: readonly string[]): BenchmarkFiles {
  const read = benchmarkLoads(paths.map(fileAt));
  if (read.loads.length > 0) return read;
  const why = read.problems.map((one) => `${one.file}${one.line === null ? "" : `:${one.line + 1}`}: ${plain(one.message)}`);
  throw usage(why.join("\n") || "No load was found in these files.");
}

function fileAt(path: string): BenchmarkFile {
  try {
    return { name: basename(path), text: readTextFile(path, mostBytes) };
  } catch (error) {
    if (error instanceof FileError) throw usage(`${path}: ${error.message}`);
    throw error;
  }
}
