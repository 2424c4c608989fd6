import type { Gpu } from "../../catalog/facts.ts";
import type { Pool } from "../deployment.ts";
import { FlagReader } from "../flag-reader.ts";
import { message } from "../message.ts";
import type { Assumption, JudgedEngine, Layout, PoolLinks } from "../settled.ts";
import type { Version } from "../version.ts";
import type { AskedTiers, TierWords } from "./asked-tiers.ts";
import { sglangTiers } from "./hicache.ts";
import type { KvTiers } from "./kv-tiers.ts";
import { tensorrtTiers } from "./tensorrt-tiers.ts";
import { completedTier } from "./tier-speeds.ts";
import { vllmTiers } from "./vllm-connectors.ts";

/** What sizes and rates of stores follow from. */
export interface TierFacts {
  readonly engine: JudgedEngine;
  readonly version: Version;
  readonly gpu: Gpu;
  readonly layout: Layout;
  readonly links: PoolLinks;
}

/** The stores of KV cache that a pool asks for, and what nobody wrote down of them. */
export interface SettledTiers {
  readonly kvTiers: KvTiers | undefined;
  readonly assumed: readonly Assumption[];
}

const readers: Readonly<Record<JudgedEngine, (words: TierWords) => AskedTiers | undefined>> = {
  vllm: vllmTiers,
  sglang: sglangTiers,
  "tensorrt-llm": tensorrtTiers,
};

export function settledTiers(pool: Pool, { engine, version, gpu, layout, links }: TierFacts): SettledTiers {
  const ranks = ranksOf(layout);
  const { flags, environment, storeSettings } = pool.engine;
  const reader = new FlagReader(flags);
  const asked = pool.overrides?.kvTiers ?? readers[engine]({ role: pool.role, flags: reader, environment, storeSettings, version, ranks });
  if (!asked) return { kvTiers: undefined, assumed: [] };
  // A size that a template or a variable holds is known to nobody here.
  const isUnreadable = reader.unreadable.length > 0;
  if ("hidden" in asked || isUnreadable) {
    const system = "hidden" in asked ? asked.hidden : asked.system;
    const why = message("{0} is switched on; its sizes are not in this file, so a simulation goes without it", system);
    return { kvTiers: undefined, assumed: [{ what: "kvTiers", value: "none", why }] };
  }
  if (asked.tiers.length === 0) return { kvTiers: undefined, assumed: [] };
  const completed = asked.tiers.map((tier) => completedTier(tier, { gpu, links, ranks }));
  return { kvTiers: { ...asked, tiers: completed.map(({ tier }) => tier) }, assumed: completed.flatMap(({ assumed }) => assumed) };
}

/** GPUs that hold the cache of one sequence. */
export function ranksOf({ tensor, pipeline, sequence, prefillContext }: Layout): number {
  return tensor * pipeline * sequence * prefillContext;
}
