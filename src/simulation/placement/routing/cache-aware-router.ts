import type { CacheAwareRouting } from "../../../deployment/routing.ts";
import type { Requests } from "../../requests.ts";
import type { Outstanding } from "./outstanding.ts";
import { PrefixList } from "./prefix-list.ts";
import { PromptBlocks } from "./prompt-blocks.ts";
import type { Router, RouterContext } from "./router.ts";

/** Follows the longest match among prompts sent before while loads are even, else the shortest queue (cache_aware.rs of sgl-router 0.2). */
export class CacheAwareRouter implements Router {
  private readonly requests: Requests;
  private readonly outstanding: Outstanding;
  private readonly prompts: PromptBlocks;
  private readonly trees: readonly PrefixList[];

  constructor(
    private readonly rule: CacheAwareRouting,
    { size, requests, outstanding }: RouterContext,
  ) {
    this.requests = requests;
    this.outstanding = outstanding;
    // The router matches characters; blocks of the workload are the finest that is known of content.
    const blockTokens = requests.prefixBlockTokens;
    this.prompts = new PromptBlocks(requests, blockTokens, Number.POSITIVE_INFINITY);
    this.trees = Array.from({ length: size }, () => new PrefixList(Math.max(1, Math.floor(rule.treeTokens / blockTokens))));
  }

  choose(r: number): number {
    const loads = this.outstanding.requests;
    let least = 0;
    let most = 0;
    for (let target = 1; target < loads.length; target++) {
      if ((loads[target] as number) < (loads[least] as number)) least = target;
      if ((loads[target] as number) > (loads[most] as number)) most = target;
    }
    if (this.isUneven(loads[least] as number, loads[most] as number)) return least;
    const matched = this.longestMatch(r);
    return matched >= 0 ? matched : this.smallestTree();
  }

  sent(r: number, target: number): void {
    this.trees[target]?.add(this.prompts, r);
  }

  private isUneven(least: number, most: number): boolean {
    return most - least > this.rule.balanceAbsolute && most > least * this.rule.balanceRelative;
  }

  /** A target that has the deepest block of the prompt that any has; −1 where that is too little of it. */
  private longestMatch(r: number): number {
    const { prompts, requests } = this;
    const keyed = prompts.keyed(r);
    let depth = 0;
    let holder = -1;
    for (; depth < keyed; depth++) {
      const deeper = this.firstWith(prompts.key(r, depth));
      if (deeper < 0) break;
      holder = deeper;
    }
    const share = (depth * requests.prefixBlockTokens) / (requests.prompt[r] as number);
    return share > this.rule.cacheThreshold ? holder : -1;
  }

  private firstWith(key: number): number {
    const { trees } = this;
    for (let target = 0; target < trees.length; target++) if ((trees[target] as PrefixList).has(key)) return target;
    return -1;
  }

  private smallestTree(): number {
    let smallest = 0;
    for (let target = 1; target < this.trees.length; target++)
      if ((this.trees[target] as PrefixList).size < (this.trees[smallest] as PrefixList).size) smallest = target;
    return smallest;
  }
}
