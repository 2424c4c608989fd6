import type { Catalog } from "../catalog/catalog.ts";
import type { Gpu, Model } from "../catalog/facts.ts";
import { asBetween, asCount, asFields, asText, CaseError, type Fields, isFields, optional } from "./case-fields.ts";
import { sizesWithFlags } from "./case-sizes.ts";
import { writtenFlag } from "./change.ts";
import type { Flag, Hardware, Parallel, Pool, PoolOverrides } from "./deployment.ts";
import { sizeFlags } from "./engines/size-flags.ts";
import { caseExpertLoad } from "./expert-load.ts";
import { flagNames } from "./flag-names.ts";
import { caseTiers } from "./kv-tiers/case-tiers.ts";
import type { Known, Located } from "./located.ts";
import { message } from "./message.ts";
import { settlers } from "./settle-engine.ts";
import type { JudgedEngine } from "./settled.ts";
import { emptyRange } from "./text.ts";
import { parseVersion, type Version } from "./version.ts";

const said = <T>(value: T): Located<T> => ({ value, origin: "argument" });

/** What the pools of a case share. */
export interface CaseContext {
  readonly engine: JudgedEngine;
  readonly whole: Fields;
  readonly model: Model | undefined;
  readonly catalog: Catalog;
}

/** One pool of a case; its own members override the deployment's. */
export function casePool(own: Fields, { engine, whole, model, catalog }: CaseContext): Pool {
  const version = optional(own, "engineVersion", asVersion) ?? optional(whole, "engineVersion", asVersion);
  const threshold = optional(own, "shiftThreshold", asCount) ?? optional(whole, "shiftThreshold", asCount);
  const written = caseParallel(optional(own, "parallel", asFields) ?? {}, threshold);
  const names = flagNames(catalog.flags(engine), version);
  const { cacheFlag } = settlers[engine];
  const sizes = new Map(sizeFlags[engine](written).map(([key, value]) => [key, writtenFlag(key, value)] as const));
  const flags = new Map<string, Flag>(sizes);
  for (const source of [whole, own]) {
    const cache = optional(source, "kvCacheDtype", asText);
    if (cache !== undefined) flags.set(cacheFlag, writtenFlag(cacheFlag, cache));
    for (const [key, value] of Object.entries(optional(source, "settings", asFields) ?? {})) {
      if (value === null || value === undefined) continue;
      const { name: known, facts, negated } = names.resolve(key.startsWith("-") ? key : `--${key}`);
      // Keys of TensorRT-LLM's options file are none of its flags, and are spelled with underscores.
      const isOption = facts === undefined && engine === "tensorrt-llm";
      const name = isOption ? key.replace(/^-+/, "").replaceAll("-", "_") : known;
      const flag = { ...writtenFlag(name, settingText(key, value)), ...(isOption ? { spelled: name } : {}) };
      flags.set(name, negated ? { ...flag, negated: !flag.negated } : flag);
    }
  }
  const parallel = sizesWithFlags(written, sizes, flags, engine, model);
  return {
    name: "",
    extent: emptyRange,
    role: role(own.role),
    instances: said(optional(own, "instances", asCount) ?? optional(whole, "instances", asCount) ?? 1),
    engine: {
      version: version && said(version),
      parallel: engine !== "vllm" || model?.moe ? parallel : denseParallel(parallel),
      flags,
      written: [...flags.values()],
      environment: caseEnvironment(own, whole),
      storeSettings: new Map(),
      complete: true,
      site: undefined,
      foreignBuild: false,
      arctic: parallel.sequence.value > 1 ? said(true) : undefined,
      executor: undefined,
    },
    hardware: caseHardware(own, whole, catalog),
    overrides: overrides(own, whole, engine),
  };
}

/** Variables of the engine's process; a pool's own stand above the deployment's. */
function caseEnvironment(own: Fields, whole: Fields): ReadonlyMap<string, Located<string>> {
  const members = [whole, own].flatMap((source) => Object.entries(optional(source, "environment", asFields) ?? {}));
  const written = members.filter(([, value]) => value !== null && value !== undefined);
  return new Map(written.map(([name, value]) => [name, said(settingText(name, value))]));
}

/** A dense model has no experts to share: its attention replicas are engines of their own, as in vLLM. */
function denseParallel(parallel: Parallel): Parallel {
  const data = parallel.data.value * parallel.attentionData.value;
  return { ...parallel, data: said(data), attentionData: said(1) };
}

function asVersion(value: unknown, key: string): Version {
  const version = parseVersion(asText(value, key));
  if (version) return version;
  throw new CaseError("bad-case", `“${key}” must be a version such as 0.19.0.`);
}

function role(value: unknown): Pool["role"] {
  if (value === undefined || value === null || value === "mixed") return "mixed";
  if (value === "prefill" || value === "decode") return value;
  throw new CaseError("bad-case", "“role” must be mixed, prefill or decode.");
}

function settingText(key: string, value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (Array.isArray(value)) return value.map(String).join(" ");
  if (isFields(value)) return JSON.stringify(value);
  throw new CaseError("bad-case", `The setting “${key}” must be a number, text, switch or object.`);
}

