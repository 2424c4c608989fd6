import type { RoutingRule } from "../../../deployment/routing.ts";
import type { Source } from "../../random.ts";
import type { Requests } from "../../requests.ts";
import { CacheAwareRouter } from "./cache-aware-router.ts";
import { KvCostRouter } from "./kv-cost-router.ts";
import { LeastTtftRouter } from "./least-ttft-router.ts";
import type { Outstanding } from "./outstanding.ts";
import { least, PowerOfTwoRouter, RandomRouter, RoundRobinRouter } from "./plain-routers.ts";
import { ScoredRouter } from "./scored-router.ts";
import { SessionRouter } from "./session-router.ts";
import type { Sight } from "./sight.ts";

/** Chooses among targets, and is told what becomes of its choices. */
export interface Router {
  choose(r: number, now: number): number;
  /** The request goes there. */
  sent?(r: number, target: number): void;
  /** Its prompt is computed there. */
  promptDone?(r: number, target: number): void;
  /** It has left. */
  left?(r: number, target: number): void;
}

/** What routers choose by. */
export interface RouterContext {
  readonly size: number;
  readonly requests: Requests;
  readonly outstanding: Outstanding;
  readonly sight: Sight;
  readonly source: Source;
}

export function routerOf(rule: RoutingRule, context: RouterContext): Router {
  const { size, outstanding, source } = context;
  switch (rule) {
    case "random":
      return new RandomRouter(size, source);
    case "round-robin":
      return new RoundRobinRouter(size);
    case "least-requests":
      return least(outstanding.requests);
    case "join-shortest-queue":
      return least(outstanding.promptTokens);
    case "power-of-two":
      return new PowerOfTwoRouter(outstanding.requests, source);
    case "least-ttft":
      return new LeastTtftRouter(context);
    case "session":
      return new SessionRouter(context);
  }
  switch (rule.policy) {
    case "prefix":
      return new ScoredRouter(rule, context);
    case "cache-aware":
      return new CacheAwareRouter(rule, context);
    case "kv-cost":
      return new KvCostRouter(rule, context);
  }
}

/** Tokens of the blocks in which a rule tells prompts apart by itself; Infinity where it does not. */
export function blockTokensOf(rule: RoutingRule): number {
  return typeof rule !== "string" && rule.policy === "prefix" && rule.index.from === "own-list"
    ? rule.index.blockTokens
    : Number.POSITIVE_INFINITY;
}
