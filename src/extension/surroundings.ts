import * as vscode from "vscode";
import type { Catalog } from "../catalog/catalog.ts";
import type { Model } from "../catalog/facts.ts";
import { plain } from "../deployment/message.ts";
import { assumptionsFor, type Project, readProject } from "../deployment/project.ts";
import type { Assumptions, Surroundings } from "../deployment/surroundings.ts";
import type { Log } from "./log.ts";
import { modelsFolder, readDescription } from "./model-files.ts";
import { Settings } from "./settings.ts";
import { projectFile } from "./write-choice.ts";

interface ProjectAt {
  readonly folder: vscode.Uri;
  readonly project: Project;
  readonly models: ReadonlyMap<string, Model>;
}

/** Project files, described models and settings around each file; read once and again when one of them changes. */
export class SurroundingsOfFiles implements vscode.Disposable {
  private readonly byFolder = new Map<string, Promise<ProjectAt | undefined>>();
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly subscriptions: vscode.Disposable[];
  readonly onDidChange = this.changed.event;

  constructor(
    private readonly catalog: Catalog,
    private readonly log: Log,
  ) {
    const watchers = [`**/${projectFile}`, `**/${modelsFolder}/*.yaml`].map((glob) => vscode.workspace.createFileSystemWatcher(glob));
    const forget = (): void => {
      this.byFolder.clear();
      this.changed.fire();
    };
    this.subscriptions = [
      ...watchers,
      ...watchers.flatMap((watcher) => [watcher.onDidChange(forget), watcher.onDidCreate(forget), watcher.onDidDelete(forget)]),
      vscode.workspace.onDidChangeConfiguration((event) => event.affectsConfiguration("inferenceLens") && this.changed.fire()),
    ];
  }

  async of(uri: vscode.Uri): Promise<Surroundings> {
    const setting = new Settings(uri).assumptions();
    const found = uri.scheme === "untitled" ? undefined : await this.projectAbove(vscode.Uri.joinPath(uri, ".."));
    const project: Assumptions = found ? assumptionsFor(found.project, uri.path.slice(found.folder.path.length).replace(/^\/+/, "")) : {};
    return { argument: {}, project, setting, models: found?.models ?? new Map() };
  }

  dispose(): void {
    for (const one of this.subscriptions) one.dispose();
    this.changed.dispose();
  }

  /** The nearest project file or folder of models, from a folder upwards. */
  private projectAbove(folder: vscode.Uri): Promise<ProjectAt | undefined> {
    const key = folder.toString();
    const known = this.byFolder.get(key);
    if (known) return known;
    const found = this.look(folder);
    this.byFolder.set(key, found);
    return found;
  }

  private async look(folder: vscode.Uri): Promise<ProjectAt | undefined> {
    const text = await textOf(vscode.Uri.joinPath(folder, projectFile));
    const models = await this.models(vscode.Uri.joinPath(folder, modelsFolder));
    if (text !== undefined || models.size > 0) {
      const { project, problems } = readProject(text ?? "");
      for (const { message, range } of problems) this.log.warn(`${projectFile}:${range.start.line + 1}: ${plain(message)}`);
      return { folder, project, models };
    }
    const parent = vscode.Uri.joinPath(folder, "..");
    return parent.path === folder.path ? undefined : this.projectAbove(parent);
  }

  private async models(folder: vscode.Uri): Promise<ReadonlyMap<string, Model>> {
    const models = new Map<string, Model>();
    for (const name of await namesIn(folder)) {
      const text = name.endsWith(".yaml") ? await textOf(vscode.Uri.joinPath(folder, name)) : undefined;
      if (text === undefined) continue;
      const read = readDescription(text, this.catalog);
      if (read.problem === undefined) models.set(read.name, read.model);
      else this.log.warn(`${name} describes no model: ${read.problem}`);
    }
    return models;
  }
}

async function textOf(uri: vscode.Uri): Promise<string | undefined> {
  return absentAs(undefined, async () => new TextDecoder().decode(await vscode.workspace.fs.readFile(uri)));
}

async function namesIn(folder: vscode.Uri): Promise<readonly string[]> {
  return absentAs([], async () => (await vscode.workspace.fs.readDirectory(folder)).map(([name]) => name).sort());
}

/** Most folders hold neither file: that is no failure. */
async function absentAs<T>(otherwise: T, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof vscode.FileSystemError) return otherwise;
    throw error;
  }
}
