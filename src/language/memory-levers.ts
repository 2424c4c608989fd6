import type { Catalog } from "../catalog/catalog.ts";
import type { Message } from "../deployment/message.ts";
import { settingNames } from "../deployment/setting-names.ts";
import type { Edit } from "../deployment/text.ts";
import type { MemoryPlan } from "../memory/plan.ts";
import type { FixOptions } from "./fixes.ts";
import { type LeverId, type LeverStep, type LeverSteps, leverSteps } from "./lever-steps.ts";
import type { DeploymentAnalysis } from "./results.ts";
import { planWith } from "./variants.ts";
import { verifiedEdits } from "./verified-change.ts";

/** What the memory of one pool would be after a change. */
export interface LeverOutcome {
  readonly fits: boolean;
  /** Bytes a GPU is still over its budget; 0 where something is left for a cache. */
  readonly overBytes: number;
  readonly kvCacheTokens: number;
  readonly gainTokens: number;
  /** Requests of full length at once. */
  readonly maxConcurrency: number;
}

/** One step of a setting, tried. */
export interface Lever {
  /** Unique in its deployment. */
  readonly key: string;
  readonly id: LeverId;
  readonly pool: number;
  readonly title: Message;
  readonly price: Message;
  readonly outcome: LeverOutcome;
  /** Make the file say so; empty where it cannot be made to, or where it would still not fit. */
  readonly edits: readonly Edit[];
  /** Why there are no edits for what would help. */
  readonly obstacle: Message | null;
}

export interface LeverOptions extends FixOptions {
  readonly catalog: Catalog;
  /** Most requests that ran at once in the last simulation. */
  readonly runningPeak?: number | undefined;
}

/**
 * What one step of each setting gives a deployment, the cheapest first. What cannot start yet takes the smallest step that lets it.
 * Edits were tried on the text: model and rules run again on it, more is left than before, and no new error is raised.
 */
export function memoryLevers(subject: DeploymentAnalysis, options: LeverOptions): readonly Lever[] {
  return [...triedLevers(subject, options)].filter((one) => one !== undefined);
}

/** The same one after the other, so that an editor can do something else in between; undefined for each that does not help. */
export function* triedLevers(subject: DeploymentAnalysis, options: LeverOptions): Generator<Lever | undefined> {
  const { settled, memory, deployment } = subject;
  const names = settingNames(deployment.engine);
  if (!settled || !names) return;
  for (const [index, plan] of memory.entries()) {
    const pool = settled.pools[index];
    if (!pool) continue;
    const site = { model: settled.model, pool, plan, names, runningPeak: options.runningPeak };
    for (const lever of leverSteps(site)) yield triedLever(lever, index, plan, subject, options);
  }
}

function triedLever(
  { id, steps }: LeverSteps,
  index: number,
  before: MemoryPlan,
  subject: DeploymentAnalysis,
  options: LeverOptions,
): Lever | undefined {
  const { deployment } = subject;
  const found = best(steps, before, (step) => planWith(deployment, index, step.flags, options.catalog));
  if (!found || !helps(found.plan, before)) return undefined;
  const { step, plan } = found;
  const lever = { key: `${index}/${id}`, id, pool: index, title: step.title, price: step.price };
  const unwritten = { ...lever, outcome: outcome(plan, before), edits: [], obstacle: null };
  if (!plan.fits) return unwritten;
  const tried = verifiedEdits(subject, { parts: [{ pool: index, flags: step.flags, ...(step.gpus ? { gpus: step.gpus } : {}) }] }, options);
  if (!tried) return undefined;
  if (!tried.edits) return { ...unwritten, obstacle: tried.obstacle };
  const verified = tried.after.memory[index];
  if (!verified?.fits || !helps(verified, before)) return undefined;
  return { ...lever, outcome: outcome(verified, before), edits: tried.edits, obstacle: null };
}

/** One step where all is well; else the first that lets it start, or how far the last one gets. */
function best(
  steps: readonly LeverStep[],
  before: MemoryPlan,
  planOf: (step: LeverStep) => MemoryPlan | undefined,
): { readonly step: LeverStep; readonly plan: MemoryPlan } | undefined {
  let last: { readonly step: LeverStep; readonly plan: MemoryPlan } | undefined;
  for (const step of steps) {
    const plan = planOf(step);
    if (!plan) continue;
    last = { step, plan };
    if (before.fits || plan.fits) return last;
  }
  return last;
}

/** A gain below a thousandth is within what nobody can measure. */
const noticeable = 1.001;

function helps(after: MemoryPlan, before: MemoryPlan): boolean {
  if (after.fits !== before.fits) return after.fits;
  if (!before.fits) return room(after) > room(before);
  return after.kvCacheTokens > before.kvCacheTokens * noticeable || after.maxConcurrency > before.maxConcurrency * noticeable;
}

function room({ ranks, tightest }: MemoryPlan): number {
  return ranks[tightest]?.kvCacheBytes ?? 0;
}

function outcome(after: MemoryPlan, before: MemoryPlan): LeverOutcome {
  return {
    fits: after.fits,
    overBytes: Math.max(0, -room(after)),
    kvCacheTokens: after.kvCacheTokens,
    gainTokens: after.kvCacheTokens - Math.max(0, before.kvCacheTokens),
    maxConcurrency: after.maxConcurrency,
  };
}
