import { percent, whole } from "../../../catalog/quantity.ts";
import { type Message, message } from "../../../deployment/message.ts";
import { type Mooncake, publishedLimits } from "../../../deployment/systems/mooncake.ts";
import type { KvTransfer } from "../../../timing/collectives/kv-transfer.ts";
import type { Cluster, ClusterPlan, ClusterPool, PoolLinks } from "../../placement/cluster.ts";
import type { Core } from "../../placement/fleet.ts";
import type { Placement } from "../../placement/placement.ts";
import { PromptSeconds } from "../../placement/prompt-seconds.ts";
import type { Source } from "../../random.ts";
import { leavesAnswered, type Requests, streamed } from "../../requests.ts";
import { Conductor, type PrefillCosts } from "./conductor.ts";
import { DecodeLoad } from "./decode-load.ts";

/** Tokens of prompts, those of them that were kept and those that were copied, and how often. */
const nothing = { promptTokens: 0, keptTokens: 0, copiedTokens: 0, copies: 0 };

/**
 * Mooncake (FAST 2025; arXiv 2407.00079): its Conductor chooses both instances when a request arrives, has the start of the prompt copied
 * where another node keeps more of it, and may refuse what it expects to be too late. The cache is streamed to the instance that decodes
 * while the prompt is computed; the client has its first token when it is.
 */
export class MooncakePlacement implements Placement, PrefillCosts {
  readonly beatEvery = Number.POSITIVE_INFINITY;
  private readonly conductor: Conductor;
  private readonly load: DecodeLoad;
  private readonly prefill: readonly Core[];
  private readonly decode: readonly Core[];
  /** Place among those that compute prompts, by core. */
  private readonly places: Int32Array;
  /** By pool. */
  private readonly promptSeconds: readonly PromptSeconds[];
  private readonly ttftLimitSeconds: number;
  /** Tokens from a prompt's start that its node has when what is copied is there. */
  private readonly cachedTokens: Int32Array;
  private readonly counted = { ...nothing };

  constructor(
    private readonly requests: Requests,
    cluster: Cluster,
    private readonly plan: ClusterPlan,
    private readonly settings: Mooncake,
    readonly random: Source,
  ) {
    this.cachedTokens = new Int32Array(requests.count);
    const of = (role: "prefill" | "decode"): readonly Core[] =>
      cluster.replicas.flatMap((replica) => (replica.role === role ? replica.cores : []));
    this.prefill = of("prefill");
    this.decode = of("decode");
    this.places = new Int32Array(cluster.cores.length).fill(-1);
    for (const [place, { index }] of this.prefill.entries()) this.places[index] = place;
    this.promptSeconds = plan.pools.map(({ model, limits }) => new PromptSeconds(model, limits.maxNumBatchedTokens, limits.chunksOverlap));
    this.ttftLimitSeconds = settings.ttftLimitSeconds ?? publishedLimits.ttftSeconds;
    this.conductor = new Conductor(requests, this.prefill.length, settings, this);
    const rooms = this.decode.map(({ pool }) => {
      const { model, cache, limits } = plan.pools[pool] as ClusterPool;
      return { model, usableTokens: cache.usableBlocks * cache.blockTokens, maxNumSeqs: limits.maxNumSeqs };
    });
    this.load = new DecodeLoad(requests, rooms, settings.tbtLimitSeconds ?? publishedLimits.tbtSeconds);
  }

  arrive(r: number, now: number): number {
    const { requests, conductor, load, prefill, decode } = this;
    const leaves = (requests.output[r] as number) > 1;
    conductor.choose(r);
    const d = load.lightest();
    const startsAt = now + conductor.ttftSeconds * 1e9;
    if (this.refuses(r, d, startsAt)) return -1;
    conductor.assign(r);
    const { index } = prefill[conductor.instance] as Core;
    this.count(r);
    if (conductor.copiedTokens > 0) this.copy(r, now);
    if (!leaves) return index;
    load.assign(r, d, startsAt);
    requests.leaving[r] = leavesAnswered;
    requests.moving[r] = streamed;
    requests.decodeCore[r] = (decode[d] as Core).index;
    return index;
  }

  copied(r: number, now: number): void {
    this.core(r).scheduler.core.tiers?.came(r, this.cachedTokens[r] as number, now);
  }

  promptDone(r: number): void {
    this.conductor.computed(r, this.places[this.core(r).index] as number);
  }

  leave(r: number, now: number): number {
    this.promptDone(r);
    this.load.begin(r, now);
    return this.requests.decodeCore[r] as number;
  }

  finish(r: number, now: number): void {
    if ((this.requests.decodeCore[r] as number) >= 0) this.load.finish(r, now);
  }

  beat(): void {
    // Loads are counted as requests come and go.
  }

  figures(): readonly Message[] {
    const { promptTokens, keptTokens, copiedTokens, copies } = this.counted;
    const share = (tokens: number): string => percent(promptTokens > 0 ? tokens / promptTokens : 0);
    return [
      message(
        "{0} of prompt tokens were in the DRAM of the node that computed them, {1} were copied there from other nodes in {2} transfers.",
        share(keptTokens),
        share(copiedTokens),
        whole(copies),
      ),
    ];
  }

  reset(): void {
    Object.assign(this.counted, nothing);
  }

  keptTokens(r: number, instance: number): number {
    return (this.prefill[instance] as Core).scheduler.core.tiers?.keptTokens(r) ?? 0;
  }

  prefillSeconds(instance: number, tokens: number, cached: number): number {
    return (this.promptSeconds[(this.prefill[instance] as Core).pool] as PromptSeconds).of(tokens, cached);
  }

  transferSeconds(from: number, to: number, tokens: number): number {
    const { latencySeconds, secondsPerToken } = this.link(this.prefill[from] as Core, this.prefill[to] as Core);
    return latencySeconds + tokens * secondsPerToken;
  }

  private refuses(r: number, d: number, startsAt: number): boolean {
    const { settings, load, conductor } = this;
    if (settings.rejection === "none") return false;
    if (conductor.ttftSeconds > this.ttftLimitSeconds) return true;
    const own = settings.rejection === "early" ? load.withOneMore(r, d) : load.expectedWithOneMore(r, d, startsAt);
    return own > 1;
  }

  private copy(r: number, now: number): void {
    const { requests, conductor, prefill } = this;
    const source = prefill[conductor.source] as Core;
    requests.copiedTokens[r] = conductor.copiedTokens;
    requests.copiedFrom[r] = source.index;
    this.cachedTokens[r] = conductor.cachedTokens;
    source.scheduler.core.tiers?.lent(r, conductor.cachedTokens, now);
    (prefill[conductor.instance] as Core).scheduler.core.tiers?.comes(r, conductor.cachedTokens, now);
  }

  private count(r: number): void {
    const { counted, conductor } = this;
    counted.promptTokens += this.requests.prompt[r] as number;
    counted.keptTokens += conductor.cachedTokens - conductor.copiedTokens;
    counted.copiedTokens += conductor.copiedTokens;
    if (conductor.copiedTokens > 0) counted.copies++;
  }

  private link(from: Core, to: Core): KvTransfer {
    const { links, nodes } = this.plan;
    const { near, far } = (links[from.pool] as readonly PoolLinks[])[to.pool] as PoolLinks;
    return nodes[from.replica] === nodes[to.replica] ? near : far;
  }

  private core(r: number): Core {
    return this.prefill[this.places[this.requests.promptCore[r] as number] as number] as Core;
  }
}
