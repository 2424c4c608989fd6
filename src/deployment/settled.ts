import type { Gpu, GpuPrice, Link, Model, WeightFormat } from "../catalog/facts.ts";
import type { GpuKernels } from "../catalog/kernels.ts";
import type { Admission } from "./admission.ts";
import type { AppliedCalibration } from "./apply-calibration.ts";
import type { AppliedTiming } from "./apply-timing.ts";
import type { Slo } from "./deployment.ts";
import type { ExpertLoad } from "./expert-load.ts";
import type { KvTiers } from "./kv-tiers/kv-tiers.ts";
import type { LocalPrompts } from "./local-prompts.ts";
import type { Message } from "./message.ts";
import type { RoutingRule } from "./routing.ts";
import type { System } from "./systems/system.ts";
import type { Version } from "./version.ts";

/**
 * A deployment in plain numbers: what memory, timing and simulation work on. Nothing is optional and nothing has a range.
 * GPUs of an instance = tensor × attentionData × data × pipeline × sequence × prefillContext.
 */
export interface Settled {
  readonly id: string;
  readonly name: string;
  readonly engine: JudgedEngine;
  readonly model: Model;
  readonly pools: readonly SettledPool[];
  readonly slo: Slo | null;
  /** Built-in or own workload's name. */
  readonly workload: string | null;
  /** Over the instances; absent = as a plain Service spreads connections. */
  readonly routing?: RoutingRule;
  /** Over the instances that only decode; absent = as over the others. */
  readonly decodeRouting?: RoutingRule;
  /** Absent = whatever comes is taken. */
  readonly admission?: Admission;
  /** Absent = engines behind a router. */
  readonly system?: System;
  /** Prompts that decode instances compute themselves; absent = none. */
  readonly localPrompts?: LocalPrompts;
  /** Of every GPU, where somebody writes one; null = the table's of each. */
  readonly gpuHourPrice: number | null;
  /** What was assumed on the way, in words, for the page's "assumed values". */
  readonly assumed: readonly Assumption[];
}

/** A value nobody wrote down, with the setting that would fix it. */
export interface Assumption {
  readonly what: string;
  readonly value: string;
  readonly why: Message;
}

export interface Layout {
  readonly tensor: number;
  readonly pipeline: number;
  /** Independent engines behind one server. */
  readonly data: number;
  /** Attention replicas inside one engine, in lock-step (MoE). */
  readonly attentionData: number;
  /** Size of the expert-parallel group; 1 = experts are split by tensor over tensor × attentionData. */
  readonly expert: number;
  readonly sequence: number;
  readonly prefillContext: number;
  readonly decodeContext: number;
  /** Layers of each pipeline stage, where the environment fixes them (VP08). */
  readonly stageLayers?: readonly number[];
  /** Copies of busy experts that the balancer of expert parallelism adds to all ranks together. */
  readonly redundantExperts?: number;
  /** Vision towers that ranks do not share: each has them whole, or none does. */
  readonly towers?: "whole" | "none";
  /** Ranks that share parts which attention replicas do not hold whole (SGLang); absent = those of tensor. */
  readonly shared?: { readonly mlp: number; readonly sharedExperts: number; readonly head: number };
}

/** What is loaded for speculation beside the model. */
export type Drafter =
  /** The model's own further layers. */
  | { readonly kind: "own-layers"; readonly layers: number }
  | { readonly kind: "model"; readonly model: Model; readonly weights: WeightFormat; readonly tensor: number }
  /** Weights that are not known, and not counted. */
  | { readonly kind: "unsized"; readonly name: string };

/** How an engine drafts tokens that the model then verifies together. */
export interface Speculation {
  readonly method: "ngram" | "suffix" | "draft" | "eagle" | "mtp" | "heads";
  /** Tokens that a step verifies of a sequence beside its next one: all nodes of a tree. */
  readonly draftTokens: number;
  /** Longest chain among them: the most that can be accepted. */
  readonly depth: number;
  /** Chance that a draft is accepted where the one before it was. */
  readonly acceptance: number;
  /** Share of sequences for which a step finds something to draft. */
  readonly found: number;
  /** Sequences without a draft are as long in the step as those with one. */
  readonly verifiesAll: boolean;
  /** Passes of the drafter in a step; 0 = the host looks earlier text up. */
  readonly passes: number;
  /** Tokens of a sequence in a pass behind the first. */
  readonly width: number;
  /** Slots of the cache that each running request keeps beyond its next token. */
  readonly lookahead: number;
  /** Only so many sequences of a step draft, and none where more run; null = no such limit. */
  readonly limit: { readonly drafting: number | null; readonly running: number | null } | null;
}

