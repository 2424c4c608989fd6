import { readStartLog } from "../../live/starts/read-start-log.ts";
import type { StartLog } from "../../live/starts/start-log.ts";
import { FileError, mebibyte, readTextFile } from "../../platform/text-files.ts";
import { usage } from "../exit.ts";

const mostBytes = 256 * mebibyte;

/** Reads an engine's log. Throws CliError where it cannot be read or holds nothing of a start. */
export function startLogOption(path: string): StartLog {
  let text: string;
  try {
    text = readTextFile(path, mostBytes);
  } catch (error) {
    if (error instanceof FileError) throw usage(`${path}: ${error.message}`);
    throw error;
  }
  const log = readStartLog(text);
  if (!log) throw usage(`${path}: nothing of an engine's start-up was found in this log.`);
  return log;
}
