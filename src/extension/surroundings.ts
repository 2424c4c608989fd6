import * as vscode from "vscode";
import type { Catalog } from "../catalog/catalog.ts";
import type { ReadProblem } from "../deployment/deployment.ts";
import { plain } from "../deployment/message.ts";
import { noSurroundings, type SurroundingsProblem } from "../deployment/surroundings.ts";
import type { AnalyseOptions } from "../language/analysis.ts";
import type { ObjectIndex } from "../language/object-index.ts";
import { SurroundingsFiles } from "../platform/surroundings-files.ts";
import type { Workload } from "../simulation/workload/workload.ts";
import type { Log } from "./log.ts";
import { Settings } from "./settings.ts";

/** All that reading a document depends on beside its text. */
export interface ReadingOptions extends Required<Omit<AnalyseOptions, "before">> {
  /** The project's own workloads, by name. */
  readonly workloads: ReadonlyMap<string, Workload>;
}

/** Project files, described models and settings around each document; tells when one of them changes. */
export class DocumentSurroundings implements vscode.Disposable {
  private readonly files: SurroundingsFiles;
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly subscriptions: vscode.Disposable[];
  private told = "";
  readonly onDidChange = this.changed.event;

  constructor(
    private readonly catalog: Catalog,
    objects: ObjectIndex,
    private readonly log: Log,
  ) {
    this.files = new SurroundingsFiles(catalog, objects);
    const watchers = ["**/.inference-lens.yaml", "**/.inference-lens/**"].map((glob) => vscode.workspace.createFileSystemWatcher(glob));
    const tell = (): void => this.changed.fire();
    this.subscriptions = [
      ...watchers,
      ...watchers.flatMap((watcher) => [watcher.onDidChange(tell), watcher.onDidCreate(tell), watcher.onDidDelete(tell)]),
      vscode.workspace.onDidChangeConfiguration((event) => event.affectsConfiguration("inferenceLens") && tell()),
    ];
  }

  of(uri: vscode.Uri): ReadingOptions {
    const setting = new Settings(uri).assumptions();
    const fileName = uri.path;
    // An unsaved or virtual document has no folder on this machine.
    if (uri.scheme !== "file")
      return { catalog: this.catalog, surroundings: { ...noSurroundings, setting }, fileName, workloads: new Map() };
    const { surroundings, catalog, workloads, problems } = this.files.find(uri.fsPath, {
      setting,
      open: vscode.workspace.getWorkspaceFolder(uri)?.uri.fsPath,
    });
    this.tell(problems.map(({ file, message }) => `${file}: ${plain(message)}`).join("\n"));
    return { catalog, surroundings, fileName, workloads };
  }

  /** What is wrong with the project's own files around a file, as they are on disk. */
  problems(uri: vscode.Uri): readonly SurroundingsProblem[] {
    return uri.scheme === "file" ? this.files.find(uri.fsPath).problems : [];
  }

  /** What is wrong with the text of a project's own file; undefined where its text alone does not say. */
  problemsIn(uri: vscode.Uri, text: string): readonly ReadProblem[] | undefined {
    return this.files.problemsIn(uri.fsPath, text);
  }

  dispose(): void {
    for (const one of this.subscriptions) one.dispose();
    this.changed.dispose();
  }

  /** Problems of project files go to the log, once as long as they stay the same. */
  private tell(problems: string): void {
    if (problems === this.told) return;
    this.told = problems;
    if (problems !== "") this.log.warn(problems);
  }
}