function caseParallel(fields: Fields, threshold: number | undefined): Parallel {
  const given = (key: string): Known<number> => {
    const value = optional(fields, key, asCount);
    return value === undefined ? undefined : said(value);
  };
  const size = (key: string): Located<number> => given(key) ?? { value: 1, origin: "engine-default" };
  return {
    tensor: size("tensor"),
    pipeline: size("pipeline"),
    data: size("data"),
    attentionData: size("attentionData"),
    expert: size("expert"),
    sequence: size("sequence"),
    prefillContext: size("prefillContext"),
    decodeContext: size("decodeContext"),
    shift: threshold === undefined ? undefined : said({ threshold: said(threshold) }),
    unreadable: new Set(),
    written: { tp: given("tensor"), pp: given("pipeline"), dp: given("data") ?? given("attentionData"), ep: given("expert") },
  };
}

function caseHardware(own: Fields, whole: Fields, catalog: Catalog): Hardware {
  const name = optional(own, "gpu", asText) ?? optional(whole, "gpu", asText);
  const instance = name === undefined ? undefined : catalog.instance(name);
  const gpu = name === undefined ? undefined : (smallestOf(name, catalog) ?? (instance && catalog.gpu(instance.gpu)));
  if (name !== undefined && !gpu) throw new CaseError("missing", `GPU type not known: ${name}.`);
  const perNode = optional(own, "gpusPerNode", asCount) ?? optional(whole, "gpusPerNode", asCount) ?? instance?.gpus;
  const nodes = optional(own, "nodes", asCount) ?? optional(whole, "nodes", asCount);
  return {
    gpu: gpu ? said(gpu.id) : gpuOfTotal(totalBytes(own, whole), catalog),
    gpuAsWritten: undefined,
    gpusPerNode: perNode === undefined ? undefined : said(perNode),
    gpuRequest: undefined,
    nodes: nodes === undefined ? undefined : said(nodes),
    gpusPerInstance: undefined,
    resource: null,
    sharedMemory: said("host"),
    sharedMemorySites: [],
    networkBytesPerSecond: undefined,
  };
}

/** `RTX 5070 Ti + RTX 5090 D`: of unlike cards in one engine the smallest decides. */
function smallestOf(written: string, catalog: Catalog): Gpu | undefined {
  const cards = written.split(" + ").map((name) => catalog.gpu(name));
  return cards.reduce((least, card) => least && card && (card.driverBytes < least.driverBytes ? card : least));
}

/** Drivers of one board differ by so much in the memory that they report: a T4 has 14.56 to 14.75 GiB. */
const driverShare = 0.015;

/** A run that reports its card's memory, yet not its name: the card whose memory is nearest, of several the most common. */
function gpuOfTotal(total: number | undefined, catalog: Catalog): Known<string> {
  if (total === undefined) return undefined;
  const off = ({ driverBytes }: Gpu): number => Math.abs(total / driverBytes - 1);
  const common = catalog.commonGpus().map(({ id }) => id);
  const rank = ({ id }: Gpu): number => (common.includes(id) ? common.indexOf(id) : common.length);
  const [nearest] = catalog
    .gpus()
    .filter((gpu) => off(gpu) <= driverShare)
    .sort((a, b) => off(a) - off(b) || rank(a) - rank(b));
  return nearest && { value: nearest.id, origin: "inferred", why: message("the card whose memory is that of the run") };
}

const asMemory = asBetween(1, 2 ** 50);
/** From a serial line to more than any fabric. */
const asSpeed = asBetween(1000, 1e16);
const asLatency = asBetween(0, 60);

function totalBytes(own: Fields, whole: Fields): number | undefined {
  return optional(own, "gpuTotalBytes", asMemory) ?? optional(whole, "gpuTotalBytes", asMemory);
}

function overrides(own: Fields, whole: Fields, engine: JudgedEngine): PoolOverrides {
  const readTiers = (value: unknown, key: string) => caseTiers(value, key, engine);
  const kvTiers = optional(own, "kvTiers", readTiers) ?? optional(whole, "kvTiers", readTiers);
  const links = { ...optional(whole, "links", asFields), ...optional(own, "links", asFields) };
  const total = totalBytes(own, whole);
  const blocks = optional(own, "kvCacheBlocks", asCount) ?? optional(whole, "kvCacheBlocks", asCount);
  const intra = optional(links, "intraNodeBytesPerSecond", asSpeed);
  const inter = optional(links, "interNodeBytesPerSecond", asSpeed);
  const latency = optional(links, "latencySeconds", asLatency);
  const expertLoad = optional(own, "expertLoad", caseExpertLoad) ?? optional(whole, "expertLoad", caseExpertLoad);
  return {
    ...(total === undefined ? {} : { gpuTotalBytes: total }),
    ...(blocks === undefined ? {} : { kvCacheBlocks: blocks }),
    ...(intra === undefined ? {} : { intraNodeBytesPerSecond: intra }),
    ...(inter === undefined ? {} : { interNodeBytesPerSecond: inter }),
    ...(latency === undefined ? {} : { latencySeconds: latency }),
    ...(expertLoad === undefined ? {} : { expertLoad }),
    ...(kvTiers === undefined ? {} : { kvTiers }),
  };
}
