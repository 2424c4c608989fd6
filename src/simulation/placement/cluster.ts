import type { LocalPrompts } from "../../deployment/local-prompts.ts";
import type { Scheduling, SettledPool } from "../../deployment/settled.ts";
import type { System } from "../../deployment/systems/system.ts";
import type { HandedOver, KvTransfer } from "../../timing/collectives/kv-transfer.ts";
import type { StepModel } from "../../timing/step-model.ts";
import { type BlockPool, CountedBlocks, type PooledCache } from "../engine/block-pool.ts";
import { CachedBlocks } from "../engine/cached-blocks.ts";
import { EngineCore } from "../engine/engine-core.ts";
import { Inbox, type Reception } from "../engine/inbox.ts";
import { Instance } from "../engine/instance.ts";
import { Intake, type Pull } from "../engine/intake.ts";
import { type PromptTurns, promptTurns } from "../engine/prompt-turns.ts";
import { RequestBlocks } from "../engine/request-blocks.ts";
import { Scheduler } from "../engine/scheduler.ts";
import { emptyTotals, type SchedulerLimits, type Totals } from "../engine/scheduling.ts";
import { policyOf } from "../engine/scheduling-policy.ts";
import { Stretch } from "../engine/stretch.ts";
import { PoolTiers } from "../kv-tiers/pool-tiers.ts";
import { TierStores } from "../kv-tiers/tier.ts";
import type { TiersPlan } from "../kv-tiers/tier-plan.ts";
import { storesOf } from "../kv-tiers/tiers-use.ts";
import type { Gaps } from "../report/gaps.ts";
import { Meter } from "../report/meter.ts";
import { StepLog } from "../report/step-log.ts";
import type { Requests } from "../requests.ts";
import type { CoreParts } from "./core-parts.ts";
import type { Core, Replica } from "./fleet.ts";

/** One pool in plain numbers. */
export interface ClusterPool {
  readonly role: SettledPool["role"];
  /** Requests may decode here: everywhere but in a prefill pool whose instances never do anything else. */
  readonly mayDecode: boolean;
  readonly replicas: number;
  /** Independent engines behind one server. */
  readonly engines: number;
  /** Attention replicas in lock-step inside one engine. */
  readonly lockStep: number;
  /** Of one scheduler. */
  readonly cache: PooledCache;
  /** Most blocks of other schedulers that a request may hold beside; 0 where nobody lends any. */
  readonly borrowableBlocks: number;
  readonly prefixCaching: boolean;
  /** Stores behind it; null = none. */
  readonly tiers: TiersPlan | null;
  readonly maxModelLen: number;
  /** A longer prompt is refused; Infinity where the cache alone decides. */
  readonly longestPrompt: number;
  readonly limits: SchedulerLimits;
  readonly scheduling: Scheduling;
  readonly reception: Reception;
  readonly model: StepModel;
  /** Bytes in a second of a core's ports together, each way: to cores of its node, and beyond. */
  readonly ports: { readonly near: number; readonly far: number };
}

/** Most schedulers of one run. */
export const mostSchedulers = 4096;

/** How caches get from one pool to another. */
export interface PoolLinks {
  /** Between instances on one node, and on different ones. */
  readonly near: KvTransfer;
  readonly far: KvTransfer;
}

/** Pools, and how caches get from each to each: by the pools' places in the list. */
export interface ClusterPlan {
  /** Absent = engines behind a router. */
  readonly system?: System;
  /** Prompts that decode instances compute themselves; absent = none. */
  readonly localPrompts?: LocalPrompts;
  /** Requests under way beyond which the next is refused; absent = whatever comes is taken. */
  readonly mostInFlight?: number;
  readonly pools: readonly ClusterPool[];
  /** What leaves with a request that computes its prompt in one pool and its answer in another. */
  readonly hands: HandedOver;
  /** Requests may leave for another core when their prompt is computed. */
  readonly movesCaches: boolean;
  readonly links: readonly (readonly PoolLinks[])[];
  /** Node of each replica, pool by pool. */
  readonly nodes: readonly number[];
  /** Of a node's own network, each way, where it is narrower than the ports of its GPUs. */
  readonly nodeBytesPerSecond: number | null;
  /** Of the model: a cache can be sent in as many parts. */
  readonly layers: number;
  /** Behind the last layer of a cache that is streamed. */
  readonly streamSeconds: number;
  /** Of a token's query in one layer, and of a partial result of its attention. */
  readonly queryBytes: number;
}

/** What the instances of a run share. */
export interface Shared {
  readonly requests: Requests;
  readonly gaps: Gaps;
  readonly pull: Pull;
  /** What a request waits aside for is there at that time. */
  readonly loads: (r: number, time: number) => void;
  /** Each step is taken on its own. */
  readonly stepwise: boolean;
  readonly parts: CoreParts;
}

/** All instances of a deployment. */
export class Cluster {
  readonly instances: Instance[] = [];
  readonly meter: Meter;
  /** One a pool. */
  readonly logs: readonly StepLog[];
  readonly cores: Core[] = [];
  readonly replicas: readonly Replica[];
  /** Of pools that decode alone, behind those of the others, where there are such. */
  readonly totals: readonly Totals[];
  /** Blocks of the pools where requests stay: one before them only passes its own on. */
  readonly usableBlocks: number;
  /** What the stores behind each pool's caches did; null where it has none. */
  readonly tiers: readonly (PoolTiers | null)[];
  private readonly held: RequestBlocks;