export interface SettledPool {
  readonly role: "mixed" | "prefill" | "decode";
  readonly instances: number;
  readonly version: Version;
  /** The version is the newest known, because the file does not tell. */
  readonly versionAssumed: boolean;
  readonly gpu: Gpu;
  /** Absent where the table does not know what it costs. */
  readonly price?: GpuPrice;
  readonly gpusPerNode: number;
  readonly nodes: number;
  readonly layout: Layout;
  /** Tokens per step up to which a step runs as full tensor parallel; null = no Shift Parallelism. */
  readonly shiftThreshold: number | null;
  readonly weights: WeightFormat;
  /** Bytes of one activation element: 2, or 4 for float32. */
  readonly activationBytes: number;
  /** Bytes of one KV element: 2, 1 for fp8 caches. */
  readonly kvElementBytes: number;
  readonly settings: EngineSettings;
  readonly budget: MemoryBudget;
  /** How many times its own blocks a request may hold of other instances beside; absent where nobody lends any. */
  readonly borrowedTimes?: number;
  /** How unevenly experts are chosen; absent = as in the kernels' measurements. */
  readonly expertLoad?: ExpertLoad;
  /** Absent without speculation, or where it looks up earlier text. */
  readonly drafter?: Drafter;
  /** Absent without speculation. */
  readonly speculation?: Speculation;
  readonly links: PoolLinks;
  /** Stores of KV cache behind that of its GPUs; absent = none. */
  readonly kvTiers?: KvTiers;
  /** Measured kernels of this GPU and the nearest of its generation, nearest first. */
  readonly kernels: readonly GpuKernels[];
  /** Those whose exchanges between GPUs speak for this pool's link; null where none over its kind were measured. */
  readonly linkKernels: GpuKernels | null;
  /** Figures a real run reported, which override the memory model. */
  readonly observed: Observed;
}

export interface Observed {
  readonly gpuTotalBytes: number | null;
  readonly kvCacheBlocks: number | null;
  /** Memory of a calibration of this pool: what of it holds, and what does not. */
  readonly measured?: AppliedCalibration;
  /** How its steps differ from the predicted ones, as a benchmark or a live server measured. */
  readonly timing?: AppliedTiming;
}

/** Engines whose own memory arithmetic is followed. */
export type JudgedEngine = MemoryBudget["engine"];

/** How an engine divides a card: each has a law of its own. */
export type MemoryBudget = VllmBudget | SglangBudget | TensorrtBudget;

export interface VllmBudget {
  readonly engine: "vllm";
  /** Share of the card's total that weights, buffers and cache may take together (VM02). */
  readonly gpuMemoryUtilization: number;
  /** The cache's bytes as written, whatever the share leaves (VM05). */
  readonly kvCacheMemoryBytes: number | null;
  /** An estimate of the graphs is taken out of the budget (VM04). */
  readonly graphsInBudget: boolean;
  readonly cache: VllmCache;
}

/** What decides how vLLM lays out its cache beside the model and the version. */
export interface VllmCache {
  /** The V1 engine; V0 gives every layer the blocks of the whole context, and states lie beside its cache. */
  readonly isV1: boolean;
  /** Windows have blocks of their own; without, they keep the whole context. */
  readonly isGrouped: boolean;
  /** States of a sequence: one, those at the ends of the last steps, or one of every block (`mamba_cache_mode`). */
  readonly states: "none" | "align" | "all";
  /** Bytes of an element of a convolution's inputs. */
  readonly stateElementBytes: number;
  /** Bytes of an element of the recurrent matrix where a flag says so; null = as the model asks. */
  readonly matrixElementBytes: number | null;
  /** Tokens that a drafter adds to each step. */
  readonly draftTokens: number;
  /** Layers with a cache in a drafting head whose own sizes are not known: they are taken to be like the model's. */
  readonly headLayers: number;
}

