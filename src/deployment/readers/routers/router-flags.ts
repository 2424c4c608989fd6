import { isReadable, type Mapped, spanOf } from "../../mapped.ts";
import {
  cacheAwareRouting,
  kvCostRouting,
  type PrefixIndexing,
  prefixRouting,
  type RoutingRule,
  type ScoredRouting,
} from "../../routing.ts";
import type { Span } from "../../text.ts";
import type { Variables } from "../../variables.ts";
import type { WrittenRouting } from "../../written-routing.ts";

/** A router's own options, by name; one that cannot be read is there without a value. */
export type RouterFlags = ReadonlyMap<string, Mapped | undefined>;

/** `--a b`, `--a=b` and bare `--a` behind a router's name. */
export function routerFlags(words: readonly Mapped[]): RouterFlags {
  const flags = new Map<string, Mapped | undefined>();
  for (const [i, word] of words.entries()) {
    const [, name, value] = /^--([\w-]+)(?:=(.*))?$/s.exec(word.value) ?? [];
    if (name === undefined) continue;
    const next = words[i + 1];
    const given = value === undefined ? (next && !next.value.startsWith("--") ? next : undefined) : { ...word, value };
    flags.set(name.replaceAll("_", "-"), given && isReadable(given.value) ? given : undefined);
  }
  return flags;
}

/** sglang_router 0.2 (router_args.py): cache_aware unless told otherwise; with pools a policy of each. */
export function sglangRouting(flags: RouterFlags, place: Span): WrittenRouting | undefined {
  const rule = sglangRule(flags.has("prefill-policy") ? "prefill-policy" : "policy", flags);
  const decode = flags.has("decode-policy") ? sglangRule("decode-policy", flags) : undefined;
  if (!rule) return undefined;
  const written = flags.get("policy") ?? flags.get("prefill-policy");
  return { rule, ...(decode ? { decode } : {}), span: written ? spanOf(written) : place };
}

function sglangRule(flag: string, flags: RouterFlags): RoutingRule | undefined {
  if (flags.has(flag) && !flags.get(flag)) return undefined;
  switch (flags.get(flag)?.value ?? "cache_aware") {
    case "random":
      return "random";
    case "round_robin":
      return "round-robin";
    case "power_of_two":
      return "power-of-two";
    case "cache_aware":
      return {
        ...cacheAwareRouting,
        cacheThreshold: numberOf(flags.get("cache-threshold")) ?? cacheAwareRouting.cacheThreshold,
        balanceAbsolute: numberOf(flags.get("balance-abs-threshold")) ?? cacheAwareRouting.balanceAbsolute,
        balanceRelative: numberOf(flags.get("balance-rel-threshold")) ?? cacheAwareRouting.balanceRelative,
      };
    default:
      return undefined;
  }
}

/** dynamo.frontend: round-robin unless told otherwise by flag or variable. */
export function dynamoRouting(flags: RouterFlags, variables: Variables, place: Span): WrittenRouting | undefined {
  const told = (names: readonly string[], variable: string): Mapped | undefined | null => {
    const flag = names.find((name) => flags.has(name));
    if (flag !== undefined) return flags.get(flag) ?? null;
    return variables.has(variable) ? (variables.get(variable) ?? null) : undefined;
  };
  const mode = told(["router-mode"], "DYN_ROUTER_MODE");
  if (mode === null || (mode && !isReadable(mode.value))) return undefined;
  const span = mode ? spanOf(mode) : place;
  switch (mode?.value ?? "round-robin") {
    case "round-robin":
      return { rule: "round-robin", span };
    case "random":
      return { rule: "random", span };
    case "power-of-two":
      return { rule: "power-of-two", span };
    case "kv": {
      const weight = told(["router-kv-overlap-score-weight", "kv-overlap-score-weight"], "DYN_ROUTER_KV_OVERLAP_SCORE_WEIGHT");
      const temperature = told(["router-temperature"], "DYN_ROUTER_TEMPERATURE");
      if (weight === null || temperature === null) return undefined;
      const rule = {
        ...kvCostRouting,
        overlapWeight: numberOf(weight) ?? kvCostRouting.overlapWeight,
        temperature: numberOf(temperature) ?? kvCostRouting.temperature,
      };
      return { rule, span };
    }
    default:
      return undefined;
  }
}

/** Of prefixes alone; one of equals by chance. */
const byPrefix: ScoredRouting = { ...prefixRouting, weights: { prefix: 1, queue: 0, running: 0, active: 0, freeCache: 0 } };
/** Pieces of 128 characters, never forgotten (hashtrie.py of the production stack). */
const hashTrie: PrefixIndexing = { from: "own-list", blockTokens: 32, mostBlocks: 1_000_000, capacityBlocks: 50_000_000 };

/** `--routing-logic` of vLLM's production stack (routing_logic.py). */
export function stackRouting(logic: Mapped | undefined): WrittenRouting | undefined {
  if (!logic || !isReadable(logic.value)) return undefined;
  const span = spanOf(logic);
  switch (logic.value) {
    case "roundrobin":
      return { rule: "round-robin", span };
    case "session":
      return { rule: "session", span };
    case "prefixaware":
      return { rule: { ...byPrefix, index: hashTrie }, span };
    case "kvaware":
      return { rule: { ...byPrefix, index: { from: "engines" } }, span };
    default:
      return undefined;
  }
}

function numberOf(word: Mapped | undefined): number | undefined {
  const value = word === undefined || word.value.trim() === "" ? Number.NaN : Number(word.value);
  return Number.isFinite(value) && value >= 0 ? value : undefined;
}
