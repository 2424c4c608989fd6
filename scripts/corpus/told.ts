import type { Catalog } from "../../src/catalog/catalog.ts";
import { type InspectJson, inspectJson } from "../../src/cli/output/inspect-json.ts";
import { plain } from "../../src/deployment/message.ts";
import type { Range } from "../../src/deployment/text.ts";
import type { Analysis } from "../../src/language/results.ts";
import { type SizeName, sizeNames } from "./index-entry.ts";

/** A finding or problem as the terminal shows it; lines count from 1. */
export interface Said {
  readonly code: string;
  readonly severity: string;
  readonly line: number;
  readonly lastLine: number;
  readonly message: string;
}

/** What a user is told about one file, in the terms of the index: one element of each list for every engine. */
export interface Told {
  readonly formats: readonly string[];
  readonly units: number;
  /** `vllm`, `dynamo-sglang`; null = unknown. */
  readonly engines: readonly (string | null)[];
  readonly models: readonly (string | null)[];
  readonly gpus: readonly (string | null)[];
  readonly gpusPerReplica: readonly (number | null)[];
  /** Counts that no word of the file says as such (an instance type's, a platform's). */
  readonly gpusDerived: readonly number[];
  readonly sizes: Readonly<Record<SizeName, readonly (number | null)[]>>;
  readonly findings: readonly Said[];
  readonly problems: readonly Said[];
}

/** Goes the way of `inspect` and `check --format json`, so that what is judged is what users get. */
export function told(analysis: Analysis, catalog: Catalog): Told {
  const inspected = analysis.deployments.map((one) => inspectJson(one, catalog));
  const pools = inspected.flatMap((deployment) => deployment.pools.map((pool) => ({ deployment, pool })));
  const counts = analysis.deployments.flatMap(({ deployment }) => deployment.pools.map(({ hardware }) => hardware.gpusPerInstance));
  const sizes = Object.fromEntries(sizeNames.map((name) => [name, pools.map(({ pool }) => pool.sizes[name])]));
  return {
    formats: analysis.formats,
    units: pools.length,
    engines: pools.map(({ deployment, pool }) => engineWord(deployment, pool.engine)),
    models: pools.map(({ deployment }) => deployment.model),
    gpus: pools.map(({ pool }) => pool.gpu),
    gpusPerReplica: pools.map(({ pool }) => pool.gpusPerInstance),
    gpusDerived: counts.flatMap((count) => (count && count.origin !== "file" ? [count.value] : [])),
    sizes: { tp: sizes.tp ?? [], pp: sizes.pp ?? [], dp: sizes.dp ?? [], ep: sizes.ep ?? [] },
    findings: analysis.findings.map(({ code, severity, message, range }) => ({
      code,
      severity,
      message: plain(message),
      ...linesOf(range),
    })),
    problems: analysis.problems.map(({ message, range }) => ({
      code: "problem",
      severity: "problem",
      message: plain(message),
      ...linesOf(range),
    })),
  };
}

function engineWord({ launcher }: InspectJson, engine: string | null): string | null {
  return engine !== null && launcher === "dynamo" ? `dynamo-${engine}` : engine;
}

function linesOf({ start, end }: Range): { readonly line: number; readonly lastLine: number } {
  return { line: start.line + 1, lastLine: end.line + 1 };
}
