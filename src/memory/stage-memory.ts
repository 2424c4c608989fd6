import type { SettledPool } from "../deployment/settled.ts";
import type { KvShape } from "./kv-shape.ts";
import type { RankMemory } from "./plan.ts";
import type { Stage } from "./stages.ts";

/** Memory of the ranks of one stage with the shape of their cache. */
export interface StageMemory {
  readonly memory: RankMemory;
  readonly shape: KvShape;
  readonly blocks: number;
}

/** Ranks that hold the same layers. */
export function ranksPerStage({ layout }: SettledPool): number {
  return layout.tensor * layout.sequence * layout.attentionData * layout.prefillContext;
}

/** `ranks 4–7, stage 1`. */
export function stageLabel(pool: SettledPool, stage: Stage): string {
  const ranks = ranksPerStage(pool);
  const first = stage.index * ranks;
  const range = ranks === 1 ? `rank ${first}` : `ranks ${first}–${first + ranks - 1}`;
  return pool.layout.pipeline > 1 ? `${range}, stage ${stage.index}` : range;
}
