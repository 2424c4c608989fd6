import type { Model } from "../catalog/facts.ts";
import type { Calibration } from "./calibration.ts";
import type { Slo } from "./deployment.ts";
import type { Message } from "./message.ts";
import { type Neighbours, noNeighbours } from "./neighbours.ts";
import type { Range } from "./text.ts";

/** What project file, settings or command line say where a file is silent. One shape for all three. */
export interface Assumptions {
  readonly gpu?: string;
  readonly gpusPerNode?: number;
  readonly networkBytesPerSecond?: number;
  readonly engineVersion?: string;
  readonly workload?: string;
  readonly slo?: Partial<Slo>;
  readonly gpuHourPrice?: number;
  /** By the GPU's name as written, in the place of the table's. */
  readonly gpuPrices?: Readonly<Record<string, number>>;
  readonly ignore?: readonly string[];
  /** Engine flags (`--set key=value`). */
  readonly flags?: Readonly<Record<string, string>>;
}

/** Everything outside the text that reading it may depend on. */
export interface Surroundings {
  /** Command-line arguments: right after the directive. */
  readonly argument: Assumptions;
  /** `.inference-lens.yaml`, already matched to this file. */
  readonly project: Assumptions;
  readonly setting: Assumptions;
  /** Described models by the name the file uses (`.inference-lens/models/`). */
  readonly models: ReadonlyMap<string, Model>;
  /** What runs of this file's deployments measured (`.inference-lens/calibrations/`). */
  readonly calibrations: readonly Calibration[];
  /** Other files of the workspace that the text may name. */
  readonly neighbours: Neighbours;
}

export const noSurroundings: Surroundings = {
  argument: {},
  project: {},
  setting: {},
  models: new Map(),
  calibrations: [],
  neighbours: noNeighbours,
};

/** A problem of a project's own files, at its place in that file. */
export interface SurroundingsProblem {
  readonly file: string;
  readonly message: Message;
  readonly range: Range;
}
