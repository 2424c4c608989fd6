import { readdirSync } from "node:fs";
import { basename, dirname, extname, join, relative, resolve, sep } from "node:path";
import type { Catalog } from "../catalog/catalog.ts";
import { type ModelDescription, readModelDescription } from "../catalog/described-model.ts";
import { withGpus, withWorkloads } from "../catalog/extended-catalog.ts";
import type { Model, WorkloadRows } from "../catalog/facts.ts";
import type { OwnGpu } from "../catalog/own-gpu.ts";
import type { Calibration } from "../deployment/calibration.ts";
import type { ReadProblem } from "../deployment/deployment.ts";
import { type Message, message } from "../deployment/message.ts";
import { assumptionsFor, type ReadProject, readProject } from "../deployment/project.ts";
import { type ReadCalibration, readCalibration } from "../deployment/read-calibration.ts";
import { type ReadGpus, readGpus } from "../deployment/read-gpus.ts";
import type { Assumptions, Surroundings, SurroundingsProblem } from "../deployment/surroundings.ts";
import { emptyRange } from "../deployment/text.ts";
import type { Workload } from "../simulation/workload/workload.ts";
import { isThere, nearestEntry } from "./nearest-entry.ts";
import { type KnownObjects, NeighbourFiles } from "./neighbour-files.ts";
import { OwnWorkloads } from "./own-workloads.ts";
import { ParsedFiles } from "./parsed-files.ts";
import { FileError, reason } from "./text-files.ts";

const projectFile = ".inference-lens.yaml";
const projectFolder = ".inference-lens";
/** A project's own GPUs, in its folder. */
export const gpusFile = "gpus.yaml";
const mostEntries = 500;

export interface FindOptions {
  /** Command-line arguments; none in the editor. */
  readonly argument?: Assumptions;
  /** The person's settings; none on the command line. */
  readonly setting?: Assumptions;
  /** The folder that is open in the editor; none on the command line. */
  readonly open?: string | undefined;
}

/** Everything outside a file that reading it depends on. */
export interface FoundSurroundings {
  readonly surroundings: Surroundings;
  /** The catalogue with the project's own GPUs and workloads in it. */
  readonly catalog: Catalog;
  /** The project's own workloads by name. */
  readonly workloads: ReadonlyMap<string, Workload>;
  /** The project file, absolute; null where there is none. */
  readonly project: string | null;
  readonly problems: readonly SurroundingsProblem[];
}

/** Project files, described models, own GPUs and own workloads beside deployment files. What was read is kept until a file changes. */
export class SurroundingsFiles {
  private readonly projects = new ParsedFiles<ReadProject>(readProject);
  private readonly neighbours: NeighbourFiles;
  private readonly models: ParsedFiles<ModelDescription>;
  private readonly calibrations = new ParsedFiles<ReadCalibration>(readCalibration);
  private readonly own: OwnWorkloads;
  private readonly gpus: ParsedFiles<ReadGpus>;
  private extended: { readonly rows: readonly WorkloadRows[]; readonly gpus: readonly OwnGpu[]; readonly catalog: Catalog };

  constructor(
    private readonly catalog: Catalog,
    known?: KnownObjects,
  ) {
    this.neighbours = new NeighbourFiles(known);
    this.own = new OwnWorkloads(catalog);
    this.extended = { rows: [], gpus: [], catalog };
    this.gpus = new ParsedFiles((text) => readGpus(text, catalog, `${projectFolder}/${gpusFile}`));
    this.models = new ParsedFiles((text, file) => readModelDescription(text, stem(file), (name) => catalog.model(name)?.model));
  }

  /**
   * What holds for `file` (absolute, or from the working folder; it need not exist): the nearest `.inference-lens.yaml` and
   * `.inference-lens/` from its folder upwards, up to the folder of a git repository. Never throws.
   */
  find(file: string, { argument = {}, setting = {}, open }: FindOptions = {}): FoundSurroundings {
    const path = resolve(file);
    const problems: SurroundingsProblem[] = [];
    const project = nearestEntry(path, projectFile, "file");
    const folder = nearestEntry(path, projectFolder, "folder");
    const own = this.own.resolved(this.entries(folder, "workloads", problems), (file, problem) => problems.push(ofWhole(file, problem)));
    return {
      surroundings: {
        argument,
        project: this.assumptions(project, path, problems),
        setting,
        models: this.modelsIn(folder, problems),
        calibrations: this.calibrationsOf(path, folder, problems),
        neighbours: this.neighbours.of(path, open),
      },
      catalog: this.catalogWith(
        own.map(({ rows }) => rows),
        this.gpusIn(folder, problems),
      ),
      workloads: new Map(own.map(({ rows, workload }) => [rows.name, workload])),
      project: project ?? null,
      problems,
    };
  }

