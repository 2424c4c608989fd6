import type { ScoredRouting } from "../../../deployment/routing.ts";
import type { Source } from "../../random.ts";
import type { Requests } from "../../requests.ts";
import type { Outstanding } from "./outstanding.ts";
import { PrefixList } from "./prefix-list.ts";
import { PromptBlocks } from "./prompt-blocks.ts";
import type { Router, RouterContext } from "./router.ts";
import type { Sight } from "./sight.ts";

/** The highest sum of weighted scores; what it knows of engines is as old as its last look at their figures. */
export class ScoredRouter implements Router {
  private readonly size: number;
  private readonly requests: Requests;
  private readonly outstanding: Outstanding;
  private readonly sight: Sight;
  private readonly source: Source;
  private readonly scores: Float64Array;
  private readonly matched: Float64Array;
  private readonly prompts: PromptBlocks | null;
  private readonly lists: readonly PrefixList[];
  private readonly waiting: Float64Array;
  private readonly running: Float64Array;
  private readonly usage: Float64Array;
  private lookedAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly rule: ScoredRouting,
    { size, requests, outstanding, sight, source }: RouterContext,
  ) {
    const { index, weights } = rule;
    this.size = size;
    this.requests = requests;
    this.outstanding = outstanding;
    this.sight = sight;
    this.source = source;
    const numbers = (): Float64Array => new Float64Array(size);
    this.scores = numbers();
    this.matched = numbers();
    this.waiting = numbers();
    this.running = numbers();
    this.usage = numbers();
    const keepsList = index.from === "own-list" && weights.prefix > 0;
    this.prompts = keepsList ? new PromptBlocks(requests, index.blockTokens, index.mostBlocks) : null;
    this.lists = keepsList ? Array.from({ length: size }, () => new PrefixList(index.capacityBlocks)) : [];
  }

  choose(r: number, now: number): number {
    const { weights } = this.rule;
    this.look(now);
    this.scores.fill(0);
    if (weights.prefix > 0) this.addPrefix(r, weights.prefix);
    if (weights.queue > 0) this.addRank(this.waiting, weights.queue);
    if (weights.running > 0) this.addRank(this.running, weights.running);
    if (weights.active > 0) this.addActive(weights.active);
    if (weights.freeCache > 0) this.addFreeCache(weights.freeCache);
    return this.highest();
  }

  sent(r: number, target: number): void {
    if (this.prompts) this.lists[target]?.add(this.prompts, r);
  }

  private look(now: number): void {
    if (now - this.lookedAt < this.rule.scrapeSeconds * 1e9) return;
    this.lookedAt = now;
    for (let target = 0; target < this.size; target++) {
      this.waiting[target] = this.sight.waiting(target);
      this.running[target] = this.sight.running(target);
      this.usage[target] = this.sight.cacheUsage(target);
    }
  }

  private addPrefix(r: number, weight: number): void {
    const { prompts, size, scores, matched } = this;
    const all = prompts ? prompts.count(r) : (this.requests.prompt[r] as number);
    if (all === 0) return;
    if (prompts) this.matchLists(prompts, r);
    else for (let target = 0; target < size; target++) matched[target] = this.sight.cachedTokens(target, r);
    for (let target = 0; target < size; target++)
      scores[target] = (scores[target] as number) + (weight * (matched[target] as number)) / all;
  }

  /** Counts blocks up to the first that no target has (plugin.go: matchLongestPrefix). */
  private matchLists(prompts: PromptBlocks, r: number): void {
    const { lists, matched } = this;
    matched.fill(0);
    const keyed = prompts.keyed(r);
    let isKnown = true;
    for (let i = 0; i < keyed && isKnown; i++) {
      const key = prompts.key(r, i);
      isKnown = false;
      for (let target = 0; target < lists.length; target++) {
        if (!lists[target]?.has(key)) continue;
        matched[target] = (matched[target] as number) + 1;
        isKnown = true;
      }
    }
  }

  /** 1 for the least, 0 for the most, 1 for all where they are equal (scorer/queue.go). */
  private addRank(loads: Float64Array, weight: number): void {
    const { scores } = this;
    let least = Number.POSITIVE_INFINITY;
    let most = 0;
    for (const load of loads) {
      least = Math.min(least, load);
      most = Math.max(most, load);
    }
    for (let target = 0; target < loads.length; target++)
      scores[target] = (scores[target] as number) + weight * (most === least ? 1 : (most - (loads[target] as number)) / (most - least));
  }

  /** llm-d's active-request-scorer: the share below the busiest. */
  private addActive(weight: number): void {
    const { scores, outstanding } = this;
    let most = 0;
    for (const requests of outstanding.requests) most = Math.max(most, requests);
    for (let target = 0; target < scores.length; target++) {
      const below = most === 0 ? 1 : (most - (outstanding.requests[target] as number)) / most;
      scores[target] = (scores[target] as number) + weight * below;
    }
  }

  private addFreeCache(weight: number): void {
    const { scores, usage } = this;
    for (let target = 0; target < scores.length; target++)
      scores[target] = (scores[target] as number) + weight * (1 - (usage[target] as number));
  }

  private highest(): number {
    const { scores, source } = this;
    let best = 0;
    let equals = 0;
    for (let target = 0; target < scores.length; target++) {
      const ahead = (scores[target] as number) - (scores[best] as number);
      if (ahead > 0 || equals === 0) {
        best = target;
        equals = 1;
      } else if (ahead === 0) {
        equals++;
        if (source() * equals < 1) best = target;
      }
    }
    return best;
  }
}
