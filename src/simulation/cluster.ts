import type { Scheduling } from "../deployment/settled.ts";
import type { StepModel } from "../timing/step-model.ts";
import { CountedBlocks, type PooledCache } from "./block-pool.ts";
import { CachedBlocks } from "./cached-blocks.ts";
import { EngineCore } from "./engine-core.ts";
import type { Gaps } from "./gaps.ts";
import { Instance } from "./instance.ts";
import { Meter } from "./meter.ts";
import type { Source } from "./random.ts";
import type { Requests } from "./requests.ts";
import { Chooser, type Routing } from "./router.ts";
import { Scheduler } from "./scheduler.ts";
import type { SchedulerLimits, Totals } from "./scheduling.ts";
import { policyOf } from "./scheduling-policy.ts";
import { StepLog } from "./step-log.ts";

/** One pool in plain numbers. */
export interface ClusterPool {
  readonly replicas: number;
  /** Independent engines behind one server. */
  readonly engines: number;
  /** Attention replicas in lock-step inside one engine. */
  readonly lockStep: number;
  /** Of one scheduler. */
  readonly cache: PooledCache;
  readonly prefixCaching: boolean;
  /** A longer prompt is refused; Infinity where the cache alone decides. */
  readonly longestPrompt: number;
  readonly limits: SchedulerLimits;
  readonly scheduling: Scheduling;
  readonly model: StepModel;
}

/** Most schedulers of one run. */
export const mostSchedulers = 4096;

interface Target {
  readonly instance: Instance;
  readonly scheduler: Scheduler;
  readonly replica: number;
  readonly core: number;
}

/** All instances of a deployment and the way to them. */
export class Cluster {
  readonly totals: Totals = { waiting: 0, running: 0, usedBlocks: 0, preemptions: 0, queriedTokens: 0, hitTokens: 0 };
  readonly instances: Instance[] = [];
  readonly meter: Meter;
  /** One a pool. */
  readonly logs: readonly StepLog[];
  readonly usableBlocks: number;
  private readonly targets: Target[][] = [];
  private readonly replicas: Chooser;
  private readonly cores: Chooser[] = [];
  private readonly coreOf: Int32Array;

  constructor(
    pools: readonly ClusterPool[],
    private readonly requests: Requests,
    gaps: Gaps,
    routing: Routing,
    source: Source,
  ) {
    this.logs = pools.map(() => new StepLog());
    this.coreOf = new Int32Array(requests.count);
    const engines = pools.reduce((sum, pool) => sum + pool.replicas * pool.engines, 0);
    this.usableBlocks = pools.reduce((sum, pool) => sum + pool.replicas * pool.engines * pool.lockStep * pool.cache.usableBlocks, 0);
    this.meter = new Meter(this.totals, engines, this.usableBlocks);
    pools.forEach((pool, i) => {
      for (let replica = 0; replica < pool.replicas; replica++) this.addReplica(pool, this.logs[i] as StepLog, gaps, routing, source);
    });
    this.replicas = new Chooser(this.targets.length, routing.replicas, source);
  }

  /** Chooses where a request goes. */
  route(r: number): void {
    const replica = this.replicas.pick();
    this.requests.instance[r] = replica;
    this.coreOf[r] = (this.cores[replica] as Chooser).pick();
  }

  /** Hands the request to its scheduler; returns the instance to wake. */
  deliver(r: number): Instance {
    const target = (this.targets[this.requests.instance[r] as number] as Target[])[this.coreOf[r] as number] as Target;
    target.scheduler.enqueue(r);
    return target.instance;
  }

  release(r: number): void {
    const replica = this.requests.instance[r] as number;
    this.replicas.release(replica);
    (this.cores[replica] as Chooser).release(this.coreOf[r] as number);
  }

  /** Forgets what was logged so far: it was warm-up. */
  resetLogs(now: number): void {
    this.meter.reset(now);
    for (const log of this.logs) log.clear();
    this.totals.preemptions = 0;
    this.totals.queriedTokens = 0;
    this.totals.hitTokens = 0;
  }

  private addReplica(pool: ClusterPool, log: StepLog, gaps: Gaps, routing: Routing, source: Source): void {
    const replica = this.targets.length;
    const targets: Target[] = [];
    for (let engine = 0; engine < pool.engines; engine++) {
      const schedulers = Array.from({ length: pool.lockStep }, () => this.newScheduler(pool, gaps));
      const instance = new Instance(this.instances.length, schedulers, pool.model, log, this.meter);
      this.instances.push(instance);
      for (const scheduler of schedulers) targets.push({ instance, scheduler, replica, core: targets.length });
    }
    this.targets.push(targets);
    this.cores.push(new Chooser(targets.length, routing.cores, source));
  }

  private newScheduler(pool: ClusterPool, gaps: Gaps): Scheduler {
    const { limits, cache, scheduling } = pool;
    const { stages } = pool.model;
    const blocks = pool.prefixCaching ? new CachedBlocks(cache, this.requests) : new CountedBlocks(cache);
    const maxRunning = Math.max(1, Math.min(limits.maxNumSeqs, this.requests.count));
    const core = new EngineCore(this.requests, blocks, limits, gaps, this.totals, stages, maxRunning);
    return new Scheduler(core, policyOf(scheduling, core), gaps, this.totals, stages, maxRunning);
  }
}
