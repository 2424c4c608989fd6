import type { Catalog } from "../../catalog/catalog.ts";
import type { Deployment, Flag, Parallel, Pool } from "../../deployment/deployment.ts";
import { humanInteger } from "../../deployment/human-integer.ts";
import type { Known } from "../../deployment/located.ts";
import { plain } from "../../deployment/message.ts";
import type { Settled, SettledPool } from "../../deployment/settled.ts";
import type { DeploymentAnalysis } from "../../language/results.ts";
import type { MemoryPlan } from "../../memory/plan.ts";
import { timingState } from "../../timing/timing-state.ts";
import { memoryJson, tightestPlan } from "./memory-json.ts";

type Inspected = Pick<DeploymentAnalysis, "deployment" | "settlement" | "settled" | "memory">;

/** One deployment as `inspect --format json` tells it. What is unknown is null. */
export function inspectJson({ deployment, settlement, settled, memory }: Inspected, catalog: Catalog) {
  const [first] = deployment.pools;
  const pools = deployment.pools.map((pool, index) => poolJson(deployment, pool, settled, memory, index, catalog));
  const tightest = memory[tightestPlan(memory)];
  const [pool] = pools;
  return {
    name: deployment.name,
    id: deployment.id,
    format: deployment.format,
    engine: deployment.engine,
    launcher: deployment.launcher,
    engineVersion: pool?.engineVersion ?? null,
    model: deployment.model?.value.name ?? null,
    modelId: deployment.model?.value.facts?.value.id ?? null,
    gpu: pool?.gpu ?? null,
    gpuAsWritten: first?.hardware.gpuAsWritten?.value ?? null,
    gpusPerNode: pool?.gpusPerNode ?? null,
    nodes: pool?.nodes ?? null,
    gpusPerReplica: pool?.gpusPerInstance ?? null,
    pools,
    weightQuantization: pool?.weightQuantization ?? null,
    kvCacheDtype: pool?.kvCacheDtype ?? null,
    shiftThreshold: pool?.shiftThreshold ?? null,
    settings: pool?.settings ?? {},
    workload: deployment.workload?.value ?? null,
    slo: deployment.slo?.value ?? null,
    origins: origins(deployment),
    assumed: settled?.assumed.map(({ what, value, why }) => ({ what, value, why: plain(why) })) ?? [],
    missing: settlement.missing?.map(({ what, message }) => ({ what, message: plain(message) })) ?? [],
    memory: tightest ? memoryJson(tightest, memory.indexOf(tightest)) : null,
  };
}

export type InspectJson = ReturnType<typeof inspectJson>;

function poolJson(
  deployment: Deployment,
  pool: Pool,
  settled: Settled | undefined,
  memory: readonly MemoryPlan[],
  index: number,
  catalog: Catalog,
) {
  const { engine, hardware } = pool;
  const plan = memory[index];
  const text = (name: string): string | undefined => engine.flags.get(name)?.value?.value ?? undefined;
  const method = settled?.pools[index]?.weights.method ?? text("quantization") ?? deployment.model?.value.facts?.value.weights.method;
  return {
    role: pool.role,
    instances: pool.instances?.value ?? null,
    engine: deployment.engine,
    engineVersion: engine.version?.value.text ?? null,
    gpu: hardware.gpu?.value ?? null,
    gpusPerNode: hardware.gpusPerNode?.value ?? null,
    nodes: hardware.nodes?.value ?? null,
    gpusPerInstance: gpusPerInstance(deployment, pool),
    parallel: parallelJson(engine.parallel),
    sizes: sizesJson(engine.parallel),
    shiftThreshold: engine.parallel.shift?.value.threshold.value ?? null,
    weightQuantization: method ?? null,
    kvCacheDtype: cacheFormats.map(text).find((one) => one !== undefined) ?? (isCacheOpen(engine) ? "auto" : null),
    settings: settingsJson(engine.flags, catalog),
    memory: plan ? memoryJson(plan, index) : null,
    calibration: calibrationJson(settled?.pools[index]),
    timing: settled ? timingJson(settled, index) : null,
  };
}

/** What of a calibration stands in the place of predictions; null where nothing was measured for the pool. */
function calibrationJson(pool: SettledPool | undefined) {
  const measured = pool?.observed.measured;
  if (!measured) return null;
  const { source, date, applied, refused } = measured;
  return { source, date, applied, refused: refused.map(({ term, why }) => ({ term, why: plain(why) })) };
}

/** How its steps were measured to differ from the predicted ones, and why that no longer counts; null where nothing was measured. */
function timingJson({ model, pools }: Settled, index: number) {
  const pool = pools[index];
  const state = pool && timingState(model, pool);
  if (!state) return null;
  const { timing, refused } = state;
  return { source: timing.source, date: timing.date, ...timing.correction, band: timing.band, refused: refused && plain(refused) };
}

