import type { Scheduling, SettledPool } from "../deployment/settled.ts";
import type { KvTransfer } from "../timing/collectives/kv-transfer.ts";
import type { StepModel } from "../timing/step-model.ts";
import { CountedBlocks, type PooledCache } from "./block-pool.ts";
import { CachedBlocks } from "./cached-blocks.ts";
import { EngineCore } from "./engine-core.ts";
import { type Core, Fleet, type Replica } from "./fleet.ts";
import type { Gaps } from "./gaps.ts";
import { Inbox, type Reception } from "./inbox.ts";
import { Instance } from "./instance.ts";
import { Intake, type Pull } from "./intake.ts";
import { Meter } from "./meter.ts";
import { type PromptTurns, promptTurns } from "./prompt-turns.ts";
import type { Source } from "./random.ts";
import { RequestBlocks } from "./request-blocks.ts";
import type { Requests } from "./requests.ts";
import type { Routing } from "./router.ts";
import { Scheduler } from "./scheduler.ts";
import { emptyTotals, type SchedulerLimits, type Totals } from "./scheduling.ts";
import { policyOf } from "./scheduling-policy.ts";
import { StepLog } from "./step-log.ts";

/** One pool in plain numbers. */
export interface ClusterPool {
  readonly role: SettledPool["role"];
  readonly replicas: number;
  /** Independent engines behind one server. */
  readonly engines: number;
  /** Attention replicas in lock-step inside one engine. */
  readonly lockStep: number;
  /** Of one scheduler. */
  readonly cache: PooledCache;
  readonly prefixCaching: boolean;
  readonly maxModelLen: number;
  /** A longer prompt is refused; Infinity where the cache alone decides. */
  readonly longestPrompt: number;
  readonly limits: SchedulerLimits;
  readonly scheduling: Scheduling;
  readonly reception: Reception;
  readonly model: StepModel;
}

/** Most schedulers of one run. */
export const mostSchedulers = 4096;

/** Pools, and how caches get from each prefill pool to each decode pool: by the pools' places in the list. */
export interface ClusterPlan {
  readonly pools: readonly ClusterPool[];
  readonly links: readonly (readonly KvTransfer[])[];
}

/** What the instances of a run share. */
export interface Shared {
  readonly requests: Requests;
  readonly gaps: Gaps;
  readonly routing: Routing;
  readonly source: Source;
  readonly pull: Pull;
}

/** All instances of a deployment. */
export class Cluster {
  readonly instances: Instance[] = [];
  readonly meter: Meter;
  /** One a pool. */
  readonly logs: readonly StepLog[];
  /** Where requests go first. */
  readonly entry: Fleet;
  /** Where those go whose prompt is computed; null where they stay. */
  readonly decode: Fleet | null;
  /** Engine cores so far. */
  cores = 0;
  /** Blocks of the fleet where requests stay: one before it only passes its own on. */
  readonly usableBlocks: number;
  private replicas = 0;
  private readonly held: Partial<Record<"entry" | "decode", RequestBlocks>> = {};

  constructor(
    pools: readonly ClusterPool[],
    private readonly shared: Shared,
  ) {
    const { routing } = shared;
    this.logs = pools.map(() => new StepLog());
    const decodes = pools.some(({ role }) => role === "decode");
    const entryTotals = emptyTotals();
    const decodeTotals = emptyTotals();
    const engines = pools.reduce((sum, pool) => sum + pool.replicas * pool.engines, 0);
    this.usableBlocks = pools
      .filter(({ role }) => !decodes || role === "decode")
      .reduce((sum, pool) => sum + pool.replicas * pool.engines * pool.lockStep * pool.cache.usableBlocks, 0);
    const { timeline } = shared.requests;
    this.meter = new Meter(decodes ? decodeTotals : entryTotals, decodes ? entryTotals : null, engines, this.usableBlocks, timeline);
    const replicas = pools.flatMap((pool, index) =>
      Array.from({ length: pool.replicas }, () => this.replica(pool, index, pool.role === "decode" ? decodeTotals : entryTotals)),
    );
    const isDecode = ({ pool }: Replica): boolean => pools[pool]?.role === "decode";
    this.entry = new Fleet(
      replicas.filter((replica) => !isDecode(replica)),
      entryTotals,
      routing.replicas,
      shared,
    );
    this.decode = decodes ? new Fleet(replicas.filter(isDecode), decodeTotals, routing.decode ?? routing.replicas, shared) : null;
  }

  /** Forgets what was logged so far: it was warm-up. */
  resetLogs(now: number): void {
    this.meter.reset(now);
    for (const log of this.logs) log.clear();
    for (const totals of this.totals) {
      totals.preemptions = 0;
      totals.queriedTokens = 0;
      totals.hitTokens = 0;
    }
  }

  /** One a fleet. */
  get totals(): readonly Totals[] {
    return this.decode ? [this.entry.totals, this.decode.totals] : [this.entry.totals];
  }

  private replica(pool: ClusterPool, index: number, totals: Totals): Replica {
    const cores: Core[] = [];
    for (let engine = 0; engine < pool.engines; engine++) {
      const engineCores = Array.from({ length: pool.lockStep }, () => this.newCore(pool, totals));
      const turns = promptTurns(pool.scheduling, engineCores);
      const schedulers = engineCores.map((core) => this.newScheduler(pool, core, turns));
      const instance = new Instance(this.instances.length, schedulers, turns, pool.model, this.logs[index] as StepLog, this.meter);
      this.instances.push(instance);
      for (const scheduler of schedulers) cores.push({ instance, scheduler, index: this.cores++ });
    }
    return { pool: index, index: this.replicas++, cores };
  }

  private newCore({ role, model, cache, prefixCaching, limits }: ClusterPool, totals: Totals): EngineCore {
    const { requests, gaps } = this.shared;
    const blocks = prefixCaching ? new CachedBlocks(cache, requests, this.blocksOf(role)) : new CountedBlocks(cache);
    return new EngineCore(requests, blocks, limits, gaps, totals, model.stages, this.mostRunning(limits));
  }

  /** A request that is handed over is held on both sides for a while. */
  private blocksOf(role: ClusterPool["role"]): RequestBlocks {
    const fleet = role === "decode" ? "decode" : "entry";
    const blocks = this.held[fleet] ?? new RequestBlocks(this.shared.requests.count);
    this.held[fleet] = blocks;
    return blocks;
  }

  private newScheduler({ role, model, limits, scheduling, reception }: ClusterPool, core: EngineCore, turns: PromptTurns): Scheduler {
    const intake = role === "decode" ? new Intake(core, scheduling, this.shared.pull) : null;
    const policy = policyOf(scheduling, core, turns);
    return new Scheduler(core, policy, intake, new Inbox(core, intake, reception), model.stages, this.mostRunning(limits));
  }

  private mostRunning({ maxNumSeqs }: SchedulerLimits): number {
    return Math.max(1, Math.min(maxNumSeqs, this.shared.requests.count));
  }
}
