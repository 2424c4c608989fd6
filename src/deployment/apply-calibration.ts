import type { Model } from "../catalog/facts.ts";
import type { Calibration, CalibrationSource, Conditions, MeasuredMemory, MemoryTerm, StagePart } from "./calibration.ts";
import { stageParts } from "./calibration.ts";
import { changedCondition, changedGpu } from "./changed-condition.ts";
import { conditionsOf, dependsOn } from "./conditions.ts";
import { type Message, message } from "./message.ts";
import type { SettledPool } from "./settled.ts";

/** What of a calibration replaces a prediction of this pool, and what does not and why. */
export interface AppliedCalibration {
  readonly source: CalibrationSource;
  readonly date: string;
  /** Bytes of each pipeline stage's ranks; only what applies. */
  readonly stages: ReadonlyMap<number, Readonly<Partial<Record<StagePart, number>>>>;
  readonly kvCacheBlocks: number | null;
  readonly applied: readonly MemoryTerm[];
  readonly refused: readonly RefusedTerm[];
}

/** A measured figure that no longer holds: it is predicted again. */
export interface RefusedTerm {
  readonly term: MemoryTerm;
  readonly why: Message;
}

/** Holds what was measured against what the pool is now. Undefined where nothing was measured for a pool of this role. */
export function applyCalibration(calibrations: readonly Calibration[], model: Model, pool: SettledPool): AppliedCalibration | undefined {
  const memory = calibrations.map((one) => one.memory).find((one) => one?.conditions.role === pool.role);
  if (!memory) return undefined;
  const now = conditionsOf(model, pool);
  const blocks = measuredBlocks(memory, model, pool);
  const told = stageParts.filter((part) => memory.stages.some((stage) => stage[part] !== undefined));
  const terms: readonly MemoryTerm[] = [...told, ...(blocks === null ? [] : (["kvCacheBlocks"] as const))];
  const judged = terms.map((term) => ({
    term,
    why:
      changed(term, memory.conditions, now) ??
      notTold(term, pool) ??
      elsewhere(term, memory, pool) ??
      contradicted(term, memory, model, pool),
  }));
  const applied = judged.flatMap(({ term, why }) => (why ? [] : [term]));
  const kept = (part: StagePart): boolean => applied.includes(part);
  const stages = memory.stages.map((stage) => {
    const parts = stageParts.flatMap((part) => (kept(part) && stage[part] !== undefined ? [[part, stage[part]] as const] : []));
    return [stage.stage, Object.fromEntries(parts)] as const;
  });
  return {
    source: memory.source,
    date: memory.date,
    stages: new Map(stages),
    kvCacheBlocks: applied.includes("kvCacheBlocks") ? blocks : null,
    applied,
    refused: judged.flatMap(({ term, why }) => (why ? [{ term, why }] : [])),
  };
}

/** Why a term no longer holds; what a driver reports of a card depends on nothing but the card. */
function changed(term: MemoryTerm, then: Conditions, now: Conditions): Message | undefined {
  return term === "total" ? changedGpu(then, now) : changedCondition(then, now, dependsOn[term]);
}

/** Engines print the weights of both copies of Shift Parallelism as one figure or not at all. */
function notTold(term: MemoryTerm, { shiftThreshold }: SettledPool): Message | undefined {
  return term === "weights" && shiftThreshold !== null ? message("which of the two copies was measured is not told") : undefined;
}

/** A part that was measured on no stage that this pipeline has. */
function elsewhere(term: MemoryTerm, { stages }: MeasuredMemory, { layout: { pipeline } }: SettledPool): Message | undefined {
  if (term === "kvCacheBlocks") return undefined;
  const told = stages.filter((stage) => stage[term] !== undefined).map(({ stage }) => stage);
  return told.every((stage) => stage >= pipeline) ? message("there is no pipeline stage {0}", Math.min(...told)) : undefined;
}

/** Of one figure printed twice neither is used where the two are not one. */
function contradicted(
  term: MemoryTerm,
  { kvCacheBlocks, kvCacheTokens }: MeasuredMemory,
  model: Model,
  pool: SettledPool,
): Message | undefined {
  if (term !== "kvCacheBlocks" || kvCacheBlocks === null || kvCacheTokens === null || !isPlainCache(model, pool)) return undefined;
  const tokens = kvCacheBlocks * pool.settings.blockTokens;
  return tokens === kvCacheTokens ? undefined : message("{0} blocks hold {1} tokens, not {2}", kvCacheBlocks, tokens, kvCacheTokens);
}

/** Blocks as reported, or from tokens where each block holds so many of one sequence and no layer has a share of its own. */
function measuredBlocks({ kvCacheBlocks, kvCacheTokens }: MeasuredMemory, model: Model, pool: SettledPool): number | null {
  if (kvCacheBlocks !== null) return kvCacheBlocks;
  const { blockTokens } = pool.settings;
  return kvCacheTokens === null || !isPlainCache(model, pool) || kvCacheTokens % blockTokens !== 0 ? null : kvCacheTokens / blockTokens;
}

function isPlainCache({ slidingLayers, recurrent }: Model, { layout }: SettledPool): boolean {
  return slidingLayers === 0 && (recurrent?.layers ?? 0) === 0 && layout.decodeContext * layout.prefillContext === 1;
}
