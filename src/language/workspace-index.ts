import { looksLikeDeployment } from "../deployment/sniff.ts";
import { noSurroundings } from "../deployment/surroundings.ts";
import type { AnalyseOptions } from "./analysis.ts";
import { type Asked, noted } from "./asked-neighbours.ts";
import type { ObjectIndex } from "./object-index.ts";
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
  /** As neighbours name the file. */
  path(uri: string): string;
  /** `Kind/name` of what a text defines. */
  objects(text: string): ReadonlySet<string>;
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
  readonly asked: Asked;
}

/** A changed file; no text where it is gone. */
interface Change {
  readonly uri: string;
  readonly stamp: string;
  readonly text?: string;
}

/** Who is told of what. */
export interface IndexListener {
  /** The list may look different. */
  onRead(): void;
  /** Files that others may be read together with have changed. */
  onRelated(): void;
}

/** Files that are fetched while others are read. */
const batch = 16;
const askedNothing: Asked = { names: new Set(), isIncomplete: false };

/**
 * What the files of a workspace start. First every file is looked through for the objects it defines, then those that may start something
 * are read: once, again when they or what they name changed, and each keeps what it said until then.
 */
export class WorkspaceIndex {
  private readonly entries = new Map<string, Entry>();
  /** Files that an editor holds: its text counts, not the disk's. */
  private readonly held = new Map<string, FileOverview>();
  private readonly changedFiles = new Set<string>();
  private readonly toRead = new Set<string>();
  private listed: ReadonlySet<string> = new Set();
  private working: Promise<void> | undefined;

  constructor(
    private readonly files: WorkspaceFiles,
    private readonly objects: ObjectIndex,
    private readonly slices: Slices,
    private readonly listener: IndexListener,
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
    const before = this.listed;
    this.listed = new Set(await this.files.list());
    for (const uri of before) if (!this.listed.has(uri)) this.forget(uri);
    const isNew = [...this.listed].some((uri) => !before.has(uri));
    if (isNew) for (const [uri, { asked }] of this.entries) if (asked.isIncomplete) this.toRead.add(uri);
    await this.look([...this.listed]);
  }

  /** A file that may have changed, or is gone. */
  async changed(uri: string): Promise<void> {
    if (this.listed.has(uri)) await this.look([uri]);
  }

  /** What reading depends on beside the files has changed. */
  async invalidate(): Promise<void> {
    for (const [uri, entry] of this.entries) this.entries.set(uri, { ...entry, stamp: "" });
    await this.look([...this.listed]);
  }

  /** An editor holds the file now; this is what its text says. */
  hold(uri: string, overview: FileOverview): void {
    this.held.set(uri, overview);
    if (this.listed.has(uri)) this.listener.onRead();
  }

  /** The disk counts again. */
  async release(uri: string): Promise<void> {
    if (!this.held.delete(uri)) return;
    this.toRead.add(uri);
    await this.changed(uri);
  }

  private async look(uris: readonly string[]): Promise<void> {
    for (const uri of uris) this.changedFiles.add(uri);
    this.working ??= this.work().finally(() => {
      this.working = undefined;
    });
    await this.working;
  }

  private async work(): Promise<void> {
    while (this.changedFiles.size > 0 || this.toRead.size > 0) {
      if (this.changedFiles.size > 0) await this.lookThrough();
      else await this.read(take(this.toRead, batch));
    }
  }

  /** Names what all changed files define, and finds out which are to be read. */
  private async lookThrough(): Promise<void> {
    let isNews = false;
    while (this.changedFiles.size > 0) {
      const changes = await Promise.all(take(this.changedFiles, batch).map((uri) => this.change(uri)));
      for (const one of changes) {
        if (!one) continue;
        const objects = await this.slices.run(this.lookAt(one));
        this.readAskers(one.uri, new Set([this.files.path(one.uri), ...objects]));
        isNews = true;
      }
    }
    if (!isNews) return;
    this.listener.onRead();
    this.listener.onRelated();
  }

  /** Every object that a changed file defines, or did until now. */
  private *lookAt({ uri, stamp, text }: Change): Generator<undefined, ReadonlySet<string>> {
    if (text === undefined) {
      this.entries.delete(uri);
      this.toRead.delete(uri);
    } else if (looksLikeDeployment(text)) this.toRead.add(uri);
    else this.entries.set(uri, { stamp, overview: nothingThere, asked: askedNothing });
    yield;
    return this.objects.put(this.files.path(uri), text === undefined ? new Set() : this.files.objects(text));
  }

  /** Marks files that asked for one of these names. */
  private readAskers(changed: string, names: ReadonlySet<string>): void {
    for (const [uri, { asked }] of this.entries) {
      if (uri !== changed && asked.names.size > 0 && [...asked.names].some((name) => names.has(name))) this.toRead.add(uri);
    }
  }

  private async read(uris: readonly string[]): Promise<void> {
    const open = uris.filter((uri) => !this.held.has(uri) && this.listed.has(uri));
    const texts = await Promise.all(
      open.map(async (uri) => ({ uri, stamp: await this.files.stamp(uri), text: await this.files.text(uri) })),
    );
    for (const { uri, stamp, text } of texts) {
      if (stamp === undefined || text === undefined) continue;
      const asked: Asked = { names: new Set(), isIncomplete: false };
      const overview = await this.slices.run(this.overview(uri, text, asked));
      this.entries.set(uri, { stamp, overview, asked });
    }
    this.listener.onRead();
  }

  private *overview(uri: string, text: string, asked: Asked): Generator<undefined, FileOverview> {
    const options = this.files.options(uri);
    const surroundings = options.surroundings ?? noSurroundings;
    const neighbours = noted(surroundings.neighbours, asked);
    return yield* overviewInParts(text, { ...options, surroundings: { ...surroundings, neighbours } });
  }

  /** A file that changed; undefined where it did not. */
  private async change(uri: string): Promise<Change | undefined> {
    const stamp = await this.files.stamp(uri);
    if (stamp === undefined) return { uri, stamp: "" };
    if (stamp === this.entries.get(uri)?.stamp) return undefined;
    return { uri, stamp, text: (await this.files.text(uri)) ?? "" };
  }

  private forget(uri: string): void {
    this.entries.delete(uri);
    this.toRead.delete(uri);
    this.objects.put(this.files.path(uri), new Set());
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
