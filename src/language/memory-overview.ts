import type { Catalog } from "../catalog/catalog.ts";
import type { Model } from "../catalog/facts.ts";
import { type CalibrationWords, calibrationWords } from "../deployment/calibration-words.ts";
import { engineNames } from "../deployment/engine-names.ts";
import type { Message } from "../deployment/message.ts";
import { type Assumption, gpusPerInstance, type Settled, type SettledPool } from "../deployment/settled.ts";
import type { MemoryPlan } from "../memory/plan.ts";
import type { Finding } from "../rules/rule.ts";
import { deploymentWords } from "../simulation/report/layout-words.ts";
import { type LayoutPlan, layoutPlans } from "./memory-layouts.ts";
import type { DeploymentAnalysis } from "./results.ts";

/** What the memory page shows of a deployment, as plain data. */
export interface MemoryOverview {
  readonly model: string;
  /** `TP 4 × SP 2`, a pool after the other. */
  readonly layout: string;
  readonly pools: readonly PoolMemory[];
  /** Values nobody wrote down that the sum rests on. */
  readonly assumed: readonly Assumption[];
  /** Errors of the deployment that are not about memory. */
  readonly otherErrors: number;
}

export interface PoolMemory {
  readonly name: string;
  readonly role: "mixed" | "prefill" | "decode";
  readonly instances: number;
  /** `vLLM 0.11.0`. */
  readonly engine: string;
  /** The version is the newest known, because the file does not tell. */
  readonly isVersionAssumed: boolean;
  readonly gpu: string;
  /** GPUs of one instance. */
  readonly gpus: number;
  /** Engines behind one server, each with a cache of its own. */
  readonly engines: number;
  /** Longest request, prompt and output together. */
  readonly maxModelLen: number;
  readonly plan: MemoryPlan;
  /** What the engine would say, in the words of the finding; null where it starts, or where no rule speaks. */
  readonly refusal: { readonly isSure: boolean; readonly words: Message } | null;
  /** The engine's token count is derived from several kinds of layers and no capacity. */
  readonly hasDerivedTokens: boolean;
  readonly isModelApproximate: boolean;
  /** Which parts are measured ones, and which no longer hold and why; null where nothing was measured. */
  readonly measured: CalibrationWords | null;
  readonly layouts: readonly LayoutPlan[];
}

/** Codes that the memory plan itself gives rise to. */
const aboutMemory = new Set(["memory-overflow", "kv-cache-too-small"]);
/** Assumptions that change no byte. */
const apart = new Set(["slo", "workload", "price"]);

/** Undefined while something is unknown that memory depends on. */
export function memoryOverview(subject: DeploymentAnalysis, catalog: Catalog): MemoryOverview | undefined {
  const { deployment, settled, memory, findings } = subject;
  if (!settled || memory.length === 0) return undefined;
  return {
    model: deployment.model?.value.name.split("/").at(-1) ?? settled.model.id,
    layout: deploymentWords(settled),
    pools: settled.pools.flatMap((pool, index) => {
      const plan = memory[index];
      return plan ? [poolMemory(subject, settled, pool, index, plan, catalog)] : [];
    }),
    assumed: settled.assumed.filter(({ what }) => !apart.has(what)),
    otherErrors: findings.filter(({ severity, code }) => severity === "error" && !aboutMemory.has(code)).length,
  };
}

function poolMemory(
  { deployment, findings }: DeploymentAnalysis,
  settled: Settled,
  pool: SettledPool,
  index: number,
  plan: MemoryPlan,
  catalog: Catalog,
): PoolMemory {
  const { layout, version } = pool;
  return {
    name: deployment.pools[index]?.name ?? deployment.name,
    role: pool.role,
    instances: pool.instances,
    engine: `${engineNames[deployment.engine]} ${version.text}`,
    isVersionAssumed: pool.versionAssumed,
    gpu: pool.gpu.id,
    gpus: gpusPerInstance(layout),
    engines: layout.data,
    maxModelLen: pool.settings.maxModelLen,
    plan,
    refusal: plan.fits ? null : refusalIn(findings),
    hasDerivedTokens: hasDerivedTokens(settled.model, pool),
    isModelApproximate: settled.model.approximate,
    measured: pool.observed.measured ? calibrationWords(pool.observed.measured) : null,
    layouts: layoutPlans(deployment, settled, index, plan, catalog),
  };
}

/** vLLM's figure for layers that do not all keep every token is no capacity. */
function hasDerivedTokens({ slidingLayers, recurrent, compression }: Model, { budget }: SettledPool): boolean {
  if (budget.engine !== "vllm" || !budget.cache.isV1) return false;
  return recurrent !== null || compression !== undefined || (slidingLayers > 0 && budget.cache.isGrouped);
}

function refusalIn(findings: readonly Finding[]): PoolMemory["refusal"] {
  const one = findings.find(({ code }) => aboutMemory.has(code));
  return one ? { isSure: one.severity === "error", words: one.message } : null;
}
