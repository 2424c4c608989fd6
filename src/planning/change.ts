import type { Catalog } from "../catalog/catalog.ts";
import { withFlags, withInstances } from "../deployment/change.ts";
import type { Deployment } from "../deployment/deployment.ts";
import type { Message } from "../deployment/message.ts";
import { settle } from "../deployment/settle.ts";
import type { Settlement } from "../deployment/settled.ts";
import { fittedLengths } from "../memory/memory-plan.ts";

/** What a change does to one pool. */
export interface PoolChange {
  readonly pool: number;
  /** Texts by flag: `true` switches one on, `false` off, null takes it away. */
  readonly flags: Readonly<Record<string, string | null>>;
  /** GPUs of an instance, where the change needs more. */
  readonly gpus?: number;
  /** Instances of the pool, where the change is about them. */
  readonly instances?: number;
}

/** What a change is paid with, the least first. */
export type Burden = "none" | "quality" | "gpus";

/** One thing that could be done about a deployment. */
export interface Change {
  /** Imperative, with the values in it. */
  readonly title: Message;
  /** What it costs. */
  readonly price: Message;
  readonly burden: Burden;
  readonly parts: readonly PoolChange[];
}

/** The deployment after a change, the way the file itself goes: flags first, sizes and defaults follow from them. */
export function changed(deployment: Deployment, { parts }: Pick<Change, "parts">): Deployment {
  return parts.reduce((before, { pool, flags, instances }) => {
    const flagged = withFlags(before, flags, pool);
    return instances === undefined ? flagged : withInstances(flagged, pool, instances);
  }, deployment);
}

/** The same in plain numbers. */
export function settledAfter(deployment: Deployment, change: Pick<Change, "parts">, catalog: Catalog): Settlement {
  return fittedLengths(settle(changed(deployment, change), catalog));
}
