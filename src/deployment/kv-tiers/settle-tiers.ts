import type { Gpu } from "../../catalog/facts.ts";
import type { Pool } from "../deployment.ts";
import type { Assumption, JudgedEngine, Layout, PoolLinks } from "../settled.ts";
import type { KvTiers, WrittenTiers } from "./kv-tiers.ts";
import { completedTier } from "./tier-speeds.ts";

/** What sizes and rates of stores follow from. */
export interface TierFacts {
  readonly engine: JudgedEngine;
  readonly gpu: Gpu;
  readonly layout: Layout;
  readonly links: PoolLinks;
}

/** The stores of KV cache that a pool asks for, and what nobody wrote down of them. */
export function settledTiers(
  pool: Pool,
  facts: TierFacts,
): { readonly kvTiers: KvTiers | undefined; readonly assumed: readonly Assumption[] } {
  const written = pool.overrides?.kvTiers ?? writtenTiers(pool, facts);
  if (!written || written.tiers.length === 0) return { kvTiers: undefined, assumed: [] };
  const place = { gpu: facts.gpu, links: facts.links, ranks: ranksOf(facts.layout) };
  const completed = written.tiers.map((tier) => completedTier(tier, place));
  return { kvTiers: { ...written, tiers: completed.map(({ tier }) => tier) }, assumed: completed.flatMap(({ assumed }) => assumed) };
}

function writtenTiers(_pool: Pool, _facts: TierFacts): WrittenTiers | undefined {
  return undefined;
}

/** GPUs that hold the cache of one sequence. */
export function ranksOf({ tensor, pipeline, sequence, prefillContext }: Layout): number {
  return tensor * pipeline * sequence * prefillContext;
}
