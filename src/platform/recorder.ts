import { createWriteStream, fstatSync, openSync, type WriteStream } from "node:fs";
import { constants, createGzip, type Gzip } from "node:zlib";
import { FileError, reason } from "./text-files.ts";

/** What a killed process may lose: what came after the last flush. */
const flushEveryMs = 2000;
/** A disk that takes nothing for so long fills memory. */
const mostPendingBytes = 16 * 2 ** 20;

export interface RecorderOptions {
  readonly maxBytes: number;
  /** Nothing more is written: the file is as large as it may become, or the disk refused. Once at most. */
  readonly onEnd?: (why: "full" | { readonly failed: string }) => void;
}

/** Lines into a file, compressed where its name ends in `.gz`; readable up to its last flush, however the process ends. */
export class Recorder {
  private readonly file: WriteStream;
  private readonly gzip: Gzip | undefined;
  /** Bytes of a file that is gone on with. */
  private readonly before: number;
  private flushedAt = performance.now();
  private ended = false;

  /**
   * A plain file is gone on with, as `>>` does; a compressed one must be new, since one that was cut off cannot be gone on with. Throws
   * FileError where the file cannot be written.
   */
  constructor(
    readonly path: string,
    private readonly options: RecorderOptions,
  ) {
    const compressed = path.endsWith(".gz");
    const fd = opened(path, compressed ? "wx" : "a");
    this.before = fstatSync(fd).size;
    this.file = createWriteStream(path, { fd });
    this.file.on("error", (error) => this.end({ failed: reason(error) }));
    if (!compressed) return;
    this.gzip = createGzip();
    this.gzip.pipe(this.file);
  }

  /** Of the file, with what is on its way there. */
  get bytes(): number {
    return this.before + this.file.bytesWritten + this.file.writableLength;
  }

  write(line: string): void {
    if (this.ended) return;
    const stream = this.gzip ?? this.file;
    stream.write(line);
    if (this.gzip && performance.now() - this.flushedAt >= flushEveryMs) {
      this.flushedAt = performance.now();
      this.gzip.flush(constants.Z_SYNC_FLUSH);
    }
    if (this.bytes >= this.options.maxBytes) this.end("full");
    else if (stream.writableLength + this.file.writableLength > mostPendingBytes) this.end({ failed: "the disk takes nothing more" });
  }

  /** When all is on the disk, or cannot be. */
  close(): Promise<void> {
    this.ended = true;
    return new Promise((resolve) => {
      if (this.file.closed) return resolve();
      this.file.once("close", () => resolve());
      (this.gzip ?? this.file).end();
    });
  }

  private end(why: "full" | { readonly failed: string }): void {
    if (this.ended) return;
    void this.close();
    this.options.onEnd?.(why);
  }
}

function opened(path: string, flags: "a" | "wx"): number {
  try {
    return openSync(path, flags);
  } catch (error) {
    const exists = typeof error === "object" && error !== null && "code" in error && error.code === "EEXIST";
    throw new FileError("unreadable", exists ? "exists already, and a compressed file is not gone on with" : reason(error));
  }
}
