import { closeSync, fstatSync, openSync, readSync } from "node:fs";

export type FileErrorKind = "unreadable" | "folder" | "no-file" | "binary" | "too-large";

/** Why a file's text could not be read, in words that follow its name. */
export class FileError extends Error {
  override readonly name = "FileError";
  constructor(
    readonly kind: FileErrorKind,
    message: string,
  ) {
    super(message);
  }
}

export const mebibyte = 2 ** 20;

/** A text file, its byte order mark left out. Throws FileError: missing, not allowed, a folder, binary, larger than `maxBytes`. */
export function readTextFile(path: string, maxBytes: number): string {
  const handle = opened(path);
  try {
    const stat = fstatSync(handle);
    if (stat.isDirectory()) throw new FileError("folder", "is a folder");
    // Pipes and devices could wait or go on for ever; process substitution gives a pipe, which ends.
    if (!stat.isFile() && !stat.isFIFO()) throw new FileError("no-file", "is no file");
    if (stat.size > maxBytes) throw tooLarge(maxBytes);
    return decoded(readAll(handle, maxBytes));
  } catch (error) {
    throw error instanceof FileError ? error : new FileError("unreadable", reason(error));
  } finally {
    closeSync(handle);
  }
}

/** Bytes as text: UTF-8, or UTF-16 with its mark. Throws FileError for what is no text. */
export function decoded(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) throw new FileError("binary", "is compressed by gzip: unpack it first");
  if (bytes.subarray(0, 8192).includes(0)) throw new FileError("binary", "is binary, not text");
  return new TextDecoder("utf-8").decode(bytes);
}

export function tooLarge(maxBytes: number): FileError {
  return new FileError("too-large", `is larger than ${Math.round(maxBytes / mebibyte)} MiB`);
}

function opened(path: string): number {
  try {
    return openSync(path, "r");
  } catch (error) {
    throw new FileError("unreadable", reason(error));
  }
}

function readAll(handle: number, maxBytes: number): Uint8Array {
  const parts: Buffer[] = [];
  let total = 0;
  for (;;) {
    const part = Buffer.allocUnsafe(256 * 1024);
    const read = readSync(handle, part, 0, part.length, null);
    if (read === 0) return Buffer.concat(parts);
    total += read;
    if (total > maxBytes) throw tooLarge(maxBytes);
    parts.push(part.subarray(0, read));
  }
}

/** What the system said, in plain words. */
export function reason(error: unknown): string {
  const code = typeof error === "object" && error !== null && "code" in error ? String(error.code) : "";
  switch (code) {
    case "ENOENT":
    case "ENOTDIR":
      return "does not exist";
    case "EACCES":
    case "EPERM":
      return "may not be read";
    case "ELOOP":
      return "is a link to itself";
    case "EISDIR":
      return "is a folder";
    case "ENAMETOOLONG":
      return "has too long a name";
    default:
      return error instanceof Error ? `cannot be read: ${error.message}` : "cannot be read";
  }
}
