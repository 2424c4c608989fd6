import type { Catalog } from "../catalog/catalog.ts";
import type { Deployment } from "../deployment/deployment.ts";
import { divisors } from "../deployment/divisors.ts";
import { settingNames } from "../deployment/setting-names.ts";
import type { Layout, Settled, SettledPool } from "../deployment/settled.ts";
import type { MemoryPlan } from "../memory/plan.ts";
import { sharesStage } from "./lever-steps.ts";
import { planWith } from "./variants.ts";

/** The GPUs of an instance shared out in one way. */
export interface LayoutPlan {
  /** `TP 2 × SP 4`. */
  readonly title: string;
  readonly isThisFile: boolean;
  /** The file's own layout keeps a second copy for Shift, this one cannot. */
  readonly losesShift: boolean;
  readonly plan: MemoryPlan;
}

/** Every TP × SP (where the file uses sequence parallelism) or TP × PP of the same GPUs that divides the model's heads; TP alone grows downwards. */
export function layoutPlans(
  deployment: Deployment,
  settled: Settled,
  index: number,
  plan: MemoryPlan,
  catalog: Catalog,
): readonly LayoutPlan[] {
  const pool = settled.pools[index];
  const names = settingNames(deployment.engine);
  if (!pool || !names) return [];
  const { model } = settled;
  const { layout } = pool;
  const isSequence = layout.sequence > 1 && names.sequenceParallel !== undefined;
  const other = isSequence ? "sequence" : "pipeline";
  const flag = (isSequence ? names.sequenceParallel : undefined) ?? names.pipeline;
  const ways = layout.tensor * layout[other];
  const sizes = sharesStage(pool) ? [layout.tensor] : divisors([ways], ways);
  const tensors = sizes.filter(
    (tensor) => model.heads % (isSequence ? ways : tensor * layout.sequence) === 0 && ways / tensor <= (isSequence ? ways : model.layers),
  );
  return tensors.flatMap((tensor): LayoutPlan[] => {
    const rest = ways / tensor;
    const isThisFile = tensor === layout.tensor;
    const made = isThisFile ? plan : planWith(deployment, index, { [names.tensor]: String(tensor), [flag]: String(rest) }, catalog);
    if (!made) return [];
    return [{ title: words(layout, isSequence, tensor, rest), isThisFile, losesShift: losesShift(pool, isSequence, rest), plan: made }];
  });
}

function losesShift({ shiftThreshold }: SettledPool, isSequence: boolean, rest: number): boolean {
  return shiftThreshold !== null && isSequence && rest === 1;
}

function words(layout: Layout, isSequence: boolean, tensor: number, rest: number): string {
  const sizes: readonly (readonly [string, number])[] = [
    ["TP", tensor],
    ["SP", isSequence ? rest : layout.sequence],
    ["PP", isSequence ? layout.pipeline : rest],
    ["DP", Math.max(layout.data, layout.attentionData)],
  ];
  const shown = isSequence ? ["TP", "SP"] : ["TP"];
  return sizes
    .filter(([word, size]) => size > 1 || shown.includes(word))
    .map(([word, size]) => `${word} ${size}`)
    .join(" × ");
}
