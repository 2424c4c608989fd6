import { readdirSync, statSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import type { NeighbourModel, Neighbours, RelatedFile } from "../deployment/neighbours.ts";
import { isYaml, yamlFilesIn } from "./find-files.ts";
import { ModelFolders } from "./model-folders.ts";
import { definedObjects } from "./object-names.ts";
import { ParsedFiles } from "./parsed-files.ts";
import { FileError, reason } from "./text-files.ts";

/** More files than a workspace of deployments has; what lies beyond is not looked up by name. */
const mostFiles = 2000;
/** Milliseconds for which a list of files counts as fresh. */
const fresh = 5000;

interface FileOnDisk {
  readonly text: string;
  /** `Kind/name` of what it defines. */
  readonly defines: ReadonlySet<string>;
}

interface Listing {
  readonly at: number;
  readonly files: readonly string[];
}

/** Who knows without looking which files define an object. */
export interface KnownObjects {
  /** `Kind/name` → absolute paths. */
  filesDefining(object: string): readonly string[];
}

/**
 * Other files of a workspace, by path and by what they define. Where nobody knows that, a list of files is made when a name is first
 * asked for.
 */
export class NeighbourFiles {
  private readonly texts = new ParsedFiles<FileOnDisk>((text) => ({ text, defines: definedObjects(text) }));
  private readonly models = new ModelFolders();
  private readonly listings = new Map<string, Listing>();

  constructor(
    /** Of the folders that the host has open. */
    private readonly known?: KnownObjects,
  ) {}

  /**
   * `file` is absolute; it need not exist. Paths lead no further than the folder of its repository or project, else the folder that
   * the host has open, else the working folder it lies in.
   */
  of(file: string, open?: string): Neighbours {
    const root = rootOf(file) ?? open;
    const reach = root ?? (isBelow(file, process.cwd()) ? process.cwd() : dirname(file));
    return {
      at: (path, from) => this.at(path, from ?? file, reach),
      model: (path, from) => this.model(path, from ?? file, reach),
      defining: (kind, name) => {
        const object = `${kind}/${name}`;
        const known = open === undefined ? undefined : this.known?.filesDefining(object).filter((one) => isBelow(one, reach));
        return this.defining(object, file, known ?? this.files(file, root));
      },
    };
  }

  private at(path: string, from: string, root: string): RelatedFile | undefined {
    if (path === "" || path.includes("://")) return undefined;
    const target = resolve(dirname(from), path);
    if (!isBelow(target, root)) return undefined;
    for (const candidate of [target, ...["kustomization.yaml", "kustomization.yml", "Kustomization"].map((name) => join(target, name))]) {
      const found = this.read(candidate);
      if (found) return { file: candidate, text: found.text };
    }
    return undefined;
  }

  private model(path: string, from: string, root: string): NeighbourModel | undefined {
    if (path === "" || path.includes("://")) return undefined;
    const target = resolve(dirname(from), path);
    const config = target.endsWith(".json") ? target : join(target, "config.json");
    if (!isBelow(config, root) || !isThere(config)) return undefined;
    const place = { file: config, name: path };
    try {
      const { model, problem } = this.models.get(config);
      return model ? { ...place, model } : { ...place, problem };
    } catch (error) {
      if (error instanceof FileError) return { ...place, problem: `A file of it ${error.message}.` };
      if (error instanceof Error && "code" in error) return { ...place, problem: `A file of it ${reason(error)}.` };
      throw error;
    }
  }

  private defining(key: string, file: string, candidates: readonly string[]): RelatedFile | undefined {
    const found: RelatedFile[] = [];
    for (const path of candidates) {
      if (path === file) continue;
      const one = this.read(path);
      if (one?.defines.has(key)) found.push({ file: path, text: one.text });
      if (found.length > 1) return undefined;
    }
    return found[0];
  }

  /** The files of the repository or project; without one, those beside the file. */
  private files(file: string, root: string | undefined): readonly string[] {
    const folder = root ?? dirname(file);
    const now = Date.now();
    const before = this.listings.get(folder);
    if (before && now - before.at < fresh) return before.files;
    const files = (root === undefined ? filesBeside(folder) : yamlFilesIn(folder).files).slice(0, mostFiles);
    this.listings.set(folder, { at: now, files });
    return files;
  }

  private read(path: string): FileOnDisk | undefined {
    try {
      return statSync(path, { throwIfNoEntry: false })?.isFile() ? this.texts.get(path) : undefined;
    } catch (error) {
      // Too large, binary, not allowed: no file that a deployment names.
      if (error instanceof FileError || (error instanceof Error && "code" in error)) return undefined;
      throw error;
    }
  }
}

function isBelow(path: string, folder: string): boolean {
  const inside = relative(folder, path);
  return !inside.startsWith("..") && resolve(folder, inside) === path;
}

function filesBeside(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter(isYaml)
      .sort()
      .map((name) => join(folder, name));
  } catch (error) {
    if (error instanceof Error && "code" in error) return [];
    throw error;
  }
}

/** The nearest folder upwards that is a repository or holds a project file. */
function rootOf(file: string): string | undefined {
  const parts = dirname(file).split(sep);
  for (let length = parts.length; length > 1; length--) {
    const folder = parts.slice(0, length).join(sep);
    if ([".git", ".inference-lens.yaml", ".inference-lens"].some((name) => isThere(join(folder, name)))) return folder;
  }
  return undefined;
}

function isThere(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    if (error instanceof Error && "code" in error) return false;
    throw error;
  }
}
