import type { KvCostRouting } from "../../../deployment/routing.ts";
import type { Source } from "../../random.ts";
import type { Requests } from "../../requests.ts";
import { ActivePrefixes } from "./active-prefixes.ts";
import type { Router, RouterContext } from "./router.ts";
import type { Sight } from "./sight.ts";

/**
 * The least of weight × prompt tokens that a target would have to compute + tokens that it would hold, in blocks (selector.rs of Dynamo).
 * What is cached it knows from the engines' events, what is under way from its own choices; answers are not counted as they grow.
 */
export class KvCostRouter implements Router {
  private readonly requests: Requests;
  private readonly sight: Sight;
  private readonly source: Source;
  private readonly costs: Float64Array;
  /** Tokens to compute of the prompts on the way, by target, and of each request. */
  private readonly computing: Float64Array;
  private readonly fresh: Int32Array;
  private readonly active: readonly ActivePrefixes[];

  constructor(
    private readonly rule: KvCostRouting,
    { size, requests, sight, source }: RouterContext,
  ) {
    this.requests = requests;
    this.sight = sight;
    this.source = source;
    this.costs = new Float64Array(size);
    this.computing = new Float64Array(size);
    this.fresh = new Int32Array(requests.count);
    this.active = Array.from({ length: size }, () => new ActivePrefixes(requests));
  }

  choose(r: number): number {
    const { costs, sight, active, computing, rule } = this;
    const prompt = this.requests.prompt[r] as number;
    for (let target = 0; target < costs.length; target++) {
      const held = active[target] as ActivePrefixes;
      const toCompute = (computing[target] as number) + prompt - sight.cachedTokens(target, r);
      costs[target] = rule.overlapWeight * toCompute + held.tokens + held.added(r);
    }
    return rule.temperature > 0 ? this.sampled() : this.lowest();
  }

  sent(r: number, target: number): void {
    this.fresh[r] = (this.requests.prompt[r] as number) - this.sight.cachedTokens(target, r);
    this.computing[target] = (this.computing[target] as number) + (this.fresh[r] as number);
    this.active[target]?.add(r);
  }

  promptDone(r: number, target: number): void {
    this.computing[target] = (this.computing[target] as number) - (this.fresh[r] as number);
  }

  left(r: number, target: number): void {
    this.active[target]?.remove(r);
  }

  private lowest(): number {
    const { costs, source } = this;
    let best = 0;
    let equals = 1;
    for (let target = 1; target < costs.length; target++) {
      const ahead = (costs[target] as number) - (costs[best] as number);
      if (ahead < 0) {
        best = target;
        equals = 1;
      } else if (ahead === 0) {
        equals++;
        if (source() * equals < 1) best = target;
      }
    }
    return best;
  }

  /** Softmax over costs brought to 0 … 1. */
  private sampled(): number {
    const { costs, rule, source } = this;
    let least = Number.POSITIVE_INFINITY;
    let most = 0;
    for (const cost of costs) {
      least = Math.min(least, cost);
      most = Math.max(most, cost);
    }
    const span = most - least;
    let total = 0;
    for (let target = 0; target < costs.length; target++) {
      const above = span > 0 ? ((costs[target] as number) - least) / span : 0;
      costs[target] = Math.exp(-above / rule.temperature);
      total += costs[target] as number;
    }
    let left = source() * total;
    for (let target = 0; target < costs.length; target++) {
      left -= costs[target] as number;
      if (left < 0) return target;
    }
    return costs.length - 1;
  }
}
