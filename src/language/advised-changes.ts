import type { Deployment } from "../deployment/deployment.ts";
import type { Message } from "../deployment/message.ts";
import type { Settled } from "../deployment/settled.ts";
import type { Edit } from "../deployment/text.ts";
import { memoryPlan } from "../memory/memory-plan.ts";
import type { VerifiedChange } from "../planning/advice/advice.ts";
import { candidates } from "../planning/advice/candidates.ts";
import { type Change, changed } from "../planning/change.ts";
import type { Report } from "../simulation/report/report.ts";
import type { FixOptions } from "./fixes.ts";
import type { DeploymentAnalysis } from "./results.ts";
import { verifiedEdits } from "./verified-change.ts";

/** A change that may help a run, with what it writes. */
export interface AdvisedChange extends Change {
  /** Make the file say so; empty where it cannot be made to. */
  readonly edits: readonly Edit[];
  /** Why there are no edits. */
  readonly obstacle: Message | null;
}

export interface AdvisedOptions extends FixOptions {
  /** A deployment in plain numbers, as the run saw it: with the GPU and the limits that a person chose. */
  readonly settledOf: (deployment: Deployment) => Settled | undefined;
}

/**
 * Changes worth simulating after a run: each was made on the text, raises no new error and fits. One after the other, so that an editor can
 * do something else in between; undefined for each that falls through.
 */
export function* advisedChanges(
  subject: DeploymentAnalysis,
  report: Report,
  options: AdvisedOptions,
): Generator<VerifiedChange<AdvisedChange> | undefined> {
  const settled = options.settledOf(subject.deployment);
  if (!settled) return;
  const seen = new Set([fingerprint(settled)]);
  for (const change of candidates({ deployment: subject.deployment, settled, report })) {
    const one = advised(subject, change, options);
    const key = one && fingerprint(one.settled);
    // What changes nothing, or the same as another, needs no run.
    if (!one || key === undefined || seen.has(key)) yield undefined;
    else {
      seen.add(key);
      yield one;
    }
  }
}

function advised(subject: DeploymentAnalysis, change: Change, options: AdvisedOptions): VerifiedChange<AdvisedChange> | undefined {
  const tried = verifiedEdits(subject, change, options);
  if (!tried) return undefined;
  const after = tried.edits ? tried.after.deployment : changed(subject.deployment, change);
  const settled = isAsAsked(after, change) ? options.settledOf(after) : undefined;
  if (!settled?.pools.every((pool) => memoryPlan(settled.model, pool).fits)) return undefined;
  return { change: { ...change, edits: tried.edits ?? [], obstacle: tried.obstacle ?? null }, settled };
}

/** A count may stand for a part of the replicas alone. */
function isAsAsked({ pools }: Deployment, { parts }: Change): boolean {
  return parts.every(({ pool, instances }) => instances === undefined || pools[pool]?.instances?.value === instances);
}

/** Kernel tables follow from the GPU and its links. */
function fingerprint({ model, pools }: Settled): string {
  return JSON.stringify([model.id, pools], (name, value: unknown) => (name === "kernels" || name === "linkKernels" ? null : value));
}
