import { type Dirent, readdirSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import { reason } from "./text-files.ts";

/** Folders in which nobody keeps deployments of their own. */
const skipped: ReadonlySet<string> = new Set(["node_modules", ".git", ".hg", ".svn", ".venv", "venv", "__pycache__", ".inference-lens"]);
const mostFiles = 100_000;

export interface FoundFiles {
  readonly files: readonly string[];
  /** Folders that could not be looked into, with the reason. */
  readonly problems: readonly { readonly path: string; readonly why: string }[];
}

/** All YAML files below a folder, in order of name. Linked folders are followed once, so that a loop of links ends. */
export function yamlFilesIn(folder: string): FoundFiles {
  const files: string[] = [];
  const problems: { path: string; why: string }[] = [];
  const visited = new Set<string>();
  const walk = (directory: string): void => {
    try {
      const real = realpathSync(directory);
      if (visited.has(real) || files.length >= mostFiles) return;
      visited.add(real);
      const entries = readdirSync(directory, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
      for (const entry of entries) {
        const path = join(directory, entry.name);
        const kind = kindOf(entry, path);
        if (kind === "folder" && !skipped.has(entry.name)) walk(path);
        else if (kind === "file" && isYaml(entry.name)) files.push(path);
      }
    } catch (error) {
      problems.push({ path: directory, why: reason(error) });
    }
  };
  walk(folder);
  return { files, problems };
}

export function isYaml(name: string): boolean {
  return /\.ya?ml$/i.test(name) && !/^\.inference-lens\.ya?ml$/i.test(name);
}

function kindOf(entry: Dirent, path: string): "file" | "folder" | "other" {
  if (entry.isDirectory()) return "folder";
  if (entry.isFile()) return "file";
  if (!entry.isSymbolicLink()) return "other";
  const target = statSync(path, { throwIfNoEntry: false });
  return target?.isDirectory() ? "folder" : target?.isFile() ? "file" : "other";
}
