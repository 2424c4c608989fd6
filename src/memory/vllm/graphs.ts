import type { Model } from "../../catalog/facts.ts";
import { captureSizes } from "../../deployment/defaults.ts";
import { atLeast } from "../../deployment/version.ts";
import type { Stage } from "../stages.ts";
import type { Term } from "../sum.ts";
import { isFittedStart } from "./fitted.ts";
import type { VllmPool } from "./pool.ts";
import { isV0, runnerOf } from "./runner.ts";
import { none, type Size, together } from "./size.ts";

const GiB = 2 ** 30;

/** Graphs of the batch sizes that are captured: their nodes by layer, and what attention keeps for the largest. Nothing when eager. */
export function cudaGraphs(model: Model, pool: VllmPool, stage: Stage): Term {
  const { settings } = pool;
  if (settings.enforceEager || settings.maxCaptureSize === 0) return { bytes: 0, formula: "0 GiB", confidence: "engine-law", spread: 0 };
  const size = together(nodes(pool, stage), splitBuffer(model, pool, stage));
  const isLogged = isFittedStart(model, pool) && atLeast(pool.version, "0.11.0") && settings.maxCaptureSize === 512;
  return { ...size, ...(isLogged ? { confidence: "fitted", spread: 0.2 * GiB } : { confidence: "estimated", spread: 0.5 * GiB }) };
}

/** Model Runner V2 measures no graphs before 0.30 (profile_cudagraph_memory): they come beside the budget whatever was asked. */
export function measuresGraphs(model: Model, pool: VllmPool): boolean {
  return runnerOf(model, pool) !== "v2" || atLeast(pool.version, "0.30.0");
}

/**
 * What the engine thinks its graphs will take, from two of each kind and the number of sizes; V2 measures those in pieces in full. A second
 * graph that opens a segment of the allocator, 20 MiB, counts as often as there are sizes: one of 15 kinds of logged starts was 1 GiB above.
 */
export function estimatedGraphs(model: Model, pool: VllmPool, stage: Stage): Term {
  const graphs = cudaGraphs(model, pool, stage);
  if (graphs.bytes === 0 || runnerOf(model, pool) === "v2") return graphs;
  return {
    bytes: estimatedShare * graphs.bytes,
    formula: `${estimatedShare} · (${graphs.formula})`,
    confidence: graphs.confidence,
    spread: 0.5 * GiB,
  };
}

/** The estimates of 15 kinds of logged starts beside what they then captured. */
const estimatedShare = 0.84;

/** From 0.11 sizes are captured whole, up to max-num-seqs, and in pieces between attention; V0 captured whole, earlier V1 in pieces (config/vllm.py). */
function captured(pool: VllmPool): { readonly whole: number; readonly pieces: number } {
  const { maxCaptureSize, maxNumSeqs } = pool.settings;
  const hasBoth = atLeast(pool.version, "0.11.0");
  return {
    whole: hasBoth || isV0(pool) ? Math.min(maxCaptureSize, maxNumSeqs) : 0,
    pieces: hasBoth || !isV0(pool) ? maxCaptureSize : 0,
  };
}

/** What experts add to the kernels of a dense layer. */
const furtherKernels = 1.2;

/** Fitted on starts of 8 to 80 layers, with experts of 24 and 27. */
function nodes(pool: VllmPool, { layers, expertLayers }: Stage): Size {
  const { whole, pieces } = captured(pool);
  const graphs = (captureSizes(whole).length + captureSizes(pieces).length) * variants(pool);
  const experts = expertLayers > 0 ? ` + ${furtherKernels} · ${expertLayers}` : "";
  return {
    bytes: (0.14 + 0.00016 * graphs * (layers + furtherKernels * expertLayers)) * GiB,
    formula: `(0.14 + 0.00016 · ${graphs} graphs · (${layers}${experts}) layers) GiB`,
  };
}

/** With adapters each size is captured with and without them (cudagraph_specialize_lora, from 0.12). */
function variants({ settings, version }: VllmPool): number {
  return settings.lora !== null && atLeast(version, "0.12.0") ? 2 : 1;
}

/** Splits of the sequence that a whole graph leaves room for, each with a float32 output of the largest batch (flash_attn.py, FlashAttention 3). */
const mostSplits = 32;
/** Above this batch no splits are foreseen. */
const largestSplitBatch = 992;

function splitBuffer(model: Model, pool: VllmPool, stage: Stage): Size {
  const { gpu, settings, layout } = pool;
  const isFlashAttention3 = Math.floor(gpu.computeCapability ?? 0) === 9 && pool.activationBytes === 2;
  const batch = captured(pool).whole;
  const hasSplits = isFlashAttention3 && !isV0(pool) && settings.maxCaptureSize <= largestSplitBatch;
  if (!hasSplits || stage.full + stage.sliding === 0) return none;
  const { mla, heads, valueHeadDim } = model;
  const own = Math.max(1, Math.ceil(heads / (layout.tensor * layout.sequence)));
  const width = mla ? mla.kvRank : valueHeadDim;
  return {
    bytes: mostSplits * batch * own * width * 4,
    formula: `${mostSplits} splits · ${batch} sequences · ${own} heads · ${width} · 4 B`,
  };
}
