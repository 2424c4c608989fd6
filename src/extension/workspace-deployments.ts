import * as vscode from "vscode";
import type { ObjectIndex } from "../language/object-index.ts";
import { nothingThere, overviewOf } from "../language/overview.ts";
import { Slices } from "../language/slices.ts";
import { type IndexedFile, WorkspaceIndex } from "../language/workspace-index.ts";
import type { Documents } from "./documents.ts";
import type { Log } from "./log.ts";
import { report } from "./register-command.ts";
import type { DocumentSurroundings } from "./surroundings.ts";
import { FolderFiles, ignoreGlob, listSettings, yamlGlob } from "./workspace-files.ts";

/** Files come and go in bursts (a checkout, an unpacked archive). */
const settleMs = 400;
/** A list that is drawn more often than this cannot be read. */
const redrawMs = 250;

/** What the whole workspace starts: read in the background, kept in step with files, settings and open documents. */
export class WorkspaceDeployments implements vscode.Disposable {
  private readonly index: WorkspaceIndex;
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly related = new vscode.EventEmitter<void>();
  private readonly subscriptions: vscode.Disposable[] = [this.changed, this.related];
  private started = false;
  private redraw: NodeJS.Timeout | undefined;
  private relist: NodeJS.Timeout | undefined;
  readonly onDidChange = this.changed.event;
  /** What open files are read together with may have changed. */
  readonly onDidChangeRelated = this.related.event;

  constructor(
    private readonly documents: Documents,
    private readonly surroundings: DocumentSurroundings,
    objects: ObjectIndex,
    private readonly log: Log,
  ) {
    const rest = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
    const slices = new Slices(() => performance.now(), rest);
    const listener = { onRead: () => this.tell(), onRelated: () => this.related.fire() };
    this.index = new WorkspaceIndex(new FolderFiles((uri) => surroundings.of(uri)), objects, slices, listener);
    this.subscriptions.push(documents.onDidAnalyse((document) => this.hold(document)));
  }

  /** Files in which something was found; begins to read the workspace when first asked. */
  found(): readonly IndexedFile[] {
    this.start();
    return this.index.found();
  }

  dispose(): void {
    clearTimeout(this.redraw);
    clearTimeout(this.relist);
    for (const one of this.subscriptions) one.dispose();
  }

  private start(): void {
    if (this.started) return;
    this.started = true;
    const files = vscode.workspace.createFileSystemWatcher(yamlGlob);
    const ignores = vscode.workspace.createFileSystemWatcher(ignoreGlob);
    const relist = (): void => this.listSoon();
    this.subscriptions.push(
      files,
      ignores,
      files.onDidChange((uri) => this.run(this.index.changed(uri.toString()))),
      files.onDidDelete((uri) => this.run(this.index.changed(uri.toString()))),
      files.onDidCreate(relist),
      ...[ignores.onDidChange, ignores.onDidCreate, ignores.onDidDelete].map((event) => event(relist)),
      vscode.workspace.onDidChangeWorkspaceFolders(relist),
      vscode.workspace.onDidChangeConfiguration((event) => listSettings.some((name) => event.affectsConfiguration(name)) && relist()),
      this.surroundings.onDidChange(() => this.run(this.index.invalidate())),
      this.documents.onDidClose((uri) => this.run(this.index.release(uri.toString()))),
    );
    for (const document of vscode.workspace.textDocuments) this.hold(document);
    const begun = performance.now();
    const reading = this.index.refresh().then(async () => {
      this.log.trace(`read the workspace in ${Math.round(performance.now() - begun)} ms`);
      await vscode.commands.executeCommand("setContext", "inferenceLens.workspaceRead", true);
    });
    this.run(vscode.window.withProgress({ location: { viewId: "inferenceLens.deployments" } }, () => reading));
  }

  /** The text of an open document counts, not the file's; the first recognised file opened begins the reading of the others. */
  private hold(document: vscode.TextDocument): void {
    const analysis = this.documents.analysis(document);
    if (analysis && analysis.formats.length > 0) this.start();
    if (!this.started) return;
    this.index.hold(document.uri.toString(), analysis ? overviewOf(analysis, this.documents.catalogFor(document.uri)) : nothingThere);
  }

  private listSoon(): void {
    clearTimeout(this.relist);
    this.relist = setTimeout(() => this.run(this.index.refresh()), settleMs);
  }

  private tell(): void {
    this.redraw ??= setTimeout(() => {
      this.redraw = undefined;
      this.changed.fire();
    }, redrawMs);
  }

  private run(work: Thenable<unknown>): void {
    work.then(undefined, (error: unknown) => report("reading the workspace", error, this.log));
  }
}
