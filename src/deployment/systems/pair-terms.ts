import type { SystemSettings } from "./settings.ts";

/** What every system has that takes prompts and answers apart. */
export interface PairTerms {
  /** Instances that compute prompts, of one mixed pool that is taken apart; null = half of them. */
  readonly prefillInstances: number | null;
  /** From the end of a prompt until its request has reached the queue of who decodes it. */
  readonly handOverSeconds: number;
  /** Of a node's own network, each way, where its GPUs share a narrower one than their ports; null = they do not. */
  readonly nodeBytesPerSecond: number | null;
}

/** Papers count no time for the agreement between their instances. */
export function pairTerms(settings: SystemSettings): PairTerms {
  return {
    prefillInstances: settings.count("prefillInstances", null),
    handOverSeconds: settings.between("handOverSeconds", 0, 60, 0),
    nodeBytesPerSecond: settings.between("nodeBytesPerSecond", 1000, 1e16, null),
  };
}
