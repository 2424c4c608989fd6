import type { Catalog } from "../catalog/catalog.ts";
import type { Gpu, Model, UnsizedFormat } from "../catalog/facts.ts";
import { isSized } from "../catalog/weight-format.ts";
import { applyCalibration } from "./apply-calibration.ts";
import { applyTiming } from "./apply-timing.ts";
import { assumedVersion } from "./defaults.ts";
import type { Deployment, Pool } from "./deployment.ts";
import { engineNames } from "./engine-names.ts";
import { FlagReader } from "./flag-reader.ts";
import { gpuPrice } from "./gpu-price.ts";
import { settledTiers } from "./kv-tiers/settle-tiers.ts";
import type { Known, Located } from "./located.ts";
import { type Message, message } from "./message.ts";
import { assumedNetwork, isPair } from "./pool-pair.ts";
import { drafterOf } from "./settle-drafter.ts";
import { isJudged, settlers } from "./settle-engine.ts";
import { redundantExperts } from "./settle-expert-balance.ts";
import { placed } from "./settle-hardware.ts";
import { acceptanceWords, speculationOf } from "./settle-speculation.ts";
import {
  type Assumption,
  gpusPerInstance,
  type JudgedEngine,
  type Layout,
  type MemoryBudget,
  type Missing,
  type SettledPool,
  type Settlement,
  type Speculation,
} from "./settled.ts";
import { lendingPool } from "./systems/infinite-llm.ts";
import { writtenSpeculation } from "./written-speculation.ts";

/** Plain numbers for memory, timing and simulation, or what keeps them from being known. Never guesses, never throws on what a file says. */
export function settle(deployment: Deployment, catalog: Catalog): Settlement {
  const { engine } = deployment;
  if (!isJudged(engine)) {
    return { missing: [{ what: "engine", message: message("{0} is recognised, not judged", engineNames[engine]) }] };
  }
  const missing: Missing[] = [];
  const assumed: Assumption[] = [];
  const model = modelOf(deployment, missing);
  const pools = deployment.pools.map((pool) =>
    settledPool(pool, { engine, acceptance: deployment.acceptance?.value, model, catalog }, missing, assumed),
  );
  const whole = pools
    .filter((pool) => pool !== undefined)
    .map((pool) => lendingPool(pricedPool(measuredPool(deployment, model, pool), deployment, catalog), deployment.system?.value));
  if (!model || missing.length > 0 || whole.length !== pools.length || whole.length === 0) {
    return { missing: distinct(missing, ({ what, message: { text, args } }) => JSON.stringify([what, text, args])) };
  }
  assumed.push(...assumedNetwork({ pools: whole }));
  noteOutside(deployment.slo, "slo", assumed, ({ ttftSeconds, tpotSeconds }) => sloWords(ttftSeconds, tpotSeconds));
  noteOutside(deployment.workload, "workload", assumed, (name) => name);
  noteOutside(deployment.gpuHourPrice, "price", assumed, String);
  return {
    settled: {
      id: deployment.id,
      name: deployment.name,
      engine,
      model,
      pools: whole,
      slo: deployment.slo?.value ?? null,
      workload: deployment.workload?.value ?? null,
      ...(deployment.routing ? { routing: deployment.routing.value } : {}),
      ...(deployment.admission ? { admission: deployment.admission.value } : {}),
      ...(deployment.decodeRouting ? { decodeRouting: deployment.decodeRouting.value } : {}),
      ...(deployment.localPrompts && isPair({ pools: whole }) ? { localPrompts: deployment.localPrompts.value } : {}),
      ...(deployment.system ? { system: deployment.system.value } : {}),
      gpuHourPrice: deployment.gpuHourPrice?.value ?? null,
      assumed: distinct(assumed, ({ what, value }) => `${what} ${value}`),
    },
  };
}

function pricedPool(pool: SettledPool, deployment: Deployment, catalog: Catalog): SettledPool {
  const price = gpuPrice(deployment, pool.gpu.id, catalog);
  return price ? { ...pool, price } : pool;
}

/** With what a run measured, as far as it still holds. */
function measuredPool({ calibrations }: Deployment, model: Model | undefined, pool: SettledPool): SettledPool {
  if (!model || !calibrations) return pool;
  const measured = applyCalibration(calibrations, model, pool);
  const timing = applyTiming(calibrations, model, pool);
  return { ...pool, observed: { ...pool.observed, ...(measured ? { measured } : {}), ...(timing ? { timing } : {}) } };
}

function modelOf({ model }: Deployment, missing: Missing[]): Model | undefined {
  const facts = model?.value.facts;
  if (facts) return facts.value;
  const problem = model?.value.problem;
  missing.push({
    what: "model",
    message: problem
      ? message("{0} cannot be read as a model. {1}", model.value.name, problem)
      : model
        ? message("Model not known: {0}", model.value.name)
        : message("The file does not name its model"),
  });
  return undefined;
}

