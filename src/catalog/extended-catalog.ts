import type { Catalog } from "./catalog.ts";
import type { WorkloadRows } from "./facts.ts";

/** The catalogue with workloads of one's own; one of the same name stands in front of the built-in one. */
export function withWorkloads(catalog: Catalog, own: readonly WorkloadRows[]): Catalog {
  if (own.length === 0) return catalog;
  const byName = new Map(own.map((rows) => [rows.name.toLowerCase(), rows]));
  const names = [...own.map(({ name }) => name), ...catalog.workloads().filter((name) => !byName.has(name.toLowerCase()))];
  return {
    ...catalog,
    workload: (name) => byName.get(name.trim().toLowerCase()) ?? catalog.workload(name),
    workloads: () => names,
  };
}
