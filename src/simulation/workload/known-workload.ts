import type { Catalog } from "../../catalog/catalog.ts";
import { builtInWorkload } from "./built-in.ts";
import { baseOf, type LoadBase } from "./read-like.ts";
import type { Workload } from "./workload.ts";

/** Workloads that can be named: a project's own stand in front of the built-in ones. */
export interface KnownWorkloads {
  readonly catalog: Pick<Catalog, "workload">;
  readonly own: ReadonlyMap<string, Workload>;
}

/** A workload by its name, of so many requests where it is built in; one that leaves its rate open is drawn at one request per second. */
export function knownWorkload({ catalog, own }: KnownWorkloads, name: string, requests?: number): LoadBase | undefined {
  const written = own.get(name);
  if (written) return baseOf(written);
  const rows = catalog.workload(name);
  if (!rows) return undefined;
  const ratePerSecond = rows.cv === null ? null : (rows.ratePerSecond ?? null);
  return { workload: builtInWorkload(rows, rows.cv === null ? null : (ratePerSecond ?? 1), requests), ratePerSecond };
}
