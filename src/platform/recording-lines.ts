import { closeSync, createReadStream, openSync, readdirSync, readSync, type Stats, statSync } from "node:fs";
import { basename, join } from "node:path";
import { pipeline, type Readable } from "node:stream";
import { constants, createGunzip } from "node:zlib";
import { message } from "../deployment/message.ts";
import type { NumberedLine } from "../live/sources/recorded-looks.ts";
import { FileError, readTextFile, reason } from "./text-files.ts";

/** A look at many servers with their buckets takes some hundred kilobytes. */
const longestLine = 8 * 2 ** 20;
/** As for a page that is fetched. */
const largestPage = 16 * 2 ** 20;

/**
 * The lines of a recording, read as they are asked for; compressed or not, by the file's first bytes. A folder of saved metrics pages
 * whose names end in the unix time (`page-1795220873.prom`) reads as lines of theirs. Throws FileError where there is nothing to read.
 */
export async function* recordingLines(path: string): AsyncGenerator<NumberedLine> {
  if (isFolder(path) || path.endsWith(".prom")) yield* pages(path);
  else yield* lines(path);
}

/** Unix seconds of the first and last look of a recording; reads all of it. */
export async function recordingSpan(path: string): Promise<{ readonly from: number | null; readonly to: number | null }> {
  let from: number | null = null;
  let to: number | null = null;
  for await (const line of recordingLines(path)) {
    const time = Number(line.problem ? undefined : /"time":(\d+(?:\.\d+)?)/.exec(line.text)?.[1]);
    if (!Number.isFinite(time)) continue;
    from ??= time;
    to = time;
  }
  return { from, to };
}

function isFolder(path: string): boolean {
  const stat = statOf(path);
  // A pipe can be read once, and a recording is read again wherever somebody jumps.
  if (!stat.isDirectory() && !stat.isFile()) throw new FileError("no-file", "is no file");
  return stat.isDirectory();
}

function statOf(path: string): Stats {
  try {
    return statSync(path);
  } catch (error) {
    throw new FileError("unreadable", reason(error));
  }
}

function* pages(path: string): Generator<NumberedLine> {
  const files = isFolder(path) ? readdirSync(path).map((name) => join(path, name)) : [path];
  const timed = files.filter((file) => file.endsWith(".prom")).map((file) => ({ file, time: timeOf(file) }));
  if (timed.length === 0) throw new FileError("unreadable", "holds no saved page (*.prom)");
  timed.sort((a, b) => a.time - b.time);
  for (const [index, { file, time }] of timed.entries()) {
    const number = index + 1;
    try {
      yield { number, text: JSON.stringify({ time, text: readTextFile(file, largestPage) }) };
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      yield { number, problem: message("{0} {1}", basename(file), error.message) };
    }
  }
}

/** Unix seconds that the name ends with, else when it was written. */
function timeOf(file: string): number {
  const named = /(\d{10})(?:\.\d+)?\.prom$/.exec(file)?.[1];
  return named === undefined ? statSync(file).mtimeMs / 1000 : Number(named);
}

async function* lines(path: string): AsyncGenerator<NumberedLine> {
  const file = createReadStream(path);
  const text: Readable = isCompressed(path)
    ? // What a killed process left is read as far as it goes.
      pipeline(file, createGunzip({ finishFlush: constants.Z_SYNC_FLUSH }), () => {})
    : file;
  text.setEncoding("utf8");
  let number = 0;
  let rest = "";
  let skipping = false;
  try {
    for await (const part of text) {
      const pieces = (rest + String(part)).split("\n");
      rest = pieces.pop() ?? "";
      for (const piece of pieces) {
        number++;
        if (skipping) yield { number, problem: message("too long to be a look") };
        else yield { number, text: piece };
        skipping = false;
      }
      if (rest.length > longestLine) skipping = true;
      if (skipping) rest = "";
    }
  } catch (error) {
    yield { number: number + 1, problem: message("the rest is damaged ({0})", reason(error)) };
    return;
  } finally {
    file.destroy();
  }
  if (skipping) yield { number: number + 1, problem: message("too long to be a look") };
  else if (rest !== "") yield { number: number + 1, text: rest };
}

function isCompressed(path: string): boolean {
  const handle = openSync(path, "r");
  try {
    const start = Buffer.alloc(2);
    return readSync(handle, start, 0, 2, 0) === 2 && start[0] === 0x1f && start[1] === 0x8b;
  } finally {
    closeSync(handle);
  }
}