  constructor(
    { pools, movesCaches }: ClusterPlan,
    private readonly shared: Shared,
  ) {
    this.logs = pools.map(() => new StepLog());
    // A request that moves is held on both sides for a while.
    this.held = new RequestBlocks(movesCaches ? 2 * shared.requests.count : shared.requests.count);
    const stores = new TierStores(shared.requests);
    this.tiers = pools.map(({ tiers }) => tiers && new PoolTiers(tiers, shared.requests, stores));
    const decodes = pools.some(({ role }) => role === "decode");
    const entryTotals = emptyTotals();
    const decodeTotals = emptyTotals();
    this.totals = decodes ? [entryTotals, decodeTotals] : [entryTotals];
    const engines = pools.reduce((sum, pool) => sum + pool.replicas * pool.engines, 0);
    this.usableBlocks = pools
      .filter(({ role }) => !decodes || role === "decode")
      .reduce((sum, pool) => sum + pool.replicas * pool.engines * pool.lockStep * pool.cache.usableBlocks, 0);
    const { timeline } = shared.requests;
    const levels = storesOf(this.tiers).map(({ occupancy }) => occupancy);
    const [shown, before] = decodes ? [decodeTotals, entryTotals] : [entryTotals, null];
    this.meter = new Meter(shown, before, engines, this.usableBlocks, timeline, levels);
    const replicas: Replica[] = [];
    for (const [index, pool] of pools.entries()) {
      const totals = pool.role === "decode" ? decodeTotals : entryTotals;
      for (let i = 0; i < pool.replicas; i++) replicas.push(this.replica(pool, index, replicas.length, totals, movesCaches));
    }
    this.replicas = replicas;
  }

  /** Forgets what was logged so far: it was warm-up. */
  resetLogs(now: number): void {
    this.meter.reset(now);
    for (const { scheduler } of this.cores) scheduler.clearPeak();
    for (const log of this.logs) log.clear();
    for (const tiers of this.tiers) tiers?.reset();
    for (const totals of this.totals) {
      totals.preemptions = 0;
      totals.queriedTokens = 0;
      totals.hitTokens = 0;
    }
  }

  /** Largest share of a cache that was in use at once, of the caches where requests stay. */
  get peakUsage(): number {
    const stay = this.totals.at(-1);
    return this.cores.reduce((most, { scheduler }) => (scheduler.core.totals === stay ? Math.max(most, scheduler.peakUsage) : most), 0);
  }

  private replica(pool: ClusterPool, poolIndex: number, index: number, totals: Totals, movesCaches: boolean): Replica {
    const cores: Core[] = [];
    for (let engine = 0; engine < pool.engines; engine++) {
      const first = this.cores.length;
      const tiers = this.tiers[poolIndex] ?? null;
      const engineCores = Array.from({ length: pool.lockStep }, (_, i) => this.newCore(pool, first + i, totals, tiers));
      const turns = promptTurns(pool.scheduling, engineCores);
      const schedulers = engineCores.map((core, i) => this.newScheduler(pool, core, turns, movesCaches, { index: first + i, poolIndex }));
      const model = this.shared.parts.model?.(pool.model, first, poolIndex) ?? pool.model;
      const instance = this.instance({ ...pool, model }, schedulers, turns, this.logs[poolIndex] as StepLog);
      this.instances.push(instance);
      for (const scheduler of schedulers) {
        const core = { instance, scheduler, index: this.cores.length, replica: index, pool: poolIndex };
        this.cores.push(core);
        cores.push(core);
      }
    }
    return { role: pool.role, index, cores };
  }

  private instance({ model }: ClusterPool, schedulers: readonly Scheduler[], turns: PromptTurns, log: StepLog): Instance {
    const index = this.instances.length;
    const { meter } = this;
    const { stepwise, parts, gaps } = this.shared;
    // A step that depends on other instances' is foreseen by nobody.
    const isForeseen = !stepwise && !parts.model && model.stages === 1;
    const stretch = isForeseen ? new Stretch(index, schedulers, turns, model, log, meter, gaps) : null;
    return new Instance(index, schedulers, turns, model, log, meter, stretch);
  }

  private newCore(pool: ClusterPool, index: number, totals: Totals, tiers: PoolTiers | null): EngineCore {
    const { model, cache, prefixCaching, limits } = pool;
    const { requests, gaps, parts } = this.shared;
    const stores = tiers?.coreTiers(pool) ?? null;
    const own = (): BlockPool =>
      prefixCaching ? new CachedBlocks(cache, requests, this.held, index, stores?.evictions ?? null) : new CountedBlocks(cache);
    const blocks = parts.blocks?.(cache) ?? own();
    return new EngineCore(requests, blocks, limits, gaps, totals, model.stages, this.mostRunning(limits), stores);
  }

  private newScheduler(
    { model, limits, scheduling, reception }: ClusterPool,
    core: EngineCore,
    turns: PromptTurns,
    takesOver: boolean,
    { index, poolIndex }: { readonly index: number; readonly poolIndex: number },
  ): Scheduler {
    const { parts, pull, loads } = this.shared;
    const intake = takesOver ? new Intake(core, scheduling, pull, parts.admission?.(core) ?? null) : null;
    const own = policyOf(scheduling, core, turns, loads);
    const policy = parts.policy?.(own, core, index, poolIndex) ?? own;
    return new Scheduler(core, policy, intake, new Inbox(core, intake, reception), model.stages, this.mostRunning(limits));
  }

  private mostRunning({ maxNumSeqs }: SchedulerLimits): number {
    return Math.max(1, Math.min(maxNumSeqs, this.shared.requests.count));
  }
}
