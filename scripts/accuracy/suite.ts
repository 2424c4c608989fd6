import type { Catalog } from "../../src/catalog/catalog.ts";
import type { ScatterPlot } from "./scatter.ts";

/** A set of real measurements with the figures that predictions are judged by. */
export interface Suite {
  /** As an argument of the command names it. */
  readonly name: string;
  /** Other names: the letter of its table. */
  readonly aliases: readonly string[];
  readonly title: string;
  /** Below the data folder; without them the suite does not run. */
  readonly files: readonly string[];
  /** `own` is the folder of the repository's own tables. */
  run(data: string, catalog: Catalog, own: string): SuiteResult;
}

export interface SuiteResult {
  readonly metrics: readonly Metric[];
  readonly tables: readonly Table[];
  readonly plots: readonly ScatterPlot[];
}

/** One judged figure. */
export interface Metric {
  /** Key of `bars`. */
  readonly name: string;
  /** Measurements behind the figure. */
  readonly rows: number;
  readonly value: number;
  readonly unit: "%" | "rows" | "ms" | "";
  /** The same figure of others' predictions, on the rows that they answer. */
  readonly roofline?: number;
  readonly peer?: number;
}

/** Figures that are told and not judged: breakdowns, what is outside and by how much. */
export interface Table {
  readonly title: string;
  /** What a reader must know beside the title. */
  readonly note?: string;
  /** The first row is the head. */
  readonly rows: readonly (readonly (string | number)[])[];
}
