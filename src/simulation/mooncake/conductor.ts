import type { Requests } from "../requests.ts";
import type { PrefixStore } from "./prefix-store.ts";

/** How an instance for a prompt is chosen: Mooncake's way, and those that it was compared with (FAST 2025, section 5.2). */
export type PrefillSelection = "kvcache-centric" | "cache-aware" | "load-balancing" | "random";

/** What choosing rests on. Instances are those that compute prompts, from 0. */
export interface PrefillCosts {
  /** Seconds of a prompt of so many tokens, the first `cached` of which are there. */
  prefillSeconds(instance: number, tokens: number, cached: number): number;
  /** Seconds until so many tokens of cache have come from another instance's node. */
  transferSeconds(from: number, to: number, tokens: number): number;
  random(): number;
}

/**
 * Mooncake's Conductor (FAST 2025, Algorithm 1): a prompt goes where its first token is expected first, by what is queued there, by the
 * longest prefix that its node keeps or can fetch, and by what is left to compute. A prefix that another node has much more of is copied,
 * which is how busy prefixes spread.
 */
export class Conductor {
  // What the last `choose` decided.
  instance = 0;
  /** Tokens of the prompt that are there, or will be. */
  cachedTokens = 0;
  /** Of them, those that come from `source`; 0 = none. */
  fetchedTokens = 0;
  source = 0;
  /** Until the first token, as expected. */
  ttftSeconds = 0;
  /** Seconds of prompts that are assigned and not computed, by instance. */
  private readonly queued: Float64Array;
  private readonly prefillSeconds: Float64Array;
  private readonly matched: Int32Array;

  constructor(
    private readonly requests: Pick<Requests, "count" | "prompt" | "prefixStart" | "prefixIds" | "prefixBlockTokens">,
    private readonly stores: readonly PrefixStore[],
    private readonly selection: PrefillSelection,
    /** A prefix is fetched where the longest is so many times as long as the instance's own. */
    private readonly balancingThreshold: number,
    private readonly costs: PrefillCosts,
  ) {
    this.queued = new Float64Array(stores.length);
    this.matched = new Int32Array(stores.length);
    this.prefillSeconds = new Float64Array(requests.count);
  }

  /** Decides where a prompt is computed, and out of which prefix. */
  choose(r: number): void {
    const best = this.match(r);
    const size = this.stores.length;
    if (this.selection === "random") {
      this.expect(r, Math.floor(this.costs.random() * size), best);
      return;
    }
    let chosen = 0;
    let least = Number.POSITIVE_INFINITY;
    for (let instance = 0; instance < size; instance++) {
      const value = this.selection === "load-balancing" ? this.queuedSeconds(instance) : this.expect(r, instance, best);
      if (value < least) {
        least = value;
        chosen = instance;
      }
    }
    this.expect(r, chosen, best);
  }

  /** The prompt is queued where `choose` said. */
  assign(r: number): void {
    const { instance, prefillSeconds, queued, requests } = this;
    const seconds = this.costs.prefillSeconds(instance, requests.prompt[r] as number, this.cachedTokens);
    prefillSeconds[r] = seconds;
    queued[instance] = (queued[instance] as number) + seconds;
    if (this.fetchedTokens > 0) this.keep(r, this.source, this.cachedTokens);
  }

  /** The prompt is computed there: its blocks are kept, those that were fetched for it too. */
  computed(r: number, instance: number): void {
    this.queued[instance] = Math.max(0, (this.queued[instance] as number) - (this.prefillSeconds[r] as number));
    this.keep(r, instance, this.requests.prompt[r] as number);
  }

  queuedSeconds(instance: number): number {
    return this.queued[instance] as number;
  }

  /** Fills what every instance has of the prompt; returns the one that has most. */
  private match(r: number): number {
    const { requests, matched } = this;
    const from = requests.prefixStart[r] as number;
    const to = requests.prefixStart[r + 1] as number;
    // A first token needs at least one token to be computed.
    const most = (requests.prompt[r] as number) - 1;
    let best = 0;
    this.stores.forEach((store, instance) => {
      matched[instance] = Math.min(most, store.match(requests.prefixIds, from, to) * requests.prefixBlockTokens);
      if ((matched[instance] as number) > (matched[best] as number)) best = instance;
    });
    return best;
  }

  /** Writes down what is expected of an instance, and returns the seconds until its first token. */
  private expect(r: number, instance: number, best: number): number {
    const own = this.matched[instance] as number;
    const longest = this.matched[best] as number;
    const fetches = this.selection === "kvcache-centric" && longest > own && longest > this.balancingThreshold * own;
    this.instance = instance;
    this.source = best;
    this.cachedTokens = fetches ? longest : own;
    this.fetchedTokens = fetches ? longest - own : 0;
    const { costs, requests } = this;
    const fetching = fetches ? costs.transferSeconds(best, instance, this.fetchedTokens) : 0;
    const computing = costs.prefillSeconds(instance, requests.prompt[r] as number, this.cachedTokens);
    this.ttftSeconds = fetching + this.queuedSeconds(instance) + computing;
    return this.ttftSeconds;
  }

  private keep(r: number, instance: number, tokens: number): void {
    const { prefixStart, prefixIds, prefixBlockTokens } = this.requests;
    const from = prefixStart[r] as number;
    const blocks = Math.min((prefixStart[r + 1] as number) - from, Math.ceil(tokens / prefixBlockTokens));
    (this.stores[instance] as PrefixStore).keep(prefixIds, from, from + blocks);
  }
}
