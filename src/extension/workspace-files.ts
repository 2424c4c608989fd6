import * as vscode from "vscode";
import { longestText } from "../deployment/sniff.ts";
import type { WorkspaceFiles } from "../language/workspace-index.ts";
import { definedObjects } from "../platform/object-names.ts";
import { excludeGlob } from "./exclude-globs.ts";
import { type IgnoreFile, IgnoreRules } from "./ignore-rules.ts";
import type { ReadingOptions } from "./surroundings.ts";

/** More YAML files than any workspace of deployments has. */
const mostFiles = 20_000;
const mostIgnoreFiles = 2000;
export const yamlGlob = "**/*.{yaml,yml}";
export const ignoreGlob = "**/{.gitignore,.ignore}";
/** Settings that decide which files are looked at. */
export const listSettings: readonly string[] = ["files.exclude", "search.exclude", "search.useIgnoreFiles"];

/** The workspace's YAML files as VS Code's own search would see them: settings and ignore files leave out what they leave out there. */
export class FolderFiles implements WorkspaceFiles {
  constructor(private readonly optionsOf: (uri: vscode.Uri) => ReadingOptions) {}

  async list(): Promise<readonly string[]> {
    // Files of a virtual folder come over a network, which nothing here uses without a click.
    const folders = (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === "file");
    const found = await Promise.all(folders.map(({ uri }) => filesIn(uri)));
    return [...new Set(found.flat().map(String))];
  }

  async stamp(uri: string): Promise<string | undefined> {
    return ifThere(async () => {
      const { mtime, size } = await vscode.workspace.fs.stat(vscode.Uri.parse(uri, true));
      return size > longestText ? undefined : `${mtime} ${size}`;
    });
  }

  async text(uri: string): Promise<string | undefined> {
    return textOf(vscode.Uri.parse(uri, true));
  }

  path(uri: string): string {
    return vscode.Uri.parse(uri, true).fsPath;
  }

  objects(text: string): ReadonlySet<string> {
    return definedObjects(text);
  }

  options(uri: string): ReadingOptions {
    return this.optionsOf(vscode.Uri.parse(uri, true));
  }
}

async function filesIn(folder: vscode.Uri): Promise<readonly vscode.Uri[]> {
  const search = vscode.workspace.getConfiguration("search", folder);
  const files = vscode.workspace.getConfiguration("files", folder);
  const always = { "**/node_modules": true, "**/.git": true };
  const exclude = excludeGlob(always, files.get("exclude"), search.get("exclude"));
  const find = (glob: string, most: number) =>
    vscode.workspace.findFiles(new vscode.RelativePattern(folder, glob), exclude === undefined ? null : exclude, most);
  const found = await find(yamlGlob, mostFiles);
  if (search.get("useIgnoreFiles") === false) return found;
  const ignoreFiles = await Promise.all((await find(ignoreGlob, mostIgnoreFiles)).map((uri) => ignoreFile(folder, uri)));
  const rules = new IgnoreRules(ignoreFiles);
  return found.filter((uri) => !rules.ignores(pathIn(folder, uri)));
}

async function ignoreFile(folder: vscode.Uri, uri: vscode.Uri): Promise<IgnoreFile> {
  return { path: pathIn(folder, uri), text: (await textOf(uri)) ?? "" };
}

function pathIn(folder: vscode.Uri, uri: vscode.Uri): string {
  return uri.path.slice(folder.path.length).replace(/^\/+/, "");
}

/** The text of a file; undefined where it is gone or may not be read. */
export async function textOf(uri: vscode.Uri): Promise<string | undefined> {
  return ifThere(async () => new TextDecoder().decode(await vscode.workspace.fs.readFile(uri)));
}

/** undefined for what is gone or may not be read. */
export async function ifThere<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof vscode.FileSystemError) return undefined;
    throw error;
  }
}
