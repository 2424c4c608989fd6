import {
  asBetween,
  asCount,
  asFields,
  asNotNegative,
  asPositive,
  asText,
  CaseError,
  type Fields,
  isFields,
  optional,
} from "./case-fields.ts";
import type { Known } from "./located.ts";
import {
  cacheAwareRouting,
  kvCostRouting,
  ownPrefixList,
  prefixRouting,
  type RoutingRule,
  routingRule,
  type ScoredRouting,
  type ScoreWeights,
} from "./routing.ts";

/** How a case spreads requests over the instances: a policy's name, or an object with its settings; what it leaves out is as usual. */
export function caseRouting(value: unknown, key: string): Known<RoutingRule> {
  if (!isFields(value)) return { value: named(asText(value, key)), origin: "argument" };
  const rule = named(asText(value.policy, `${key}.policy`));
  return { value: typeof rule === "string" ? rule : withSettings(rule.policy, value, key), origin: "argument" };
}

function named(word: string): RoutingRule {
  const rule = routingRule(word);
  if (!rule) throw new CaseError("bad-case", `The routing “${word}” is not known.`);
  return rule;
}

function withSettings(policy: Exclude<RoutingRule, string>["policy"], fields: Fields, key: string): RoutingRule {
  switch (policy) {
    case "prefix":
      return scored(fields, key);
    case "cache-aware":
      return {
        policy,
        cacheThreshold: optional(fields, "cacheThreshold", asBetween(0, 1)) ?? cacheAwareRouting.cacheThreshold,
        balanceAbsolute: optional(fields, "balanceAbsolute", asNotNegative) ?? cacheAwareRouting.balanceAbsolute,
        balanceRelative: optional(fields, "balanceRelative", asNotNegative) ?? cacheAwareRouting.balanceRelative,
        treeTokens: optional(fields, "treeTokens", asCount) ?? cacheAwareRouting.treeTokens,
      };
    case "kv-cost":
      return {
        policy,
        overlapWeight: optional(fields, "overlapWeight", asNotNegative) ?? kvCostRouting.overlapWeight,
        temperature: optional(fields, "temperature", asNotNegative) ?? kvCostRouting.temperature,
      };
  }
}

function scored(fields: Fields, key: string): ScoredRouting {
  const written = optional(fields, "weights", asFields);
  const weight = (name: keyof ScoreWeights): number =>
    written ? (optional(written, name, asNotNegative) ?? 0) : prefixRouting.weights[name];
  const from = optional(fields, "index", asText) ?? "own-list";
  if (from !== "own-list" && from !== "engines") throw new CaseError("bad-case", `“${key}.index” must be own-list or engines.`);
  return {
    policy: "prefix",
    weights: {
      prefix: weight("prefix"),
      queue: weight("queue"),
      running: weight("running"),
      active: weight("active"),
      freeCache: weight("freeCache"),
    },
    index:
      from === "engines"
        ? { from }
        : {
            from,
            blockTokens: optional(fields, "blockTokens", asCount) ?? ownPrefixList.blockTokens,
            mostBlocks: optional(fields, "mostBlocks", asCount) ?? ownPrefixList.mostBlocks,
            capacityBlocks: optional(fields, "capacityBlocks", asCount) ?? ownPrefixList.capacityBlocks,
          },
    scrapeSeconds: optional(fields, "scrapeSeconds", asPositive) ?? prefixRouting.scrapeSeconds,
  };
}
