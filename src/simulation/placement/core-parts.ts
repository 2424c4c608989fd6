import type { Message } from "../../deployment/message.ts";
import type { StepModel } from "../../timing/step-model.ts";
import type { BlockPool, PooledCache } from "../engine/block-pool.ts";
import type { EngineCore } from "../engine/engine-core.ts";
import type { SchedulingPolicy } from "../engine/scheduling-policy.ts";

/** How much room an engine core wants beyond a request's prompt before it takes its cache over. */
export interface Admission {
  /** Who is kept out stays out as long as nobody comes or goes. */
  readonly isSteady: boolean;
  /** Blocks that must stay free, for a request that brings so many tokens. */
  kept(r: number, coming: number): number;
  /** Blocks are kept for that request, */
  taken(r: number, coming: number): void;
  /** and it runs. */
  joined(r: number, coming: number): void;
}

/** What a system changes of an engine core, of that place among all cores and of that pool; what is absent stays the engine's own. */
export interface CoreParts {
  /** Its blocks, where they are no plain cache. */
  blocks?(cache: PooledCache): BlockPool;
  policy?(own: SchedulingPolicy, core: EngineCore, index: number, pool: number): SchedulingPolicy;
  admission?(core: EngineCore): Admission;
  /** How long steps of the instance take that this core runs alone. */
  model?(own: StepModel, index: number, pool: number): StepModel;
  /** What came of it, a sentence each. */
  figures?(): readonly Message[];
  /** Forgets what it counted so far: it was warm-up. */
  reset?(): void;
}
