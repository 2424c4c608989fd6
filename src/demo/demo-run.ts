import type { Catalog } from "../catalog/catalog.ts";
import { plain } from "../deployment/message.ts";
import { read } from "../deployment/read.ts";
import { settle } from "../deployment/settle.ts";
import type { Settled, SettledPool } from "../deployment/settled.ts";
import { noSurroundings } from "../deployment/surroundings.ts";
import { lengthsFor } from "../language/lengths.ts";
import { fittedLengths, memoryPlan } from "../memory/memory-plan.ts";
import { TimelineLog } from "../simulation/timeline/timeline-log.ts";
import { builtInWorkload } from "../simulation/workload/built-in.ts";
import { estimate } from "../timing/closed-form.ts";
import { defaultDeployment } from "./default-deployment.ts";
import type { ImitationOptions } from "./imitation.ts";
import { asWritten, type Injection, injected, simulated } from "./inject.ts";
import { stepLog } from "./step-log.ts";

/** Share of the rate a deployment can hold at most: busy, but with room, so that queues come and go. */
const usualLoad = 0.6;
const simulatedSeconds = 300;
/** A round must be ready in about a second, also on a small machine. */
const mostRequests = 1500;
const fallbackWorkload = "chat";
/** More are not told apart on a page. */
const mostEngines = 64;

/** What the demo plays: a run, and what the server would say of itself. */
export type DemoRun = Pick<
  ImitationOptions,
  "report" | "model" | "maxModelLen" | "version" | "engines" | "cacheConfig" | "layout" | "steps"
>;

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
  const pool = played.settled.pools[0];
  return {
    report: outcome.report,
    model: settled.model.id,
    steps: stepLog(timeline.taken()),
    ...(pool ? servedAs(pool) : {}),
  };
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
export function servedAs(pool: SettledPool): Pick<DemoRun, "maxModelLen" | "version" | "engines" | "cacheConfig" | "layout"> {
  const { layout, settings, budget } = pool;
  return {
    // A server of pools that work together shows all of them as one.
    engines: pool.role === "mixed" ? Math.min(mostEngines, pool.instances * layout.data) : 1,
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
