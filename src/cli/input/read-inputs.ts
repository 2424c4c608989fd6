import { statSync } from "node:fs";
import { relative, resolve, sep } from "node:path";
import { yamlFilesIn } from "../../platform/find-files.ts";
import { decoded, FileError, mebibyte, readTextFile, reason, tooLarge } from "../../platform/text-files.ts";
import { usage } from "../exit.ts";
import type { Session } from "../session.ts";

/** One text to analyse. */
export interface Input {
  /** As shown: relative to the working folder with `/`, `-` for stdin, `command` for words after `--`. */
  readonly path: string;
  /** Where surroundings are looked for, absolute. */
  readonly place: string;
  readonly text: string;
  readonly kind: "file" | "stdin" | "command";
  /** Named by the user, not found in a folder. */
  readonly named: boolean;
}

export interface Inputs {
  readonly inputs: readonly Input[];
  /** Something that was named could not be read: the command ends with 2. */
  readonly unreadable: boolean;
}

const mostBytes = 64 * mebibyte;
/** In folders such files are data, not deployments. */
const mostFoundBytes = 4 * mebibyte;

/** Reads files, folders, `-` and a bare command. What cannot be read is told on stderr. */
export async function readInputs(paths: readonly string[], { bare, terminal }: Session): Promise<Inputs> {
  if (bare && paths.length > 0) throw usage("Give either paths or a launch command after --, not both.");
  if (bare) return { inputs: [commandInput(bare)], unreadable: false };
  if (paths.length === 0) throw usage("Give a file, a folder, - for stdin, or a launch command after --.");
  const inputs: Input[] = [];
  let unreadable = false;
  const failed = (path: string, why: string): void => {
    unreadable = true;
    terminal.fail(`${path}: ${why}`);
  };
  for (const path of paths) {
    try {
      if (path === "-") inputs.push(await stdinInput());
      else if (statSync(path).isDirectory()) inputs.push(...folderInputs(path, failed));
      else inputs.push({ path: shown(path), place: resolve(path), text: readTextFile(path, mostBytes), kind: "file", named: true });
    } catch (error) {
      failed(path, error instanceof FileError ? error.message : reason(error));
    }
  }
  return { inputs, unreadable };
}

function folderInputs(folder: string, failed: (path: string, why: string) => void): Input[] {
  const { files, problems } = yamlFilesIn(folder);
  for (const { path, why } of problems) failed(shown(path), why);
  return files.flatMap((path): Input[] => {
    try {
      return [{ path: shown(path), place: resolve(path), text: readTextFile(path, mostFoundBytes), kind: "file", named: false }];
    } catch (error) {
      // Binary or huge files that only end like YAML are nobody's deployments; what may not be read is told.
      if (!(error instanceof FileError)) throw error;
      if (error.kind === "unreadable") failed(shown(path), error.message);
      return [];
    }
  });
}

async function stdinInput(): Promise<Input> {
  const parts: Buffer[] = [];
  let total = 0;
  for await (const part of process.stdin) {
    const bytes = Buffer.from(part);
    total += bytes.length;
    if (total > mostBytes) throw tooLarge(mostBytes);
    parts.push(bytes);
  }
  return { path: "-", place: resolve("stdin.yaml"), text: decoded(Buffer.concat(parts)), kind: "stdin", named: true };
}

/** The words as a shell would take them; a single word is a whole command line in quotes. */
function commandInput(words: readonly string[]): Input {
  const [only = "", ...more] = words;
  if (words.length === 0) throw usage("After -- a launch command must follow, such as: -- vllm serve MODEL --tensor-parallel-size 4");
  const text = more.length === 0 && /\s/.test(only) ? only : words.map(quoted).join(" ");
  return { path: "command", place: resolve("command"), text, kind: "command", named: true };
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** Relative to the working folder where it lies below it. */
function shown(path: string): string {
  const below = relative(process.cwd(), resolve(path));
  const short = below === "" || below.startsWith("..") || /^[A-Za-z]:/.test(below) ? path : below;
  return short.split(sep).join("/");
}
