import { join } from "node:path";
import type { Catalog } from "../../src/catalog/catalog.ts";
import { loadCatalog } from "../../src/platform/catalog-files.ts";

export interface Measurement {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What is promised; null = told for information. */
  readonly limit: number | null;
  /** What to hold the value against, in words. */
  readonly note?: string;
}

export function benchCatalog(): Catalog {
  return loadCatalog(join(process.cwd(), "src/catalog/data"));
}

/** Processor seconds of this process, its compiler and collector threads included. */
export function cpuSeconds(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

export function wallMilliseconds(work: () => void): number {
  const started = performance.now();
  work();
  return performance.now() - started;
}

/** The middle one of several tries in this process. */
export function medianOf(tries: number, measure: () => number): number {
  const values = Array.from({ length: tries }, measure).sort((a, b) => a - b);
  return values[tries >> 1] ?? Number.NaN;
}

/** The same in milliseconds: unlike the clock it does not count what other programs take. */
export function cpuMilliseconds(work: () => void): number {
  return 1000 * cpuSeconds(work);
}