export interface SglangBudget {
  readonly engine: "sglang";
  /** Share of what is free before loading that weights and cache may take; the rest is for activations and graphs (SM01, SM07). */
  readonly memFractionStatic: number;
  /** Nobody wrote the share: it is the engine's own sum (SM02). */
  readonly memFractionDerived: boolean;
  /** Half the band of the share: 0 unless it rests on a vision tower whose size is not known (SM05). */
  readonly memFractionSpread: number;
  /** Cap of the pool in tokens. */
  readonly maxTotalTokens: number | null;
  /** Tokens that layers with a window have in a pool of their own, for each token of the others; null = they keep every token. */
  readonly windowTokenRatio: number | null;
  /** Bytes of recurrent states for each byte of keys and values. */
  readonly stateRatio: number;
  /** How many states a replica has room for, where flags fix it instead. */
  readonly stateSlots: number | null;
  /** Bytes of one element of a state's matrix. */
  readonly stateElementBytes: number;
  readonly draft: SglangDraft | null;
}

/** A model that drafts tokens for the served one. */
export interface SglangDraft {
  /** Its layers that keep keys and values; null where the draft is a model of its own. */
  readonly layers: number | null;
  /** Loaded before the pool is sized and counted with it (from 0.5.13), or taken out of the reserve. */
  readonly isInShare: boolean;
}

export interface TensorrtBudget {
  readonly engine: "tensorrt-llm";
  /** Share of what is free after weights and activations that the cache takes (TR07). */
  readonly freeGpuMemoryFraction: number;
  /** Caps of the cache; the smallest counts (TR08). */
  readonly maxTokens: number | null;
  readonly maxBytes: number | null;
}

/** What an engine's own scheduler goes by, beside the limits that all of them have. */
export type Scheduling = VllmScheduling | SglangScheduling | TensorrtScheduling | PhasedScheduling;

export interface VllmScheduling {
  readonly engine: "vllm";
  /** A waiting request starts only when the whole of it fits the free blocks, not only its first chunk. */
  readonly reserveFullPrompt: boolean;
  /** Share of the cache's blocks that stay free when a request starts beside others; absent = none. */
  readonly watermark?: number;
  /** The V0 engine without chunks: whole prompts before answers, in steps of their own. Absent = one budget for both. */
  readonly promptsFirst?: true;
  /** Mooncake: the next chunk of a prompt enters the first pipeline stage while the one before it is in another. Absent = behind its end. */
  readonly chunksOverlap?: true;
  /** Sarathi-Serve: no answer waits for a prompt that was begun before it. Absent = all that run go in the order in which they began. */
  readonly decodesFirst?: true;
  /** Bytes of host memory on each GPU's side to which the V0 engine takes requests out; absent = it computes them again. */
  readonly swapBytes?: number;
  /** Decode steps from one look at arrivals to the next (V0, num-scheduler-steps); absent = each. */
  readonly receiveSteps?: number;
}

/** How SGLang orders those who wait, other than as they came: by cached prefix, along the tree of prefixes, by answer, by what is to be computed, or by chance. */
export type SglangOrder = "lpm" | "dfs-weight" | "lof" | "shortest-prefill-first" | "random";

export interface SglangScheduling {
  readonly engine: "sglang";
  /** Most prompt tokens of a step; beyond them no further prompt is added. */
  readonly maxPrefillTokens: number;
  /** Steps with prompts compute answers too. */
  readonly mixedChunk: boolean;
  /** Absent = as they came. */
  readonly order?: SglangOrder;
  /** How much of their longest answers running requests are expected to make, against the engine's own guess. */
  readonly conservativeness: number;
  /** Tokens of answer for which a decode instance keeps room, of each request that it has. */
  readonly reservedDecodeTokens: number;
  /** Decode steps from one look at arrivals to the next; behind a step with prompts it looks at once. */
  readonly receiveSteps: number;
  /** Tokens of one message to the client, who sees the first of them with the last (scheduler_output_processor_mixin.py). */
  readonly streamTokens: number;
}

