import type { Deployment } from "../../src/deployment/deployment.ts";
import type { Known } from "../../src/deployment/located.ts";
import { plain } from "../../src/deployment/message.ts";
import type { Analysis } from "../../src/language/results.ts";
import { type IndexEntry, ourFormats } from "./index-entry.ts";

export interface FileResult {
  readonly file: string;
  readonly format: string;
  readonly formats: readonly string[];
  readonly expectedUnits: number;
  readonly units: number;
  /** Sentences about vLLM engines that were not found, or found otherwise than the index says. */
  readonly misses: readonly string[];
  /** Engines in a file that has none. */
  readonly falseUnits: number;
  readonly findings: readonly { readonly code: string; readonly severity: string; readonly line: number; readonly message: string }[];
  readonly problems: readonly { readonly line: number; readonly message: string }[];
  readonly excuse: string | null;
  readonly crash: string | null;
  readonly milliseconds: number;
}

/** One file's analysis beside its entry in the index. */
export function judge(entry: IndexEntry, analysis: Analysis, milliseconds: number): FileResult {
  const deployments = analysis.deployments.map(({ deployment }) => deployment);
  const isOurs = ourFormats.has(entry.format);
  return {
    file: entry.file,
    format: entry.format,
    formats: analysis.formats,
    expectedUnits: entry.units,
    units: deployments.length,
    misses:
      isOurs && entry.engines.includes("vllm")
        ? misses(
            entry,
            deployments.filter(({ engine }) => engine === "vllm"),
          )
        : [],
    falseUnits: entry.negative ? deployments.length : 0,
    findings: analysis.findings.map(({ code, severity, message, range }) => ({
      code,
      severity,
      message: plain(message),
      line: range.start.line + 1,
    })),
    problems: analysis.problems.map(({ message, range }) => ({ message: plain(message), line: range.start.line + 1 })),
    excuse: entry.excuse,
    crash: null,
    milliseconds,
  };
}

function misses(entry: IndexEntry, found: readonly Deployment[]): string[] {
  const onlyVllm = entry.engines.every((engine) => engine === "vllm");
  const said: string[] = [];
  if (onlyVllm ? found.length !== entry.units : found.length === 0) said.push(`${found.length} of ${entry.units} units`);
  if (found.length === 0 || !onlyVllm) return said;
  const pools = found.flatMap(({ pools }) => pools);
  const names = found.map(({ model }) => model?.value.name).filter((name) => name !== undefined);
  if (
    names.some((name) => !entry.models.includes(name)) ||
    (names.length === 0 && entry.models.length > 0 && !entry.models.every((name) => !name.includes("/")))
  ) {
    said.push(`model ${names.join(", ") || "none"} for ${entry.models.join(", ")}`);
  }
  compare(
    "tp",
    pools.map(({ engine }) => engine.parallel.tensor),
    entry.tensor,
    said,
  );
  compare(
    "pp",
    pools.map(({ engine }) => engine.parallel.pipeline),
    entry.pipeline,
    said,
  );
  compare(
    "GPUs",
    pools.map(({ hardware }) => hardware.gpusPerInstance),
    entry.gpusPerReplica,
    said,
  );
  return said;
}

/** Written values as sets. */
function compare(what: string, values: readonly Known<number>[], expected: readonly number[], said: string[]): void {
  const found = new Set(values.flatMap((value) => (value?.origin === "file" ? [value.value] : [])));
  if (found.size !== new Set(expected).size || expected.some((value) => !found.has(value))) {
    said.push(`${what} ${[...found].join(", ") || "none"} for ${expected.join(", ") || "none"}`);
  }
}