/** What engines call the format of the cache; the options file of TensorRT-LLM stands above its flag. */
const cacheFormats = ["kv-cache-dtype", "kv_cache_config.dtype", "kv_cache_dtype"];

/** No flag says it, and none may come from elsewhere. */
function isCacheOpen({ flags, complete }: Pool["engine"]): boolean {
  return complete && !cacheFormats.some((name) => flags.has(name));
}

/** What the file asks for; a case asks for as many as its layout has ranks. */
function gpusPerInstance({ format }: Deployment, { hardware, engine: { parallel } }: Pool): number | null {
  if (hardware.gpusPerInstance) return hardware.gpusPerInstance.value;
  if (format !== "case") return null;
  const { tensor, attentionData, data, pipeline, sequence, prefillContext } = parallel;
  return [tensor, attentionData, data, pipeline, sequence, prefillContext].reduce((product, size) => product * size.value, 1);
}

const sizeNames = ["tensor", "pipeline", "data", "expert", "attentionData", "sequence", "prefillContext", "decodeContext"] as const;
type SizeName = (typeof sizeNames)[number];

/** How the ranks are laid out; null where a flag is written that cannot be read. */
function parallelJson(parallel: Parallel): Readonly<Record<SizeName, number | null>> {
  const size = (name: SizeName): number | null => (parallel.unreadable.has(name) ? null : parallel[name].value);
  return {
    tensor: size("tensor"),
    pipeline: size("pipeline"),
    data: size("data"),
    expert: size("expert"),
    attentionData: size("attentionData"),
    sequence: size("sequence"),
    prefillContext: size("prefillContext"),
    decodeContext: size("decodeContext"),
  };
}

/** Sizes as the flags say them; what no flag says is null. */
function sizesJson({ written: { tp, pp, dp, ep } }: Parallel) {
  return { tp: tp?.value ?? null, pp: pp?.value ?? null, dp: dp?.value ?? null, ep: ep?.value ?? null };
}

/** Flags that are told under names of their own. */
const toldElsewhere: ReadonlySet<string> = new Set([
  "model",
  "tensor-parallel-size",
  "pipeline-parallel-size",
  "data-parallel-size",
  "ulysses-sequence-parallel-size",
  "prefill-context-parallel-size",
  "decode-context-parallel-size",
]);

type Setting = string | number | boolean | null;

/** Flags in force, as numbers and switches where they are; null where the value cannot be read. */
function settingsJson(flags: ReadonlyMap<string, Flag>, catalog: Catalog): Readonly<Record<string, Setting>> {
  const human = new Set(catalog.flags("vllm").flags.flatMap(({ name, humanReadable }) => (humanReadable ? [name] : [])));
  const own = [...flags.values()].filter(({ name }) => !toldElsewhere.has(name));
  return Object.fromEntries(own.map((flag) => [flag.name, settingOf(flag, human.has(flag.name))]));
}

function settingOf({ value, negated }: Flag, human: boolean): Setting {
  if (!value) return null;
  const text = value.value?.trim();
  if (text === undefined) return !negated;
  if (/^(true|false)$/i.test(text)) return (text.toLowerCase() === "true") !== negated;
  const number = human ? humanInteger(text) : /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
  return number ?? text;
}

/** Where each value comes from; what is unknown has no entry. */
function origins(deployment: Deployment): Readonly<Record<string, string>> {
  const [pool] = deployment.pools;
  const known: Readonly<Record<string, Known<unknown>>> = {
    model: deployment.model,
    modelId: deployment.model?.value.facts,
    gpu: pool?.hardware.gpu,
    gpusPerNode: pool?.hardware.gpusPerNode,
    nodes: pool?.hardware.nodes,
    gpusPerReplica: pool?.hardware.gpusPerInstance,
    instances: pool?.instances,
    engineVersion: pool?.engine.version,
    shiftThreshold: pool?.engine.parallel.shift?.value.threshold,
    workload: deployment.workload,
    slo: deployment.slo,
  };
  const sizes = pool ? sizeNames.map((name) => [name, pool.engine.parallel[name].origin] as const) : [];
  const settings = pool ? [...pool.engine.flags.values()].filter(({ name }) => !toldElsewhere.has(name)) : [];
  return Object.fromEntries([
    ...Object.entries(known).flatMap(([name, value]) => (value ? [[name, value.origin] as const] : [])),
    ...sizes.map(([name, origin]) => [`parallel.${name}`, origin] as const),
    ...settings.flatMap(({ name, value }) => (value ? [[`settings.${name}`, value.origin] as const] : [])),
  ]);
}
