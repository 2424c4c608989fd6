import { gib } from "../catalog/quantity.ts";
import type { StagePart } from "../deployment/calibration.ts";
import type { SettledPool } from "../deployment/settled.ts";
import type { Derivation, Part } from "./plan.ts";
import type { Stage } from "./stages.ts";
import type { Term } from "./sum.ts";

/** Parts of a sum that a run can have measured. */
const stagePart: Readonly<Partial<Record<Part, StagePart>>> = {
  weights: "weights",
  activation: "activation",
  "non-torch": "nonTorch",
  graphs: "graphs",
  "kv-cache": "kvCache",
};

/** Engines print two decimals of a GiB. */
const printedSpread = 0.005 * 2 ** 30;

export interface Measured {
  readonly term: Term;
  readonly source: string;
}

/** What a calibration that still holds says of this part of a stage: it stands in the prediction's place. */
export function measuredTerm({ observed: { measured } }: SettledPool, stage: Stage, part: Part): Measured | undefined {
  const name = stagePart[part];
  const bytes = name && measured?.stages.get(stage.index)?.[name];
  if (bytes === undefined || !measured) return undefined;
  return {
    term: { bytes, formula: gib(bytes, 3), confidence: "engine-law", spread: printedSpread },
    source: `${calibrated}${measured.date}`,
  };
}

const calibrated = "calibration of ";

/** Whether a line of the sum stands in a prediction's place. */
export function isMeasured({ source }: Derivation): boolean {
  return source.startsWith(calibrated);
}

/** What the driver reports of the card: a run's own report first, then its data sheet. */
export function cardBytes({ observed: { gpuTotalBytes, measured }, gpu }: SettledPool): number {
  if (gpuTotalBytes !== null) return gpuTotalBytes;
  const totals = [...(measured?.stages.values() ?? [])].flatMap(({ total }) => total ?? []);
  return totals.length > 0 ? Math.min(...totals) : gpu.driverBytes;
}

/** Blocks of the cache that a flag fixes or a run reported. */
export function reportedBlocks({ observed: { kvCacheBlocks, measured } }: SettledPool): number | undefined {
  return kvCacheBlocks ?? measured?.kvCacheBlocks ?? undefined;
}
