import type { Catalog } from "../../src/catalog/catalog.ts";
import type { FlagFacts, GpuId, Model } from "../../src/catalog/facts.ts";
import type { Deployment, EngineId, Pool } from "../../src/deployment/deployment.ts";
import type { Edit } from "../../src/deployment/text.ts";
import type { Version } from "../../src/deployment/version.ts";
import type { MemoryPlan } from "../../src/memory/plan.ts";

/** One pool of one file, as it is published. */
export interface Site {
  readonly file: string;
  readonly format: string;
  readonly text: string;
  readonly deployment: Deployment;
  readonly pool: Pool;
  readonly memory: MemoryPlan | undefined;
  readonly catalog: Catalog;
  readonly engine: EngineId;
  /** As the file itself says; an assumed one proves nothing. */
  readonly version: Version | undefined;
  readonly model: Model | undefined;
  readonly gpu: GpuId | undefined;
  /** What the engine's own table says about a flag. */
  readonly factsOf: (name: string) => FlagFacts | undefined;
}

/** Edits of one step, made on the pool as it reads after the steps before; undefined where they cannot be written. */
export type Change = (pool: Pool) => readonly Edit[] | undefined;

export interface Mutant {
  /** `TP 4 → 8`. */
  readonly what: string;
  readonly changes: readonly Change[];
}

/** One way to break a deployment. */
export interface Mutation {
  readonly name: string;
  /** Why it will not start: ids of the rules, or the table that says so. */
  readonly refusal: string;
  /** Codes of which one must be reported. */
  readonly expected: readonly string[];
  /** Codes of errors that follow from the same change, and are no surprise. */
  readonly follows?: readonly string[];
  /** undefined where it cannot be made, or the engine would take it. */
  readonly make: (site: Site) => Mutant | undefined;
  /** The engine takes it after all: what was changed, other values of the file follow. */
  readonly isTaken?: (pool: Pool) => boolean;
}