  /** What is wrong with the text of a project's own file; undefined where its text alone does not say. */
  problemsIn(file: string, text: string): readonly ReadProblem[] | undefined {
    const folder = dirname(resolve(file));
    if (basename(file) === projectFile) return readProject(text).problems;
    if (basename(folder) === projectFolder && basename(file) === gpusFile) return readGpus(text, this.catalog, gpusFile).problems;
    if (basename(folder) === "calibrations" && basename(dirname(folder)) === projectFolder) return readCalibration(text).problems;
    return undefined;
  }

  private assumptions(project: string | undefined, path: string, problems: SurroundingsProblem[]): Assumptions {
    if (project === undefined) return {};
    const read = parsed(this.projects, project, problems);
    if (!read) return {};
    problems.push(...read.problems.map((one) => ({ file: project, ...one })));
    return assumptionsFor(read.project, relative(dirname(project), path).split(sep).join("/"));
  }

  private modelsIn(folder: string | undefined, problems: SurroundingsProblem[]): ReadonlyMap<string, Model> {
    const models = new Map<string, Model>();
    for (const file of this.entries(folder, "models", problems)) {
      const described = parsed(this.models, file, problems);
      if (!described) continue;
      if (described.model) models.set(described.name, described.model);
      else problems.push(ofWhole(file, message("{0}", described.problem)));
    }
    return models;
  }

  /** Those that name this file, by its path from the folder that holds `.inference-lens`; of two for one pool the first, and that is told. */
  private calibrationsOf(path: string, folder: string | undefined, problems: SurroundingsProblem[]): readonly Calibration[] {
    if (folder === undefined) return [];
    const own = relative(dirname(folder), path).split(sep).join("/");
    const measured = new Map<string, string>();
    return this.entries(folder, "calibrations", problems).flatMap((file) => {
      const read = parsed(this.calibrations, file, problems);
      problems.push(...(read?.problems.map((one) => ({ file, ...one })) ?? []));
      const calibration = read?.calibration;
      if (calibration?.file !== own) return [];
      const pool = `${calibration.deployment} ${calibration.memory?.conditions.role}`;
      const before = measured.get(pool);
      if (before !== undefined) {
        problems.push(ofWhole(file, message("{0} measures the same pool: only that is used.", basename(before))));
        return [];
      }
      measured.set(pool, file);
      return [calibration];
    });
  }

  private gpusIn(folder: string | undefined, problems: SurroundingsProblem[]): readonly OwnGpu[] {
    const file = folder === undefined ? undefined : join(folder, gpusFile);
    if (file === undefined || !isThere(file, "file")) return [];
    const read = parsed(this.gpus, file, problems);
    problems.push(...(read?.problems.map((one) => ({ file, ...one })) ?? []));
    return read?.gpus ?? [];
  }

  /** The same catalogue for the same GPUs and workloads: what others keep beside it stays. */
  private catalogWith(rows: readonly WorkloadRows[], gpus: readonly OwnGpu[]): Catalog {
    const before = this.extended;
    if (sameItems(rows, before.rows) && sameItems(gpus, before.gpus)) return before.catalog;
    this.extended = { rows, gpus, catalog: withGpus(withWorkloads(this.catalog, rows), gpus) };
    return this.extended.catalog;
  }

  private entries(folder: string | undefined, name: string, problems: SurroundingsProblem[]): string[] {
    if (folder === undefined) return [];
    const directory = join(folder, name);
    if (!isThere(directory, "folder")) return [];
    try {
      const names = readdirSync(directory).filter((one) => /\.(ya?ml|json)$/i.test(one));
      if (names.length > mostEntries)
        problems.push(ofWhole(directory, message("Only {0} of {1} files are read.", mostEntries, names.length)));
      return names
        .sort()
        .slice(0, mostEntries)
        .map((one) => join(directory, one));
    } catch (error) {
      problems.push(ofWhole(directory, message("{0}", sentence(reason(error)))));
      return [];
    }
  }
}

/** The same for one file alone; hosts that ask often keep a `SurroundingsFiles`. */
export function findSurroundings(file: string, options: FindOptions & { readonly catalog: Catalog }): FoundSurroundings {
  return new SurroundingsFiles(options.catalog).find(file, options);
}

function parsed<T>(files: ParsedFiles<T>, file: string, problems: SurroundingsProblem[]): T | undefined {
  try {
    return files.get(file);
  } catch (error) {
    problems.push(ofWhole(file, message("{0}", sentence(error instanceof FileError ? error.message : reason(error)))));
    return undefined;
  }
}

function ofWhole(file: string, words: Message): SurroundingsProblem {
  return { file, message: words, range: emptyRange };
}

function sameItems<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((one, index) => one === b[index]);
}

function sentence(words: string): string {
  return `This file ${words}.`;
}

function stem(file: string): string {
  return basename(file, extname(file));
}