interface PoolContext {
  readonly engine: JudgedEngine;
  /** Of drafted tokens, where somebody says it. */
  readonly acceptance: number | undefined;
  readonly model: Model | undefined;
  readonly catalog: Catalog;
}

function settledPool(
  pool: Pool,
  { engine, acceptance, model, catalog }: PoolContext,
  missing: Missing[],
  assumed: Assumption[],
): SettledPool | undefined {
  const gpu = gpuOf(pool, catalog, missing);
  const layout = layoutOf(pool, model, missing);
  if (!gpu || !layout || !model) return undefined;
  const { version: written, flags, executor, environment } = pool.engine;
  const version = written?.value ?? assumedVersion(engine, catalog);
  const reader = new FlagReader(flags);
  const settler = settlers[engine];
  const { weights, kvElementBytes, kvCacheBlocks, ...chosen } = settler.choose(reader, {
    version,
    gpu,
    model,
    layout,
    role: pool.role,
    executor: executor?.value,
    environment,
  });
  if (!isSized(model.weights)) missing.push(unsizedCheckpoint(model.weights));
  else if (!weights) missing.push(unknownValue(settler.quantizationFlag, reader));
  if (kvElementBytes === undefined) missing.push(unknownValue(settler.cacheFlag, reader));
  const otherTask = settler.otherTask(reader);
  if (otherTask) missing.push({ what: "settings", message: otherTask });
  for (const name of reader.unreadable)
    missing.push({ what: "settings", message: message("{0} is written, but cannot be read here", name) });
  if (otherTask || !weights || kvElementBytes === undefined || reader.unreadable.length > 0) return undefined;
  if (!written) assumed.push({ what: "engineVersion", value: version.text, why: message("the newest version known; the file names none") });
  else noteOutside(written, "engineVersion", assumed, ({ text }) => text);
  noteOutside(pool.hardware.gpu, "gpu", assumed, String);
  if (!pool.instances) {
    assumed.push({ what: "instances", value: "1", why: message("how many instances run is not written here") });
  }
  const drafting = new FlagReader(flags);
  const writtenDrafts = writtenSpeculation(engine, drafting);
  const drafter = drafterOf(writtenDrafts, model, layout.tensor, catalog);
  if (drafter?.kind === "unsized") assumed.push({ what: "drafter", value: drafter.name, why: unsizedWords(engine) });
  const speculation = speculationOf(
    writtenDrafts,
    drafting,
    { engine, version, model, layout, isV1: isV1(chosen.budget), arctic: pool.engine.arctic?.value === true || layout.sequence > 1 },
    acceptance,
  );
  if (speculation && acceptance === undefined) assumed.push(assumedAcceptance(speculation));
  const place = placed(pool, gpu, layout);
  assumed.push(...place.assumed);
  const tiers = settledTiers(pool, { engine, version, gpu, layout, links: place.links });
  assumed.push(...tiers.assumed);
  return {
    role: pool.role,
    instances: Math.max(1, pool.instances?.value ?? 1),
    version,
    versionAssumed: !written,
    gpu,
    gpusPerNode: place.gpusPerNode,
    nodes: place.nodes,
    layout,
    shiftThreshold: layout.sequence > 1 ? (pool.engine.parallel.shift?.value.threshold.value ?? null) : null,
    weights,
    kvElementBytes,
    ...chosen,
    ...(pool.overrides?.expertLoad && model.moe ? { expertLoad: pool.overrides.expertLoad } : {}),
    ...(drafter ? { drafter } : {}),
    ...(speculation ? { speculation } : {}),
    links: place.links,
    ...(tiers.kvTiers ? { kvTiers: tiers.kvTiers } : {}),
    kernels: catalog.kernels(gpu),
    linkKernels: (gpusPerInstance(layout) > 1 && catalog.linkKernels(gpu, place.links.intraNode)) || null,
    observed: {
      gpuTotalBytes: pool.overrides?.gpuTotalBytes ?? null,
      kvCacheBlocks: pool.overrides?.kvCacheBlocks ?? kvCacheBlocks,
    },
  };
}

function gpuOf({ hardware }: Pool, catalog: Catalog, missing: Missing[]): Gpu | undefined {
  const gpu = hardware.gpu && catalog.gpu(hardware.gpu.value);
  if (gpu) return gpu;
  const written = hardware.gpu?.value ?? hardware.gpuAsWritten?.value;
  missing.push({
    what: "gpu",
    message: written === undefined ? message("The file does not name its GPU type") : message("GPU type not known: {0}", written),
  });
  return undefined;
}

