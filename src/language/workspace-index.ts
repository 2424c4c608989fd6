import { looksLikeDeployment } from "../deployment/sniff.ts";
import type { AnalyseOptions } from "./analysis.ts";
import { type FileOverview, nothingThere, overviewInParts } from "./overview.ts";
import type { Slices } from "./slices.ts";

/** The files of a workspace, as far as an index needs them. */
export interface WorkspaceFiles {
  /** Those that may hold a deployment; what is excluded or ignored is left out. */
  list(): Promise<readonly string[]>;
  /** Differs when the file does; undefined where it is gone. */
  stamp(uri: string): Promise<string | undefined>;
  /** undefined where it cannot be read as text. */
  text(uri: string): Promise<string | undefined>;
  options(uri: string): AnalyseOptions;
}

/** A file in which something was found. */
export interface IndexedFile {
  readonly uri: string;
  readonly overview: FileOverview;
  readonly isOpen: boolean;
}

interface Entry {
  readonly stamp: string;
  readonly overview: FileOverview;
}

/** Files that are fetched while others are read. */
const batch = 16;

/** What the files of a workspace start. Each is read once, again when it changed, and keeps what it said until then. */
export class WorkspaceIndex {
  private readonly entries = new Map<string, Entry>();
  /** Files that an editor holds: its text counts, not the disk's. */
  private readonly held = new Map<string, FileOverview>();
  private readonly stale = new Set<string>();
  private listed: ReadonlySet<string> = new Set();
  private reading: Promise<void> | undefined;

  constructor(
    private readonly files: WorkspaceFiles,
    private readonly slices: Slices,
    /** After each batch that was read. */
    private readonly told: () => void,
  ) {}

  /** Files in which something was found, in order of their names. */
  found(): readonly IndexedFile[] {
    return [...this.listed].sort().flatMap((uri) => {
      const held = this.held.get(uri);
      const overview = held ?? this.entries.get(uri)?.overview;
      const isEmpty = !overview || overview.rows.length + overview.findings.length + overview.problems.length === 0;
      return isEmpty ? [] : [{ uri, overview, isOpen: held !== undefined }];
    });
  }

  /** Looks for files anew and reads those that are new or changed. */
  async refresh(): Promise<void> {
    this.listed = new Set(await this.files.list());
    for (const uri of this.entries.keys()) if (!this.listed.has(uri)) this.entries.delete(uri);
    await this.readAgain([...this.listed]);
  }

  /** A file that may have changed, or is gone. */
  async changed(uri: string): Promise<void> {
    if (this.listed.has(uri)) await this.readAgain([uri]);
  }

  /** What reading depends on beside the files has changed. */
  async invalidate(): Promise<void> {
    for (const [uri, { overview }] of this.entries) this.entries.set(uri, { stamp: "", overview });
    await this.readAgain([...this.listed]);
  }

  /** An editor holds the file now; this is what its text says. */
  hold(uri: string, overview: FileOverview): void {
    this.held.set(uri, overview);
    if (this.listed.has(uri)) this.told();
  }

  /** The disk counts again. */
  async release(uri: string): Promise<void> {
    if (this.held.delete(uri)) await this.changed(uri);
  }

  private async readAgain(uris: readonly string[]): Promise<void> {
    for (const uri of uris) this.stale.add(uri);
    this.reading ??= this.readStale().finally(() => {
      this.reading = undefined;
    });
    await this.reading;
  }

  private async readStale(): Promise<void> {
    while (this.stale.size > 0) {
      const read = await Promise.all(take(this.stale, batch).map((uri) => this.toRead(uri)));
      for (const one of read) {
        if (one?.text === undefined) continue;
        const overview = await this.slices.run(this.readText(one.uri, one.text));
        this.entries.set(one.uri, { stamp: one.stamp, overview });
      }
      if (read.some((one) => one !== undefined)) this.told();
    }
  }

  private *readText(uri: string, text: string): Generator<undefined, FileOverview> {
    if (!looksLikeDeployment(text)) return nothingThere;
    yield;
    return yield* overviewInParts(text, this.files.options(uri));
  }

  /** The text of a file that must be read; no text where it is gone and was forgotten; undefined where nothing changed. */
  private async toRead(uri: string): Promise<{ readonly uri: string; readonly stamp: string; readonly text?: string } | undefined> {
    const stamp = await this.files.stamp(uri);
    if (stamp === undefined) return this.entries.delete(uri) ? { uri, stamp: "" } : undefined;
    if (stamp === this.entries.get(uri)?.stamp || this.held.has(uri)) return undefined;
    return { uri, stamp, text: (await this.files.text(uri)) ?? "" };
  }
}

/** Takes the first of a set out of it. */
function take(from: Set<string>, most: number): readonly string[] {
  const taken: string[] = [];
  for (const one of from) {
    if (taken.length === most) break;
    from.delete(one);
    taken.push(one);
  }
  return taken;
}
