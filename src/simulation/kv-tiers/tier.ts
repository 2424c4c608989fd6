import { BlockKeys } from "../engine/block-keys.ts";
import type { Requests } from "../requests.ts";
import { Channel } from "./channel.ts";
import { Occupancy } from "./occupancy.ts";
import type { TierPlan } from "./tier-plan.ts";
import { TierStore } from "./tier-store.ts";

/** What one pool's engines did with the stores of one kind behind their caches. */
export class TierTotals {
  /** Of prompts, at their first look. */
  hitTokens = 0;
  readBytes = 0;
  writtenBytes = 0;
  evictedChunks = 0;
  /** Not kept, as all that could have made room was being copied. */
  droppedChunks = 0;

  constructor(
    readonly plan: TierPlan,
    /** Of these stores; pools that share one have it in common. */
    readonly occupancy: Occupancy,
  ) {}

  reset(): void {
    this.occupancy.reset();
    this.hitTokens = 0;
    this.readBytes = 0;
    this.writtenBytes = 0;
    this.evictedChunks = 0;
    this.droppedChunks = 0;
  }
}

/** A store and the two directions in which a server that all share can be reached. */
export class Store {
  readonly server = { read: new Channel(), write: new Channel() };
  readonly chunks: TierStore;

  constructor(
    capacity: number,
    readonly occupancy: Occupancy,
  ) {
    this.chunks = new TierStore(capacity);
    occupancy.stores++;
    occupancy.capacity += capacity;
  }

  /** Another engine brings room for so many chunks. */
  extend(capacity: number): void {
    this.chunks.extend(capacity);
    this.occupancy.capacity += capacity;
  }
}

/** One store as one engine core reaches it: over ways of its own, which carry one transfer behind the other. */
export class Tier {
  readonly read = new Channel();
  readonly write = new Channel();

  constructor(
    readonly plan: TierPlan,
    readonly store: Store,
    readonly keys: BlockKeys,
    readonly totals: TierTotals,
  ) {}

  /** Reads so many blocks; returns when the last one is there. */
  bring(blocks: number, now: number): number {
    const { plan, store, totals } = this;
    totals.readBytes += blocks * plan.blockBytes;
    const server = blocks * plan.serverNanoseconds;
    const end = server > 0 ? Math.max(now, store.server.read.take(server, now)) : now;
    return Math.max(Math.ceil(end + plan.latencyNanoseconds), this.carry(blocks, now));
  }

  /** Carries blocks of a store farther off over this one's way to the GPU; returns when the last one is there. */
  carry(blocks: number, now: number): number {
    return Math.ceil(this.read.take(blocks * this.plan.readNanoseconds, now) + this.plan.latencyNanoseconds);
  }

  /** Writes one chunk, unless it is there already; then it counts as used. */
  keep(key: number, now: number): void {
    const { plan, store, totals } = this;
    const { chunks } = store;
    if (chunks.has(key)) {
      chunks.use(key, now);
      return;
    }
    const own = plan.chunkBlocks * plan.writeNanoseconds;
    const server = plan.chunkBlocks * plan.serverNanoseconds;
    const end = Math.max(this.write.endOf(own, now), store.server.write.endOf(server, now)) + plan.latencyNanoseconds;
    if (!this.put(key, now, Math.ceil(end))) {
      totals.droppedChunks++;
      return;
    }
    this.write.take(own, now);
    if (server > 0) store.server.write.take(server, now);
    totals.writtenBytes += plan.chunkBlocks * plan.blockBytes;
  }

  /** Keeps a chunk that comes from another store; false where there is no room for it. */
  passing(key: number, now: number, readyAt: number): boolean {
    return this.store.chunks.has(key) || this.put(key, now, readyAt);
  }

  private put(key: number, now: number, readyAt: number): boolean {
    const { chunks, occupancy } = this.store;
    const { count, evictions } = chunks;
    const isKept = chunks.put(key, now, readyAt);
    occupancy.add(chunks.count - count);
    this.totals.evictedChunks += chunks.evictions - evictions;
    return isKept;
  }
}

/** The stores of a run: those that all share, and names for blocks of each length. */
export class TierStores {
  private readonly shared: { readonly plan: TierPlan; readonly store: Store }[] = [];
  private readonly keys: BlockKeys[] = [];

  constructor(private readonly requests: Requests) {}

  /** How full the stores are that a pool's engines have by this plan. */
  occupancy(plan: TierPlan): Occupancy {
    return plan.shared === "engine" ? new Occupancy() : this.common(plan).occupancy;
  }

  /** The store that an engine core has behind its cache. */
  tier(plan: TierPlan, totals: TierTotals): Tier {
    return new Tier(plan, this.store(plan, totals), this.keysOf(plan.chunkTokens), totals);
  }

  private store(plan: TierPlan, { occupancy }: TierTotals): Store {
    if (plan.shared === "engine") return new Store(plan.capacity, occupancy);
    const store = this.common(plan);
    if (plan.shared === "pooled") store.extend(plan.capacity);
    return store;
  }

  /** The one store of all engines whose chunks are cut alike. */
  private common(plan: TierPlan): Store {
    const known = this.shared.find((one) => isSame(one.plan, plan));
    if (known) return known.store;
    const store = new Store(plan.shared === "pooled" ? 0 : plan.capacity, new Occupancy());
    this.shared.push({ plan, store });
    return store;
  }

  private keysOf(chunkTokens: number): BlockKeys {
    const known = this.keys.find(({ blockTokens }) => blockTokens === chunkTokens);
    if (known) return known;
    const keys = new BlockKeys(this.requests, chunkTokens);
    this.keys.push(keys);
    return keys;
  }
}

function isSame(a: TierPlan, b: TierPlan): boolean {
  const isCutAlike = a.kind === b.kind && a.shared === b.shared && a.chunkTokens === b.chunkTokens && a.blockBytes === b.blockBytes;
  return isCutAlike && (a.shared === "pooled" || a.capacity === b.capacity);
}
