import { readFileSync } from "node:fs";
import { join } from "node:path";

/** One file of the corpus, as its index describes it. */
export interface IndexEntry {
  readonly file: string;
  readonly format: string;
  readonly negative: boolean;
  readonly engines: readonly string[];
  readonly units: number;
  readonly models: readonly string[];
  readonly tensor: readonly number[];
  readonly pipeline: readonly number[];
  readonly gpusPerReplica: readonly number[];
  /** Why the published file itself is wrong, or cannot be judged. */
  readonly excuse: string | null;
}

/** Formats that this product reads. */
export const ourFormats: ReadonlySet<string> = new Set([
  "k8s-deployment",
  "k8s-statefulset",
  "k8s-pod",
  "k8s-job",
  "kustomize-patch",
  "lws",
  "docker-compose",
  "vllm-config",
]);

export function readIndex(folder: string): IndexEntry[] {
  const parsed: unknown = JSON.parse(readFileSync(join(folder, "index.json"), "utf8"));
  if (!Array.isArray(parsed)) throw new Error("index.json: a list was expected");
  return parsed.map(entry);
}

function entry(raw: unknown): IndexEntry {
  const row: ReadonlyMap<string, unknown> = new Map(typeof raw === "object" && raw !== null ? Object.entries(raw) : []);
  const text = (key: string): string => (typeof row.get(key) === "string" ? String(row.get(key)) : "");
  const list = (key: string): unknown[] => {
    const value = row.get(key);
    return Array.isArray(value) ? value : [];
  };
  const numbers = (key: string): number[] => list(key).filter((value) => typeof value === "number");
  return {
    file: text("file"),
    format: text("format"),
    negative: row.get("negative") === true,
    engines: list("engine").map(String),
    units: numbers("units")[0] ?? (typeof row.get("units") === "number" ? Number(row.get("units")) : 0),
    models: [...list("model"), ...list("modelAlias")].map(String),
    tensor: numbers("tp"),
    pipeline: numbers("pp"),
    gpusPerReplica: numbers("gpusPerReplica"),
    excuse: text("mistake") || text("worldSizeNote") || text("ambiguous") || null,
  };
}
