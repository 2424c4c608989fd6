import type { Gpu, Model } from "../../src/catalog/facts.ts";
import { unquantised } from "../../src/catalog/weight-format.ts";
import { usesV1 } from "../../src/deployment/defaults.ts";
import type { EngineSettings, Layout, SettledPool, VllmBudget } from "../../src/deployment/settled.ts";
import { atLeast, parseVersion, type Version } from "../../src/deployment/version.ts";
import { testCatalog } from "../support/catalog.ts";
import { cache } from "./plain-pool.ts";

export function gpu(name: string): Gpu {
  const found = testCatalog().gpu(name);
  if (!found) throw new Error(`no GPU ${name}`);
  return found;
}

export function model(name: string): Model {
  const found = testCatalog().model(name);
  if (!found) throw new Error(`no model ${name}`);
  return found.model;
}

export function version(text: string): Version {
  const found = parseVersion(text);
  if (!found) throw new Error(`no version ${text}`);
  return found;
}

export const oneGpu: Layout = {
  tensor: 1,
  pipeline: 1,
  data: 1,
  attentionData: 1,
  expert: 1,
  sequence: 1,
  prefillContext: 1,
  decodeContext: 1,
};

export const settings: EngineSettings = {
  maxModelLen: 8192,
  maxNumSeqs: 1024,
  maxNumBatchedTokens: 8192,
  blockTokens: 16,
  prefixCaching: true,
  chunkedPrefill: true,
  longPrefillTokenThreshold: 0,
  enforceEager: false,
  asyncScheduling: true,
  cpuOffloadBytes: 0,
  lora: null,
  maxCaptureSize: 512,
  expertExchange: "gather",
  scheduling: { engine: "vllm", reserveFullPrompt: true },
};

const budget: VllmBudget = { engine: "vllm", gpuMemoryUtilization: 0.9, kvCacheMemoryBytes: null, graphsInBudget: false, cache };

type Changes = Partial<Omit<SettledPool, "layout" | "settings" | "budget">> & {
  readonly budget?: Partial<VllmBudget>;
  readonly layout?: Partial<Layout>;
  readonly settings?: Partial<EngineSettings>;
};

/** One H100 on vLLM 0.19.0 with the changes named. */
export function pool(changes: Changes = {}): SettledPool {
  const board = changes.gpu ?? gpu("H100-SXM5-80GB");
  const link = board.scaleUp ?? board.pcie;
  const engine = changes.version ?? version("0.19.0");
  return {
    role: "mixed",
    instances: 1,
    versionAssumed: false,
    gpusPerNode: 8,
    nodes: 1,
    shiftThreshold: null,
    weights: unquantised,
    activationBytes: 2,
    kvElementBytes: 2,
    kernels: [],
    linkKernels: null,
    links: { intraNode: link, interNode: link, latencySeconds: 0 },
    observed: { gpuTotalBytes: null, kvCacheBlocks: null },
    ...changes,
    gpu: board,
    version: engine,
    budget: {
      ...budget,
      graphsInBudget: atLeast(engine, "0.20.0"),
      cache: { ...cache, isV1: usesV1(engine, board, undefined) },
      ...changes.budget,
    },
    layout: { ...oneGpu, ...changes.layout },
    settings: { ...settings, ...changes.settings },
  };
}
