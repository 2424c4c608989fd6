import { duration, figure, gib, whole } from "../catalog/quantity.ts";
import type { KvTier } from "../deployment/kv-tiers/kv-tiers.ts";
import type { SettledPool } from "../deployment/settled.ts";
import type { MemoryPlan } from "../memory/plan.ts";
import { type ReuseRule, reuseRule } from "../simulation/kv-tiers/reuse-rule.ts";
import { bytesPerToken } from "../simulation/kv-tiers/tier-plan.ts";
import { stepModel } from "../timing/step.ts";
import type { Card } from "./hover-card.ts";
import type { Place } from "./position.ts";

const names: Readonly<Record<KvTier["kind"], string>> = { dram: "Host memory", ssd: "Disk", remote: "Remote store" };
/** A start of a prompt that many share: a few pages of text. */
const typicalTokens = 8192;
const mostTiers = 2;

/** What the stores behind the cache hold, and from which rate on loading from the nearest pays (docs/decisions/020). */
export function storesCard({ analysis, index }: Place): Partial<Card> {
  const { settled } = analysis;
  const pool = settled?.pools[index];
  const plan = analysis.memory[index];
  const [nearest] = pool?.kvTiers?.tiers ?? [];
  if (!settled || !pool?.kvTiers || !plan || !nearest) return {};
  const token = bytesPerToken(pool.layout, plan);
  if (token <= 0) return {};
  const tokens = Math.min(typicalTokens, Math.max(1, pool.settings.maxModelLen - 1));
  const chunk = pool.settings.chunkedPrefill ? pool.settings.maxNumBatchedTokens : tokens + 1;
  const rule = reuseRule(stepModel(settled.model, pool), chunk, token, nearest, tokens);
  return {
    headline: `${pool.kvTiers.system} keeps ${sizeWords(nearest, plan, token)} behind each engine's cache`,
    rows: [...pool.kvTiers.tiers.slice(0, mostTiers).map((tier) => tierRow(tier, plan, token)), ...ruleRows(rule, nearest, pool)],
    whatIf: adviceOf(rule, nearest, plan, token),
  };
}

function adviceOf(rule: ReuseRule, nearest: KvTier, plan: MemoryPlan, token: number): string | undefined {
  if (rule.loadSeconds >= rule.computeSeconds) return "Computing is sooner here: such a start of a prompt gains nothing from being loaded.";
  // What is written as it is computed is in both at first.
  const isSmaller = nearest.writePolicy !== "write-back" && tokensOf(nearest, plan, token) < plan.kvCacheTokens;
  return isSmaller
    ? `The GPU's own cache holds ${whole(plan.kvCacheTokens)}: most of what is in a smaller store is there as well.`
    : undefined;
}

function sizeWords(tier: KvTier, plan: MemoryPlan, token: number): string {
  return `${whole(tokensOf(tier, plan, token))} tokens`;
}

function tokensOf({ size, blockTokens }: KvTier, plan: MemoryPlan, token: number): number {
  switch (size.kind) {
    case "bytes":
      return Math.floor(size.bytes / token);
    case "of-cache":
      return size.times * plan.kvCacheTokens;
    case "chunks":
      return size.chunks * Math.max(1, blockTokens || plan.blockTokens);
    default: {
      const never: never = size;
      return never;
    }
  }
}

function tierRow(tier: KvTier, plan: MemoryPlan, token: number): readonly [string, string] {
  const bytes = tier.size.kind === "bytes" ? `${gib(tier.size.bytes)}, ` : "";
  return [names[tier.kind], `${bytes}${sizeWords(tier, plan, token)}, ${rateWords(tier.readBytesPerSecond)}`];
}

function ruleRows(rule: ReuseRule, { readBytesPerSecond }: KvTier, { gpu }: SettledPool): readonly (readonly [string, string])[] {
  const from = Number.isFinite(rule.paysFrom) ? rateWords(rule.paysFrom) : "no rate";
  return [
    [`${whole(rule.tokens)} tokens, ${gib(rule.bytes)} at ${rateWords(readBytesPerSecond)}`, `${duration(rule.loadSeconds)} to load`],
    ["The same, computed", duration(rule.computeSeconds)],
    [`A load pays from (at ${gpu.id}'s peak)`, `${from} (${rateWords(rule.paysFromByPeak)})`],
  ];
}

function rateWords(bytesPerSecond: number): string {
  return `${figure(bytesPerSecond / 1e9)} GB/s`;
}
