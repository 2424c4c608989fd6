import type { Mooncake } from "../../../deployment/systems/mooncake.ts";
import type { Requests } from "../../requests.ts";

/** What choosing rests on. Instances are those that compute prompts, from 0. */
export interface PrefillCosts {
  /** Tokens from a prompt's start that the instance's node keeps. */
  keptTokens(r: number, instance: number): number;
  /** Seconds of a prompt of so many tokens, the first `cached` of which are there. */
  prefillSeconds(instance: number, tokens: number, cached: number): number;
  /** Seconds until so many tokens of cache have come from another instance's node. */
  transferSeconds(from: number, to: number, tokens: number): number;
  random(): number;
}

/**
 * Mooncake's Conductor (FAST 2025, Algorithm 1): a prompt goes where its first token is expected first, by what is queued there, by the
 * longest prefix that its node keeps or can copy, and by what is left to compute. A prefix that another node has much more of is copied,
 * which is how busy prefixes spread.
 */
export class Conductor {
  // What the last `choose` decided.
  instance = 0;
  /** Tokens of the prompt that are there, or will be. */
  cachedTokens = 0;
  /** Of them, those that come from `source`; 0 = none. */
  copiedTokens = 0;
  source = 0;
  /** Until the first token, as expected. */
  ttftSeconds = 0;
  /** Seconds of prompts that are assigned and not computed, by instance. */
  private readonly queued: Float64Array;
  private readonly prefillSeconds: Float64Array;
  private readonly kept: Int32Array;

  constructor(
    private readonly requests: Pick<Requests, "count" | "prompt">,
    private readonly instances: number,
    private readonly settings: Pick<Mooncake, "prefillSelection" | "balancingThreshold">,
    private readonly costs: PrefillCosts,
  ) {
    this.queued = new Float64Array(instances);
    this.kept = new Int32Array(instances);
    this.prefillSeconds = new Float64Array(requests.count);
  }

  /** Decides where a prompt is computed, and out of which prefix. */
  choose(r: number): void {
    const { instances, costs } = this;
    const { prefillSelection } = this.settings;
    const best = this.longest(r);
    if (prefillSelection === "random") {
      this.expect(r, Math.floor(costs.random() * instances), best);
      return;
    }
    let chosen = 0;
    let least = Number.POSITIVE_INFINITY;
    for (let instance = 0; instance < instances; instance++) {
      const value = prefillSelection === "load-balancing" ? this.queuedSeconds(instance) : this.expect(r, instance, best);
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
  }

  /** The prompt is computed there. */
  computed(r: number, instance: number): void {
    this.queued[instance] = Math.max(0, (this.queued[instance] as number) - (this.prefillSeconds[r] as number));
  }

  queuedSeconds(instance: number): number {
    return this.queued[instance] as number;
  }

  /** Fills what every instance has of the prompt; returns the one that has most. */
  private longest(r: number): number {
    const { kept, costs } = this;
    // A first token needs at least one token to be computed.
    const most = (this.requests.prompt[r] as number) - 1;
    let best = 0;
    for (let instance = 0; instance < this.instances; instance++) {
      kept[instance] = Math.min(most, costs.keptTokens(r, instance));
      if ((kept[instance] as number) > (kept[best] as number)) best = instance;
    }
    return best;
  }

  /** Writes down what is expected of an instance, and returns the seconds until its first token. */
  private expect(r: number, instance: number, best: number): number {
    const { prefillSelection, balancingThreshold } = this.settings;
    const own = this.kept[instance] as number;
    const longest = this.kept[best] as number;
    const copies = prefillSelection === "kvcache-centric" && longest > own && longest > balancingThreshold * own;
    this.instance = instance;
    this.source = best;
    this.cachedTokens = copies ? longest : own;
    this.copiedTokens = copies ? longest - own : 0;
    const { costs, requests } = this;
    const copying = copies ? costs.transferSeconds(best, instance, this.copiedTokens) : 0;
    const computing = costs.prefillSeconds(instance, requests.prompt[r] as number, this.cachedTokens);
    this.ttftSeconds = copying + this.queuedSeconds(instance) + computing;
    return this.ttftSeconds;
  }
}
