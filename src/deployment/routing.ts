import { wordTable } from "../catalog/word-table.ts";

/** Policies that have no settings. */
export type PlainRouting = "random" | "round-robin" | "least-requests" | "join-shortest-queue" | "power-of-two" | "least-ttft" | "session";

/** Scores between 0 and 1 of each instance, weighted and added; the highest wins, one of equals by chance (llm-d's endpoint picker). */
export interface ScoredRouting {
  readonly policy: "prefix";
  readonly weights: ScoreWeights;
  readonly index: PrefixIndexing;
  /** Between two looks at the engines' own figures. */
  readonly scrapeSeconds: number;
}

export interface ScoreWeights {
  /** Share of the prompt's blocks that are thought to be there. */
  readonly prefix: number;
  /** Requests that wait in the engine, the longest queue 0 and the shortest 1. */
  readonly queue: number;
  /** Requests that run in the engine, likewise. */
  readonly running: number;
  /** Requests that the router itself has sent there and that have not come back. */
  readonly active: number;
  /** Share of the KV cache that is free. */
  readonly freeCache: number;
}

/** Where a router knows prefixes from: the prompts it sent, kept in a list of its own for each instance, or the engines' own caches. */
export type PrefixIndexing =
  | { readonly from: "own-list"; readonly blockTokens: number; readonly mostBlocks: number; readonly capacityBlocks: number }
  | { readonly from: "engines" };

/** The instance whose prompts share most with this one, unless they share little or loads are too uneven (SGLang's router). */
export interface CacheAwareRouting {
  readonly policy: "cache-aware";
  /** Share of the prompt above which the longest match decides; below it goes where fewest prompts were sent so far. */
  readonly cacheThreshold: number;
  /** Loads are uneven where the most exceeds the least by more than this, and by more than that factor. */
  readonly balanceAbsolute: number;
  readonly balanceRelative: number;
  /** Tokens of prompts remembered for each instance. */
  readonly treeTokens: number;
}

/** Blocks of prompt still to compute, weighted, plus blocks in use by answers; the lowest wins (Dynamo's KV router). */
export interface KvCostRouting {
  readonly policy: "kv-cost";
  readonly overlapWeight: number;
  /** 0 = always the lowest; above, chosen by chance, the lower the likelier. */
  readonly temperature: number;
}

/** How requests are spread over the instances of a deployment. */
export type RoutingRule = PlainRouting | ScoredRouting | CacheAwareRouting | KvCostRouting;

export type RoutingPolicy = PlainRouting | Exclude<RoutingRule, PlainRouting>["policy"];

/** plugin.go of the prefix-cache-scorer: 64 characters a block, taken as 4 a token; data is scraped every 50 ms. */
export const ownPrefixList = { from: "own-list", blockTokens: 16, mostBlocks: 256, capacityBlocks: 31_250 } as const;
export const scrapeSeconds = 0.05;

/** llm-d-inference-scheduler 520af47 as it ships: prefix-cache-scorer 2, queue-scorer 1. */
export const prefixRouting: ScoredRouting = {
  policy: "prefix",
  weights: { prefix: 2, queue: 1, running: 0, active: 0, freeCache: 0 },
  index: ownPrefixList,
  scrapeSeconds,
};

/** router_args.py of sglang_router 0.2; 2^26 characters of prompts, taken as 4 a token. */
export const cacheAwareRouting: CacheAwareRouting = {
  policy: "cache-aware",
  cacheThreshold: 0.3,
  balanceAbsolute: 64,
  balanceRelative: 1.5,
  treeTokens: 2 ** 24,
};

/** --kv-overlap-score-weight and --router-temperature of dynamo.frontend. */
export const kvCostRouting: KvCostRouting = { policy: "kv-cost", overlapWeight: 1, temperature: 0 };

const rules: Readonly<Record<string, RoutingRule>> = wordTable({
  random: "random",
  "round-robin": "round-robin",
  roundrobin: "round-robin",
  "least-requests": "least-requests",
  "least-outstanding": "least-requests",
  "join-shortest-queue": "join-shortest-queue",
  "power-of-two": "power-of-two",
  prefix: prefixRouting,
  "cache-aware": cacheAwareRouting,
  "kv-cost": kvCostRouting,
  "least-ttft": "least-ttft",
  session: "session",
});

/** The words of a directive or a case, the first of each rule. */
export const routingPolicies: readonly RoutingPolicy[] = [
  "random",
  "round-robin",
  "least-requests",
  "join-shortest-queue",
  "power-of-two",
  "prefix",
  "cache-aware",
  "kv-cost",
  "least-ttft",
  "session",
];

/** The rule a word names, with its usual settings; undefined for unknown words. */
export function routingRule(word: string): RoutingRule | undefined {
  const name = word.trim().toLowerCase().replaceAll("_", "-");
  return Object.hasOwn(rules, name) ? rules[name] : undefined;
}
