import type { Gpu, Model } from "../../src/catalog/facts.ts";
import type { KvTiers } from "../../src/deployment/kv-tiers/kv-tiers.ts";
import type { EngineSettings, Layout, Settled, SettledPool, Speculation } from "../../src/deployment/settled.ts";
import type { MemoryPlan } from "../../src/memory/plan.ts";
import type { Outcome, Report } from "../../src/simulation/report/report.ts";
import type { Batch, StepModel } from "../../src/timing/step-model.ts";
import { cache, formatOf } from "../memory/plain-pool.ts";
import { plainShape } from "../memory/plain-shape.ts";

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
  maxModelLen: 16_384,
  maxNumSeqs: 256,
  maxNumBatchedTokens: 2048,
  blockTokens: 16,
  prefixCaching: false,
  chunkedPrefill: true,
  longPrefillTokenThreshold: 0,
  enforceEager: false,
  asyncScheduling: false,
  cpuOffloadBytes: 0,
  lora: null,
  maxCaptureSize: 512,
  expertExchange: "gather",
  scheduling: { engine: "vllm", reserveFullPrompt: true },
};

const gpu: Gpu = {
  id: "Test-80GB",
  vendor: "nvidia",
  architecture: "test",
  computeCapability: 9,
  memoryBytes: 80e9,
  driverBytes: 80e9,
  driverBytesAssumed: false,
  memoryBytesPerSecond: 3e12,
  flops: { bf16: 1e15 },
  scaleUp: null,
  pcie: { kind: "pcie", name: "PCIe", bytesPerSecond: 5e10, switched: false },
  scaleUpGpus: 8,
  watts: null,
  aliases: [],
  sources: [],
};

const model: Model = {
  id: "test/model-8b",
  architecture: "LlamaForCausalLM",
  layers: 32,
  hidden: 4096,
  heads: 32,
  kvHeads: 8,
  headDim: 128,
  valueHeadDim: 128,
  intermediate: 14_336,
  vocab: 128_256,
  maxPositions: 131_072,
  ropeScaling: null,
  tiedEmbeddings: false,
  fullAttentionLayers: 32,
  slidingLayers: 0,
  slidingWindow: null,
  moe: null,
  mla: null,
  recurrent: null,
  multimodal: false,
  weights: { method: "none", linear: "bf16", scaleBytesPerElement: 0 },
  dtype: "bf16",
  kvElementsPerLayer: 2048,
  parameters: 8e9,
  activeParameters: 8e9,
  approximate: false,
  source: "test",
};

export interface Setup {
  readonly layout?: Partial<Layout>;
  readonly settings?: Partial<EngineSettings>;
  readonly instances?: number;
  /** Blocks that requests can use. */
  readonly blocks?: number;
  readonly slo?: Settled["slo"];
  readonly version?: { readonly minor: number };
  readonly role?: SettledPool["role"];
  readonly kvTiers?: KvTiers;
  readonly speculation?: Speculation;
}

/** A chain of drafts, all computed by the model's own layers. */
export function drafting(draftTokens: number, acceptance: number, further: Partial<Speculation> = {}): Speculation {
  return {
    method: "mtp",
    draftTokens,
    depth: draftTokens,
    acceptance,
    found: 1,
    verifiesAll: false,
    passes: draftTokens,
    width: 1,
    lookahead: draftTokens,
    limit: null,
    ...further,
  };
}

/** A prefill and a decode pool, the bytes of the link between them in a second, and who makes the first token. */
export interface PairSetup {
  readonly prefill?: Setup;
  readonly decode?: Setup;
  readonly linkBytesPerSecond?: number;
  readonly slo?: Settled["slo"];
  readonly engine?: Settled["engine"];
}

export function settledPair({
  prefill = {},
  decode = {},
  linkBytesPerSecond = 5e10,
  slo = null,
  engine = "vllm",
}: PairSetup = {}): Settled {
  const link = { kind: "network" as const, name: "network", bytesPerSecond: linkBytesPerSecond, switched: true };
  const pool = (setup: Setup, role: SettledPool["role"]): SettledPool[] =>
    settledOf({ ...setup, role }).pools.map((one) => ({ ...one, gpusPerNode: 1, links: { ...one.links, interNode: link } }));
  return { ...settledOf({ slo }), engine, pools: [...pool(prefill, "prefill"), ...pool(decode, "decode")] };
}

