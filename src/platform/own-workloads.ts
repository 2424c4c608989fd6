import { basename, extname } from "node:path";
import type { Catalog } from "../catalog/catalog.ts";
import type { WorkloadRows } from "../catalog/facts.ts";
import { plainYaml } from "../catalog/plain-yaml.ts";
import { type Message, message } from "../deployment/message.ts";
import { knownWorkload } from "../simulation/workload/known-workload.ts";
import { baseOf, type LikeWorkload, type LoadBase, likeWorkload } from "../simulation/workload/read-like.ts";
import { readWorkload } from "../simulation/workload/read-workload.ts";
import type { Workload } from "../simulation/workload/workload.ts";
import { workloadRows } from "../simulation/workload/workload-rows.ts";
import { ParsedFiles } from "./parsed-files.ts";
import { FileError, reason } from "./text-files.ts";
import { readWorkloadFile } from "./workload-files.ts";

/** A workload of the project, and the same as rows for where a built-in one could be named. */
export interface OwnWorkload {
  readonly rows: WorkloadRows;
  readonly workload: Workload;
  readonly problem?: undefined;
}

type Made = OwnWorkload | { readonly rows?: undefined; readonly problem: string };

/** One that is like another waits until that one is known. */
interface Waiting {
  readonly name: string;
  readonly like: LikeWorkload;
}

/** A project's own workloads, read from their files; what was made of a file is made again only when it or the one it is like changed. */
export class OwnWorkloads {
  private readonly files = new ParsedFiles<Made | Waiting>(readOwn);
  private readonly made = new WeakMap<Waiting, { readonly of: Workload | WorkloadRows | undefined; readonly made: Made }>();

  constructor(private readonly catalog: Catalog) {}

  /** Those that can be run, in the order of the files; what is wrong with the others is told. */
  resolved(files: readonly string[], tell: (file: string, problem: Message) => void): readonly OwnWorkload[] {
    const read = files.flatMap((file) => {
      const found = this.read(file, tell);
      return found ? [{ file, found }] : [];
    });
    const waiting = new Map(read.flatMap(({ found }) => ("like" in found ? [[found.name, found] as const] : [])));
    const own = new Map(read.flatMap(({ found }) => ("workload" in found ? [[found.rows.name, found.workload] as const] : [])));
    return read.flatMap(({ file, found }) => {
      const made = "like" in found ? this.likeAnother(found, own, waiting) : found;
      if (made.problem === undefined) return [made];
      tell(file, message("{0}", made.problem));
      return [];
    });
  }

  private read(file: string, tell: (file: string, problem: Message) => void): Made | Waiting | undefined {
    try {
      return this.files.get(file);
    } catch (error) {
      tell(file, message("{0}", `This file ${error instanceof FileError ? error.message : reason(error)}.`));
      return undefined;
    }
  }

  /** What it is like may be like a third one; a name that comes back to itself means the built-in workload. */
  private likeAnother(one: Waiting, own: ReadonlyMap<string, Workload>, waiting: ReadonlyMap<string, Waiting>): Made {
    const name = one.like.like;
    const others = new Map([...waiting].filter(([known]) => known !== one.name));
    const other = others.get(name);
    const through = other && this.likeAnother(other, own, others);
    if (through?.problem !== undefined) return { problem: `The workload “${name}”, which it is like, cannot be read.` };
    const of = through ? through.workload : (own.get(name) ?? this.catalog.workload(name));
    const before = this.made.get(one);
    if (before && of !== undefined && before.of === of) return before.made;
    const base = (_: string, requests?: number): LoadBase | undefined =>
      through ? baseOf(through.workload) : knownWorkload({ catalog: this.catalog, own }, name, requests);
    const made = likeWorkload(one.like, base);
    const result = made.workload ? rowsOf(one.name, made.workload) : { problem: made.problem };
    this.made.set(one, { of, made: result });
    return result;
  }
}

function readOwn(text: string, file: string): Made | Waiting {
  const name = basename(file, extname(file));
  const read = plainYaml(text);
  const written = read.problem === undefined ? readWorkload(read.value) : undefined;
  if (written?.kind === "like") return { name: written.name ?? name, like: written };
  const { workload, problem } = readWorkloadFile(text, file);
  return workload ? rowsOf(workload.name ?? name, workload) : { problem };
}

function rowsOf(name: string, workload: Workload): Made {
  const rows = workloadRows(name, workload);
  return typeof rows === "string" ? { problem: rows } : { rows, workload };
}
