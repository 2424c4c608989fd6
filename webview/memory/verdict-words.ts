import type { MemoryOverview, PoolMemory } from "../../src/language/memory-overview.ts";
import type { MemoryPlan, RankMemory } from "../../src/memory/plan.ts";
import type { Sentence, Tag } from "../parts/models.ts";
import { figure, gib, whole } from "../parts/numbers.ts";
import { listed, said, words } from "../parts/words.ts";

const good: Tag = { glyph: "✓", word: "", tone: "good" };
const bad: Tag = { glyph: "✕", word: "", tone: "bad" };
const unsure: Tag = { glyph: "≈", word: "", tone: "warning" };

/** A shorter request than the longest, for which people have a feeling. */
const usualTokens = 4096;

/** What fits, by how much, or what it is over by and what the engine would say. */
export function memoryVerdict({ pools, otherErrors }: MemoryOverview): Sentence {
  const refused = pools.find(({ plan }) => !plan.fits);
  const sentence = refused ? refusal(refused, pools.length > 1) : fits(pools);
  if (otherErrors === 0) return sentence;
  const text =
    otherErrors === 1 ? words("It will not start for another reason.") : words("It will not start for {0} other reasons.", otherErrors);
  return { ...sentence, lines: [...sentence.lines, { text }] };
}

function fits(pools: readonly PoolMemory[]): Sentence {
  const [only, ...others] = pools;
  if (!only || others.length > 0) {
    const least = Math.min(...pools.map(({ plan }) => plan.kvCacheTokens));
    return {
      sign: good,
      title: words("All pools fit, with room for {0} tokens in the smallest", whole(least)),
      lines: pools.map((pool) => ({ strong: `${pool.name}:`, text: room(pool) })),
    };
  }
  const { plan } = only;
  const title = only.hasDerivedTokens
    ? words("Fits, with {0} blocks of KV cache", whole(plan.kvCacheBlocks))
    : words("Fits, with room for {0} tokens", whole(plan.kvCacheTokens));
  return { sign: good, title, lines: [{ text: room(only) }, ...derived(only), ...several(only)] };
}

/** `24.4 of 71.3 GiB on every GPU is KV cache. That is 4.9 requests of 131,072 tokens, or 156 of 4,096.` */
function room({ plan, maxModelLen, hasDerivedTokens }: PoolMemory): string {
  const rank = plan.ranks[plan.tightest];
  if (!rank) return "";
  const cache =
    rank.kvCacheSpread > 0 ? `${plainGib(rank.kvCacheBytes)} ±\u00a0${plainGib(rank.kvCacheSpread)}` : plainGib(rank.kvCacheBytes);
  const share =
    plan.ranks.length === 1
      ? words("{0} of {1} on every GPU is KV cache.", cache, gib(rank.budgetBytes))
      : words("{0} of {1} on {2} is KV cache, the least of all.", cache, gib(rank.budgetBytes), rank.label);
  const usual = Math.floor(plan.kvCacheTokens / usualTokens);
  const held =
    hasDerivedTokens || maxModelLen < 2 * usualTokens
      ? words("That is {0} requests of {1} tokens.", figure(plan.maxConcurrency), whole(maxModelLen))
      : words(
          "That is {0} requests of {1} tokens, or {2} of {3}.",
          figure(plan.maxConcurrency),
          whole(maxModelLen),
          whole(usual),
          whole(usualTokens),
        );
  return `${share} ${held}`;
}

function derived({ hasDerivedTokens, plan, engine }: PoolMemory): Sentence["lines"] {
  if (!hasDerivedTokens) return [];
  const text = words(
    "{0} prints {1} tokens: with layers of several kinds that figure is derived from blocks and concurrency, and no capacity.",
    engine,
    whole(plan.kvCacheTokens),
  );
  return [{ text }];
}

function several({ engines, instances }: PoolMemory): Sentence["lines"] {
  const each = [
    instances > 1 ? words("{0} replicas", whole(instances)) : "",
    engines > 1 ? words("{0} engines behind each server", whole(engines)) : "",
  ].filter((part) => part !== "");
  return each.length === 0 ? [] : [{ text: words("Each of {0} has as much.", listed(each)) }];
}

function refusal(pool: PoolMemory, isOneOfSeveral: boolean): Sentence {
  const { plan, refusal: finding } = pool;
  const isSure = finding?.isSure ?? plan.refusal?.sure === true;
  const place = isOneOfSeveral ? pool.name : placeOf(plan);
  const lines = [
    { text: finding ? said(finding.words) : needs(plan) },
    ...(isSure ? [] : [{ text: words("The sum lies within its own error of the budget, so it may also start.") }]),
  ];
  if (plan.refusal?.kind === "model-len") {
    const tokens = whole(pool.maxModelLen);
    const title = isSure ? words("One request of {0} tokens does not fit", tokens) : words("One request of {0} tokens may not fit", tokens);
    return { sign: isSure ? bad : unsure, title, lines };
  }
  const over = gib(plan.refusal?.kind === "no-kv-memory" ? plan.refusal.overBytes : 0);
  const title = isSure ? words("Does not fit: {0} over on {1}", over, place) : words("May not fit: about {0} over on {1}", over, place);
  return { sign: isSure ? bad : unsure, title, lines };
}

function placeOf({ ranks, tightest }: MemoryPlan): string {
  return ranks.length === 1 ? words("every GPU") : (ranks[tightest]?.label ?? "");
}

function needs({ ranks, tightest, refusal }: MemoryPlan): string {
  const rank = ranks[tightest];
  if (!rank) return "";
  if (refusal?.kind === "model-len")
    return words(
      "It needs {0} of KV cache on a GPU, and {1} are left. The longest that fits has {2} tokens.",
      gib(refusal.neededBytes),
      gib(refusal.availableBytes),
      whole(refusal.longest),
    );
  return words("It needs {0} on a GPU, and the budget is {1}.", gib(taken(rank)), gib(rank.budgetBytes));
}

function taken({ budgetBytes, kvCacheBytes }: RankMemory): number {
  return budgetBytes - kvCacheBytes;
}

function plainGib(bytes: number): string {
  return (bytes / 2 ** 30).toFixed(1);
}