export function settledOf(setup: Setup = {}): Settled {
  const minor = setup.version?.minor ?? 19;
  const link = { kind: "nvlink" as const, name: "NVLink", bytesPerSecond: 4.5e11, switched: true };
  const pool: SettledPool = {
    role: setup.role ?? "mixed",
    instances: setup.instances ?? 1,
    version: { text: `0.${minor}.0`, major: 0, minor, patch: 0, post: 0 },
    versionAssumed: false,
    gpu,
    gpusPerNode: 8,
    nodes: 1,
    layout: { ...oneGpu, ...setup.layout },
    shiftThreshold: null,
    weights: formatOf(model),
    activationBytes: 2,
    kvElementBytes: 2,
    settings: { ...settings, ...setup.settings },
    budget: { engine: "vllm", gpuMemoryUtilization: 0.9, kvCacheMemoryBytes: null, graphsInBudget: false, cache },
    kernels: [],
    linkKernels: null,
    links: { intraNode: link, interNode: link, latencySeconds: 0 },
    ...(setup.kvTiers ? { kvTiers: setup.kvTiers } : {}),
    observed: { gpuTotalBytes: null, kvCacheBlocks: null },
    ...(setup.speculation ? { speculation: setup.speculation } : {}),
  };
  return {
    id: "test",
    name: "test",
    engine: "vllm",
    model,
    pools: [pool],
    slo: setup.slo ?? null,
    workload: null,
    gpuHourPrice: null,
    assumed: [],
  };
}

export function planOf(setup: Setup = {}): MemoryPlan {
  const blockTokens = setup.settings?.blockTokens ?? settings.blockTokens;
  const blocks = (setup.blocks ?? 20_000) + 1;
  return {
    ranks: [],
    tightest: 0,
    fits: true,
    refusal: null,
    kvCacheTokens: blocks * blockTokens,
    kvCacheBlocks: blocks,
    kvShape: plainShape(blockTokens, 131_072),
    blockTokens,
    kvBytesPerToken: 131_072,
    maxConcurrency: 10,
    longestModelLen: blocks * blockTokens,
    confidence: "engine-law",
  };
}

/** A step model made by hand: seconds of a batch, split evenly over the stages. */
export function timing(seconds: (batch: Batch) => number, parts: Partial<StepModel> = {}): StepModel {
  const stages = parts.stages ?? 1;
  return {
    stages,
    mode: () => "tensor",
    stageSeconds: (batch) => seconds(batch) / stages,
    hostSeconds: () => 0,
    transferSeconds: () => 0,
    stepSeconds: seconds,
    anatomy: () => [],
    breakdown: (batch) => ({
      seconds: { matrix: 0.6 * seconds(batch), "prefill-attention": 0, "decode-attention": 0.4 * seconds(batch), collectives: 0, host: 0 },
      total: seconds(batch),
    }),
    requestSeconds: 0,
    promptTokenSeconds: 0,
    frontEnd: null,
    peakFlops: 1e15,
    peakBytesPerSecond: 3e12,
    flops: (batch) => 16e9 * batch.tokens,
    bytes: (batch) => 16e9 + 131_072 * batch.decodeContext,
    basis: "analytical",
    band: 0.3,
    firstTokenBand: 0.3,
    ...parts,
  };
}

/** Near what a real 8B model takes: weights once a step, then by token, context and attended pair. */
export const plausible = timing(
  (batch) =>
    Math.max(0.006, batch.tokens * 3.3e-5) +
    0.0008 +
    batch.decodeSequences * 4e-6 +
    batch.decodeContext * 4.9e-8 +
    batch.prefillPairs * 4e-10,
);

export function reportFrom(outcome: Outcome): Report {
  if (!outcome.report) throw new Error(`${outcome.error.code}: ${outcome.error.message}`);
  return outcome.report;
}