export interface TensorrtScheduling {
  readonly engine: "tensorrt-llm";
  /** A request starts only when its longest answer fits too; without, a full cache takes the youngest one out. */
  readonly reservesAnswer: boolean;
  /** Requests start only where none runs, all that fit; absent = whenever one fits. */
  readonly staticBatch?: true;
  /** Somebody wrote the tokens of a step: a prompt beyond them is refused where it may not be cut. */
  readonly budgetIsWritten: boolean;
  /** Tokens of one message to the client behind the first, which is sent at once (py_executor.py, stream_interval). */
  readonly streamTokens: number;
  /** Prompts wait for so many steps beside answers, unless they fill this share of the token budget; null = not at all. */
  readonly batchWait: { readonly steps: number; readonly share: number } | null;
  /** Attention replicas begin prompts together, or after so many steps; together they wait for further ones. Null = each on its own. */
  readonly balance: { readonly timeoutSteps: number; readonly batchingSteps: number } | null;
}

/** What engines of papers go by: prompts whole and first, first come first served; who starts has room for its whole answer. */
export interface PhasedScheduling {
  readonly engine: "phased";
  /** Whose. */
  readonly system: string;
  /** Prompt tokens that share a step; a longer prompt has one of its own. Null = as many as saturate the instance. */
  readonly promptTokens: number | null;
  /** Answers give way to prompts so many steps in a row where a step's tokens do not suffice for both; null = always. */
  readonly mostPauses: number | null;
}

/** How an engine batches, defaults resolved for this version and GPU. */
export interface EngineSettings {
  readonly maxModelLen: number;
  /** max-model-len is `auto` or −1: the engine shortens maxModelLen to what its cache holds (VS04). */
  readonly lengthToFit?: true;
  readonly maxNumSeqs: number;
  readonly maxNumBatchedTokens: number;
  readonly blockTokens: number;
  readonly prefixCaching: boolean;
  readonly chunkedPrefill: boolean;
  readonly longPrefillTokenThreshold: number;
  readonly enforceEager: boolean;
  readonly asyncScheduling: boolean;
  readonly cpuOffloadBytes: number;
  /** Waiting requests of a scheduler beyond which it refuses the next (`--max-queued-requests` of SGLang); absent = as many as come. */
  readonly mostQueued?: number;
  /** Room kept for adapters: how many at once, of which rank at most; null where LoRA is off, or its rank known to nobody. */
  readonly lora: { readonly slots: number; readonly rank: number } | null;
  readonly maxCaptureSize: number;
  readonly expertExchange: ExpertExchange;
  /** Steps that are cut in two, so that one half's exchange of experts hides behind the other's work; absent = none. */
  readonly batchOverlap?: BatchOverlap;
  /** Experts are placed, and the busiest copied, by how often they are chosen: with their groups on one node where nodes divide these, or anywhere. */
  readonly expertsBalanced?: "by-group" | "anywhere";
  readonly scheduling: Scheduling;
}

/**
 * How tokens of attention replicas reach the ranks of their experts and come back: every rank gathers all of them and sums are scattered,
 * each is sent where its experts are, or DeepEP's kernels do so: those for throughput, for latency, or for latency in decode steps alone.
 */
export type ExpertExchange = "gather" | "all-to-all" | "deepep-throughput" | "deepep-latency" | "deepep-auto";

/** Least tokens of a step that is cut in two: of one that only decodes, and of one with prompts. */
export interface BatchOverlap {
  readonly decodeTokens: number;
  readonly prefillTokens: number;
}

export interface PoolLinks {
  /** Between GPUs of one node. */
  readonly intraNode: Link;
  /** Between nodes, per GPU. */
  readonly interNode: Link;
  /** Nobody says how fast the network between nodes is. */
  readonly networkAssumed?: true;
  readonly latencySeconds: number;
}

export function gpusPerInstance({ tensor, attentionData, data, pipeline, sequence, prefillContext }: Layout): number {
  return tensor * attentionData * data * pipeline * sequence * prefillContext;
}

export function gpusOf(pool: SettledPool): number {
  return gpusPerInstance(pool.layout) * pool.instances;
}

/** What keeps a deployment from being settled, each with what would settle it. */
export interface Missing {
  readonly what: "model" | "gpu" | "parallel" | "gpus" | "instances" | "engine" | "settings";
  readonly message: Message;
}
export type Settlement =
  | { readonly settled: Settled; readonly missing?: undefined }
  | { readonly settled?: undefined; readonly missing: readonly Missing[] };