const sizeNames: Readonly<Record<string, string>> = {
  tensor: "tensor-parallel-size",
  pipeline: "pipeline-parallel-size",
  data: "data-parallel-size",
  attentionData: "data-parallel-size",
  expert: "enable-expert-parallel",
  sequence: "ulysses-sequence-parallel-size",
  prefillContext: "prefill-context-parallel-size",
  decodeContext: "decode-context-parallel-size",
};

function layoutOf(
  { engine: { parallel, complete, environment, flags } }: Pool,
  model: Model | undefined,
  missing: Missing[],
): Layout | undefined {
  if (parallel.unreadable.size > 0) {
    const names = [...new Set([...parallel.unreadable].map((size) => sizeNames[size] ?? size))].join(", ");
    const words: Message = complete
      ? message("Parallel sizes cannot be read here: {0}", names)
      : message("Arguments come from elsewhere, so parallel sizes are unknown");
    missing.push({ what: "parallel", message: words });
    return undefined;
  }
  const size = ({ value }: Located<number>): number => (Number.isInteger(value) && value > 0 ? value : 1);
  const pipeline = size(parallel.pipeline);
  if (model && pipeline > model.layers) {
    missing.push({ what: "parallel", message: message("The model has {0} layers, too few for PP {1}", model.layers, pipeline) });
    return undefined;
  }
  const partition = environment.get("VLLM_PP_LAYER_PARTITION") ?? environment.get("SGLANG_PP_LAYER_PARTITION");
  const stageLayers = partition && partitionOf(partition.value, pipeline, model?.layers);
  return {
    tensor: size(parallel.tensor),
    pipeline,
    data: size(parallel.data),
    attentionData: size(parallel.attentionData),
    expert: size(parallel.expert),
    sequence: size(parallel.sequence),
    prefillContext: size(parallel.prefillContext),
    decodeContext: size(parallel.decodeContext),
    ...(stageLayers ? { stageLayers } : {}),
    ...redundantExperts(new FlagReader(flags), model),
    ...towers(new FlagReader(flags)),
  };
}

/** Encoders run data-parallel, or the language model alone is served. */
function towers(flags: FlagReader): Pick<Layout, "towers"> {
  if (flags.on("language-model-only")) return { towers: "none" };
  const whole =
    flags.text("mm-encoder-tp-mode") === "data" || flags.on("enable-multimodal-encoder-data-parallel") || flags.on("mm-enable-dp-encoder");
  return whole ? { towers: "whole" } : {};
}

/** `16,32`: one number a stage and together all layers, else nothing (VP08). */
function partitionOf(text: string, stages: number, layers: number | undefined): readonly number[] | undefined {
  const parts = text.split(",").map((part) => Number(part.trim()));
  const isWhole = parts.length === stages && parts.every((part) => Number.isInteger(part) && part > 0);
  return isWhole && parts.reduce((sum, part) => sum + part, 0) === layers ? parts : undefined;
}

function unsizedCheckpoint({ method }: UnsizedFormat): Missing {
  return { what: "settings", message: message("The checkpoint is quantised ({0}) in a way whose bytes are not known", method) };
}

function isV1(budget: MemoryBudget): boolean {
  return budget.engine !== "vllm" || budget.cache.isV1;
}

function assumedAcceptance(speculation: Speculation): Assumption {
  return { what: "acceptance", value: String(speculation.acceptance), why: acceptanceWords(speculation) };
}

/** SGLang's share is for a draft too, so something stands for it. */
function unsizedWords(engine: JudgedEngine): Message {
  return engine === "sglang"
    ? message("its weights are not known here: those of one layer stand for them")
    : message("its weights are not known here, and not counted");
}

function unknownValue(flag: string, reader: FlagReader): Missing {
  return { what: "settings", message: message("{0} {1} is not known here", flag, reader.text(flag) ?? "") };
}

/** What only the project file or a setting says is shown as assumed. */
function noteOutside<T>(known: Known<T>, what: string, assumed: Assumption[], words: (value: T) => string): void {
  if (known?.origin === "project") assumed.push({ what, value: words(known.value), why: message("from the project file") });
  if (known?.origin === "setting") assumed.push({ what, value: words(known.value), why: message("from the settings") });
  // No word stands for it at all.
  if (known?.origin === "inferred" && !known.range && known.why) assumed.push({ what, value: words(known.value), why: known.why });
}

function sloWords(ttft: number | null, tpot: number | null): string {
  return [ttft === null ? "" : `ttft=${ttft * 1000}ms`, tpot === null ? "" : `tpot=${tpot * 1000}ms`].filter(Boolean).join(",");
}

function distinct<T>(items: readonly T[], key: (item: T) => string): readonly T[] {
  return [...new Map(items.map((item) => [key(item), item])).values()];
}
