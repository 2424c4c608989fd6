import type { Catalog } from "../catalog/catalog.ts";
import type { Pool } from "../deployment/deployment.ts";
import { removeFlag, setFlag, setGpuCount } from "../deployment/edit.ts";
import { type Message, message } from "../deployment/message.ts";
import { settingNames } from "../deployment/setting-names.ts";
import { type Edit, LineMap, type Range } from "../deployment/text.ts";
import type { MemoryPlan } from "../memory/plan.ts";
import { gpusAsked } from "../rules/layout.ts";
import { applyEdits } from "./edits.ts";
import { type FixOptions, hasNewErrors } from "./fixes.ts";
import { type LeverId, type LeverStep, type LeverSteps, leverSteps } from "./lever-steps.ts";
import type { DeploymentAnalysis } from "./results.ts";
import { planWith } from "./variants.ts";

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
    for (const lever of leverSteps(site)) yield tried(lever, index, plan, subject, options);
  }
}

function tried(
  { id, steps }: LeverSteps,
  index: number,
  before: MemoryPlan,
  subject: DeploymentAnalysis,
  options: LeverOptions,
): Lever | undefined {
  const { deployment } = subject;
  const pool = deployment.pools[index];
  const found = best(steps, before, (step) => planWith(deployment, index, step.flags, options.catalog));
  if (!pool || !found || !helps(found.plan, before)) return undefined;
  const { step, plan } = found;
  const lever = { key: `${index}/${id}`, id, pool: index, title: step.title, price: step.price };
  const unwritten = { ...lever, outcome: outcome(plan, before), edits: [], obstacle: null };
  if (!plan.fits) return unwritten;
  const obstacle = obstacleTo(pool, step, options.text);
  if (obstacle) return { ...unwritten, obstacle };
  const edits = editsOf(pool, step);
  const edited = applyEdits(options.text, edits);
  if (edited === undefined) return undefined;
  const after = options.again(edited);
  const verified = after.deployments.find((one) => one.deployment.id === deployment.id)?.memory[index];
  const isClean = after.problems.length <= options.analysis.problems.length && !hasNewErrors(options.analysis, after);
  if (!verified?.fits || !helps(verified, before) || !isClean) return undefined;
  return { ...lever, outcome: outcome(verified, before), edits, obstacle: null };
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

function editsOf(pool: Pool, { flags, gpus }: LeverStep): readonly Edit[] {
  const ofFlags = Object.entries(flags).flatMap(([name, value]) => flagEdits(pool, name, value));
  return asksForMore(pool, gpus) ? [...ofFlags, ...setGpuCount(pool, gpus / nodesOf(pool))] : ofFlags;
}

function flagEdits(pool: Pool, name: string, value: string | null): readonly Edit[] {
  return value === null ? removeFlag(pool, name) : setFlag(pool, name, value === "true" ? null : value);
}

function asksForMore(pool: Pool, gpus: number | undefined): gpus is number {
  const asked = gpusAsked(pool);
  return gpus !== undefined && asked !== undefined && gpus > asked;
}

function nodesOf({ hardware }: Pool): number {
  return hardware.nodes?.value ?? 1;
}

/** Why a step cannot be written into this text; undefined where it can. */
function obstacleTo(pool: Pool, step: LeverStep, text: string): Message | undefined {
  for (const [name, value] of Object.entries(step.flags)) {
    const obstacle = flagObstacle(pool, name, text) ?? (flagEdits(pool, name, value).length === 0 ? unwritable(name) : undefined);
    if (obstacle) return obstacle;
  }
  if (!asksForMore(pool, step.gpus)) return undefined;
  const each = step.gpus / nodesOf(pool);
  const isWritable = Number.isInteger(each) && setGpuCount(pool, each).length > 0;
  return isWritable ? undefined : message("the number of GPUs is not written in this file");
}

function unwritable(name: string): Message {
  return message("{0} stands where it cannot be changed", name);
}

function flagObstacle({ engine: { flags, site } }: Pool, name: string, text: string): Message | undefined {
  const flag = flags.get(name);
  const file = flag ? (flag.valueRange ?? flag.flagRange).file : site?.end.file;
  if (file !== undefined) return message("{0} is written in {1}", name, fileName(file));
  if (!flag) return site ? undefined : message("this file has no place for {0}", name);
  if (!flag.value) return message("{0} has a value that cannot be read here", name);
  if (flag.value.origin !== "file") return message("{0} is set outside this file", name);
  const word = flag.valueRange && wordAt(text, flag.valueRange);
  return word !== undefined && isReference.test(word) ? message("{0} takes its value from {1}", name, word) : undefined;
}

/** A variable or a template: what it stands for may be used elsewhere too. */
const isReference = /\$|\{\{/;

function wordAt(text: string, range: Range): string {
  const { start, end } = new LineMap(text).span(range);
  return text.slice(start, end);
}

function fileName(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path;
}
