import type { Catalog } from "../catalog/catalog.ts";
import { plain } from "../deployment/message.ts";
import { read } from "../deployment/read.ts";
import { settle } from "../deployment/settle.ts";
import type { Settled, SettledPool } from "../deployment/settled.ts";
import { noSurroundings } from "../deployment/surroundings.ts";
import { lengthsFor } from "../language/lengths.ts";
import { fittedLengths, memoryPlan } from "../memory/memory-plan.ts";
import type { Report } from "../simulation/report/report.ts";
import { TimelineLog } from "../simulation/timeline/timeline-log.ts";
import { builtInWorkload } from "../simulation/workload/built-in.ts";
import { estimate } from "../timing/closed-form.ts";
import { defaultDeployment } from "./default-deployment.ts";
import type { ImitationOptions } from "./imitation.ts";
import { asWritten, type Injection, injected, simulated } from "./inject.ts";
import { type RunLog, runLog } from "./run-log.ts";

/** Share of the rate a deployment can hold at most: busy, but with room, so that queues come and go. */
const usualLoad = 0.6;
const simulatedSeconds = 300;
/** A round must be ready in about a second, also on a small machine. */
const mostRequests = 1500;
const fallbackWorkload = "chat";
/** More are not told apart on a page. */
const mostEngines = 64;

/** What a server says of itself. */
export type ServedAs = Pick<ImitationOptions, "maxModelLen" | "version" | "engines" | "cacheConfig" | "layout">;

/** One server of pools that work together. */
export type DemoMember = ServedAs & Required<Pick<ImitationOptions, "member" | "memory">>;

/** What the demo plays: a run, and what its server, or each server of its pools, would say of itself. */
export interface DemoRun extends ServedAs, Pick<ImitationOptions, "report" | "model" | "log"> {
  /** Empty where one server has all of it. */
  readonly members?: readonly DemoMember[];
}

export interface DemoRunOptions {
  readonly seed?: number;
  /** Share of the rate a deployment can hold at most; busy, but with room, where absent. */
  readonly load?: number;
  /** What of the deployment or its load is not as the file says. */
  readonly inject?: readonly Injection[];
}

/**
 * Simulates about five minutes of a deployment under its own workload (chat where it names none) at 60 % of what it can hold, for the demo
 * to play. Throws in words where it cannot be simulated.
 */
export function demoRun(settled: Settled, catalog: Catalog, { seed = 1, load = usualLoad, inject = [] }: DemoRunOptions = {}): DemoRun {
  const rows = catalog.workload(settled.workload ?? fallbackWorkload) ?? catalog.workload(fallbackWorkload);
  if (!rows) throw new Error(`The catalogue has no workload ${fallbackWorkload}`);
  const plans = settled.pools.map((pool) => memoryPlan(settled.model, pool));
  const most = estimate(settled, plans, lengthsFor(settled, catalog)).mostRequestsPerSecond;
  const rate = Math.max(0.01, most * load);
  const requests = Math.min(mostRequests, Math.max(60, Math.round(rate * simulatedSeconds)));
  const written = asWritten(settled, builtInWorkload(rows, rate, requests));
  const played = inject.reduce(injected, written);
  const timeline = new TimelineLog();
  const outcome = simulated(played, seed, { timeline });
  if (outcome.error) throw new Error(`${settled.name} cannot be played: ${outcome.error.message}`);
  return playedRun(played.settled, outcome.report, runLog(timeline.taken()));
}

/** A simulated run of a deployment, to be played. */
export function playedRun(settled: Settled, report: Report, log: RunLog | undefined): DemoRun {
  const [pool] = settled.pools;
  return {
    report,
    model: settled.model.id,
    ...(log ? { log, members: membersOf(settled, log) } : {}),
    ...(pool ? servedAs(pool) : {}),
  };
}

/** Each replica of pools that work together is a server of its own. */
function membersOf({ model, pools }: Settled, { instances }: RunLog): readonly DemoMember[] {
  if (pools.every(({ role }) => role === "mixed")) return [];
  return pools.flatMap((pool, index) => {
    const { role } = pool;
    if (role === "mixed") return [];
    const own = instances.flatMap((one, at) => (one.pool === index ? [at] : []));
    const engines = Math.max(1, own.length / pool.instances);
    const memory = memoryPlan(model, pool);
    return Array.from({ length: pool.instances }, (_, replica): DemoMember => {
      const member = { role, instances: own.slice(replica * engines, (replica + 1) * engines) };
      return { ...servedAs(pool), member, memory };
    });
  });
}

/** Reads a YAML text and prepares its first deployment, or the one named, to be played. */
export function demoRunOf(text: string, fileName: string, catalog: Catalog, name?: string, options?: DemoRunOptions): DemoRun {
  const { deployments } = read(text, { catalog, surroundings: noSurroundings, fileName });
  const deployment = name === undefined ? deployments[0] : deployments.find((one) => one.name === name || one.id === name);
  if (!deployment) throw new Error(name === undefined ? `${fileName} holds no deployment` : `${fileName} holds no deployment ${name}`);
  const { settled, missing } = fittedLengths(settle(deployment, catalog));
  if (!settled) throw new Error(`${deployment.name} cannot be played: ${missing.map((one) => plain(one.message)).join(" ")}`);
  return demoRun(settled, catalog, options);
}

/** The built-in run: needs no file. */
export function defaultDemoRun(catalog: Catalog, options?: DemoRunOptions): DemoRun {
  return demoRunOf(defaultDeployment, "demo.yaml", catalog, undefined, options);
}

/** What a pool's server says of itself. */
function servedAs(pool: SettledPool): ServedAs {
  const { layout, settings, budget } = pool;
  return {
    engines: Math.min(mostEngines, (pool.role === "mixed" ? pool.instances : 1) * layout.data),
    maxModelLen: settings.maxModelLen,
    ...(budget.engine === "tensorrt-llm" ? {} : { version: pool.version.text }),
    cacheConfig: cacheLabels(pool),
    layout: {
      tensor: layout.tensor * layout.sequence * layout.attentionData,
      pipeline: layout.pipeline,
      expert: layout.expert,
      maxNumSeqs: settings.maxNumSeqs,
      maxNumBatchedTokens: settings.maxNumBatchedTokens,
      prefixCaching: settings.prefixCaching,
      memFractionStatic: budget.engine === "sglang" ? budget.memFractionStatic : null,
    },
  };
}

/** What the engine would say of its cache beyond the report's own figures. */
function cacheLabels({ settings, budget }: SettledPool): Readonly<Record<string, string>> {
  return {
    enable_prefix_caching: settings.prefixCaching ? "True" : "False",
    ...(budget.engine === "vllm"
      ? {
          gpu_memory_utilization: String(budget.gpuMemoryUtilization),
          kv_cache_memory_bytes: budget.kvCacheMemoryBytes === null ? "None" : String(budget.kvCacheMemoryBytes),
        }
      : {}),
  };
}
