import { readFileSync } from "node:fs";
import { join } from "node:path";

export const sizeNames = ["tp", "pp", "dp", "ep"] as const;
export type SizeName = (typeof sizeNames)[number];

/** One file of the corpus, as its index describes it. Lists hold the distinct values over all engines of the file. */
export interface IndexEntry {
  readonly file: string;
  readonly format: string;
  /** Serves nothing: the tool must find no engine and say nothing. */
  readonly negative: boolean;
  /** Reasonable readers differ: neither a hit nor a miss. */
  readonly ambiguous: string | null;
  /** What is wrong with the published file. */
  readonly mistake: string | null;
  /** Places that start one engine process group. */
  readonly units: number;
  readonly engines: readonly string[];
  readonly engineDetails: readonly string[];
  readonly models: readonly string[];
  /** Further names of the same models. */
  readonly modelAliases: readonly string[];
  readonly gpuTypes: readonly string[];
  readonly gpusPerReplica: readonly number[];
  readonly sizes: Readonly<Record<SizeName, readonly number[]>>;
  /** `flag=reference` whose value is not in the file. */
  readonly unresolved: readonly string[];
}

export function readIndex(folder: string): IndexEntry[] {
  const parsed: unknown = JSON.parse(readFileSync(join(folder, "index.json"), "utf8"));
  if (!Array.isArray(parsed)) throw new Error("index.json: a list was expected");
  return parsed.map(entry);
}

function entry(raw: unknown): IndexEntry {
  const row: ReadonlyMap<string, unknown> = new Map(typeof raw === "object" && raw !== null ? Object.entries(raw) : []);
  const text = (key: string): string => (typeof row.get(key) === "string" ? String(row.get(key)) : "");
  const list = (key: string): readonly unknown[] => {
    const value: unknown = row.get(key);
    return Array.isArray(value) ? value : [];
  };
  const words = (key: string): readonly string[] => list(key).map(String);
  const numbers = (key: string): readonly number[] => list(key).filter((value) => typeof value === "number");
  const units = row.get("units");
  return {
    file: text("file"),
    format: text("format"),
    negative: row.get("negative") === true,
    ambiguous: text("ambiguous") || null,
    mistake: text("mistake") || null,
    units: typeof units === "number" ? units : 0,
    engines: words("engine"),
    engineDetails: words("engineDetail"),
    models: words("model"),
    modelAliases: words("modelAlias"),
    gpuTypes: words("gpuType"),
    gpusPerReplica: numbers("gpusPerReplica"),
    sizes: { tp: numbers("tp"), pp: numbers("pp"), dp: numbers("dp"), ep: numbers("ep") },
    unresolved: words("unresolved"),
  };
}
