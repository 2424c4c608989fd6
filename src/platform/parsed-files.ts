import { statSync } from "node:fs";
import { mebibyte, readTextFile } from "./text-files.ts";

const mostBytes = mebibyte;
const mostKept = 2000;

/** Small files parsed once; a file whose time or size changed is parsed anew. */
export class ParsedFiles<T> {
  private readonly kept = new Map<string, { readonly stamp: string; readonly value: T }>();

  constructor(private readonly parse: (text: string, file: string) => T) {}

  /** Throws FileError, or the system's own error where the file is gone. */
  get(file: string): T {
    const { mtimeMs, size } = statSync(file);
    const stamp = `${mtimeMs} ${size}`;
    const before = this.kept.get(file);
    if (before?.stamp === stamp) return before.value;
    const value = this.parse(readTextFile(file, mostBytes), file);
    if (this.kept.size >= mostKept) this.kept.clear();
    this.kept.set(file, { stamp, value });
    return value;
  }
}
