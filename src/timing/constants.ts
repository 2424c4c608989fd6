import type { DType } from "../catalog/facts.ts";

/**
 * Every constant of the step model with where it comes from. Kernel figures are fits on AIConfigurator's published tables of measured
 * kernels (aiconfigurator-core 0.12.0, systems/data, Apache-2.0) and LLMServingSim's RTX profiles (profiler/perf @5daddb2, MIT);
 * seconds unless the name says otherwise.
 */

/** How a matrix multiplication runs: floor + (memory⁴ + compute⁴)^¼, memory at a share of the bandwidth, compute at a share of the peak. */
export interface GemmRates {
  /** One kernel inside a CUDA graph, however small. */
  readonly floor: number;
  /** Share of the card's bandwidth at which weights stream. */
  readonly bandwidth: number;
  /** Share of the dense peak at large sizes. */
  readonly efficiency: number;
  /** How much of a part-filled last wave of tiles is lost, 0 … 1. */
  readonly wave: number;
}

export interface AttentionRates {
  readonly decodeFloor: number;
  /** Share of the bandwidth at which decode attention reads keys and values. */
  readonly decodeBandwidth: number;
  readonly prefillFloor: number;
  /** Share of the 16-bit peak that causal attention reaches on long prompts. */
  readonly prefillEfficiency: number;
  /** Prompt length at which it reaches half of that. */
  readonly prefillHalfTokens: number;
}

export interface Family {
  readonly bf16: GemmRates;
  readonly fp8: GemmRates;
  readonly int8: GemmRates;
  readonly int4: GemmRates;
  readonly fp4: GemmRates;
  /** Fused experts: the floor holds routing, permutation and both grouped multiplications. */
  readonly experts: Readonly<Record<"bf16" | "fp8" | "int8" | "int4" | "fp4", GemmRates>>;
  readonly attention: AttentionRates;
  /** Streaming multiprocessors: tiles that run at once. */
  readonly tilesAtOnce: number;
}

const us = 1e-6;
const gemm = (floorUs: number, bandwidth: number, efficiency: number, wave: number): GemmRates => ({
  floor: floorUs * us,
  bandwidth,
  efficiency,
  wave,
});

/** gemm.csv, vllm and sglang rows, median errors 3 to 12 %; moe.csv, vllm rows, 10 to 24 %; attention_*.csv, vllm rows, 6 to 13 %. */
const hopper: Family = {
  bf16: gemm(3.1, 0.88, 0.82, 0.33),
  fp8: gemm(5.5, 0.84, 0.61, 0.45),
  int8: gemm(5.5, 0.84, 0.61, 0.45),
  int4: gemm(6, 0.6, 0.75, 0.35),
  fp4: gemm(6, 0.55, 0.7, 0.35),
  experts: {
    bf16: gemm(36, 0.86, 0.37, 0),
    fp8: gemm(35, 0.82, 0.16, 0),
    int8: gemm(35, 0.8, 0.2, 0),
    int4: gemm(30, 0.5, 0.45, 0),
    fp4: gemm(24, 0.43, 0.45, 0),
  },
  attention: { decodeFloor: 12 * us, decodeBandwidth: 0.88, prefillFloor: 13 * us, prefillEfficiency: 0.67, prefillHalfTokens: 830 },
  tilesAtOnce: 132,
};

const ampere: Family = {
  bf16: gemm(4.7, 0.72, 0.87, 0.5),
  fp8: gemm(6, 0.7, 0.75, 0.4),
  int8: gemm(6, 0.75, 0.6, 0.3),
  int4: gemm(6, 0.6, 0.78, 0.33),
  fp4: gemm(6, 0.55, 0.7, 0.33),
  experts: {
    bf16: gemm(36, 0.78, 0.22, 0),
    fp8: gemm(36, 0.6, 0.22, 0),
    int8: gemm(36, 0.6, 0.22, 0),
    int4: gemm(30, 0.45, 0.4, 0),
    fp4: gemm(30, 0.4, 0.4, 0),
  },
  attention: { decodeFloor: 19 * us, decodeBandwidth: 0.69, prefillFloor: 11 * us, prefillEfficiency: 0.58, prefillHalfTokens: 493 },
  tilesAtOnce: 108,
};

const blackwell: Family = {
  bf16: gemm(3, 0.82, 0.7, 0.27),
  fp8: gemm(5.9, 0.75, 0.5, 0.36),
  int8: gemm(5.9, 0.75, 0.5, 0.36),
  int4: gemm(6, 0.55, 0.6, 0.3),
  fp4: gemm(6.3, 0.55, 0.46, 0.6),
  experts: {
    bf16: gemm(14, 0.84, 0.32, 0),
    fp8: gemm(18, 0.85, 0.31, 0),
    int8: gemm(18, 0.85, 0.31, 0),
    int4: gemm(30, 0.43, 0.5, 0),
    fp4: gemm(16, 0.72, 0.32, 0),
  },
  attention: { decodeFloor: 10.3 * us, decodeBandwidth: 0.9, prefillFloor: 11.5 * us, prefillEfficiency: 0.58, prefillHalfTokens: 1264 },
  tilesAtOnce: 148,
};

/** l40s tables; cards of the same generation without measurements take its shares. */
const ada: Family = {
  bf16: gemm(3.3, 0.8, 0.64, 0.1),
  fp8: gemm(4.2, 0.74, 0.49, 0.45),
  int8: gemm(4.2, 0.74, 0.49, 0.45),
  int4: gemm(5, 0.6, 0.6, 0.2),
  fp4: gemm(5, 0.55, 0.6, 0.2),
  experts: {
    bf16: gemm(9, 0.77, 0.28, 0),
    fp8: gemm(22, 0.73, 0.28, 0),
    int8: gemm(22, 0.7, 0.28, 0),
    int4: gemm(22, 0.65, 0.4, 0),
    fp4: gemm(13, 0.62, 0.36, 0),
  },
  attention: { decodeFloor: 11 * us, decodeBandwidth: 0.79, prefillFloor: 8.3 * us, prefillEfficiency: 0.52, prefillHalfTokens: 272 },
  tilesAtOnce: 142,
};

/** rtxpro6000 profile: gate-up of Llama-3.1-8B streams at 1.48 of 1.79 TB/s and reaches 417 of 468 TFLOP/s at 2,048 tokens. */
const blackwellWorkstation: Family = {
  ...ada,
  bf16: gemm(3.3, 0.84, 0.87, 0.1),
  fp8: gemm(4.2, 0.8, 0.7, 0.3),
  // attention.csv: 16 sequences read 268 MB in 205 µs and 67 MB in 60 µs; prompts of 512 to 1,384 tokens.
  attention: { decodeFloor: 12 * us, decodeBandwidth: 0.77, prefillFloor: 8.3 * us, prefillEfficiency: 0.53, prefillHalfTokens: 540 },
  tilesAtOnce: 188,
};

/** Nothing measured: shares between those above. */
const other: Family = { ...ampere, bf16: gemm(6, 0.7, 0.6, 0.3), fp8: gemm(7, 0.68, 0.5, 0.3), tilesAtOnce: 128 };

/** By vendor and compute capability. `measured` says whether kernels of this very generation were. */
export function familyOf(vendor: string, computeCapability: number | null): { readonly family: Family; readonly measured: boolean } {
  if (vendor !== "nvidia" || computeCapability === null) return { family: other, measured: false };
  if (computeCapability >= 12) return { family: blackwellWorkstation, measured: true };
  if (computeCapability >= 10) return { family: blackwell, measured: true };
  if (computeCapability >= 9) return { family: hopper, measured: true };
  if (computeCapability >= 8.9) return { family: ada, measured: true };
  if (computeCapability >= 8) return { family: ampere, measured: computeCapability === 8 };
  return { family: other, measured: false };
}

/** Which set of rates an element format uses. */
export function rateKey(format: DType): "bf16" | "fp8" | "int8" | "int4" | "fp4" {
  return format === "fp8" || format === "int8" || format === "int4" || format === "fp4" ? format : "bf16";
}

/**
 * Decode steps of servers against the tables' kernels: of what streaming the weights takes, the share that is not seen. FP8 per tensor on
 * H100 and H200 with vLLM and TensorRT-LLM alike, MXFP4 experts on H100 and B200 (silicon_e2e, concurrency up to 32).
 */
export const hiddenStreaming = { fp8: 0.16, mxfp4: 0.25 };
/** Share of the bandwidth at which element-wise kernels run at large sizes (act_fn at 2,048 tokens, rtxpro6000). */
export const elementwiseBandwidth = 0.85;
/** Routing is uneven: the busiest of several expert ranks against the mean (power-law rows of moe.csv). */
export const expertImbalance = 1.2;

/** Multiprocessors that DeepEP's kernels for throughput keep while they exchange; those for latency need none (DeepEP, README and buffer.py). */
export const exchangeMultiprocessors = 20;

/** Sampler of vLLM 0.19 at a vocabulary of 128k: 25 µs and 0.55 µs a sequence (rtxpro6000 per_sequence.csv). */
export const samplerFixedSeconds = 25 * us;
export const samplerSecondsPerLogit = (0.55 * us) / 128_256;

/** What 2, 4 and 8 ranks are worth. */
export type ByRanks = readonly [number, number, number];

/** A small all-reduce inside a CUDA graph, and the share of a link's one-direction rate that a large one moves. */
export interface ReduceRates {
  readonly floor: ByRanks;
  readonly share: ByRanks;
}

/** Links of which nothing was measured (other makers') take those of two A100 over NVLink; all traffic of cards without any crosses the hosts' bridges (L40S). */
export const linkReduce: ReduceRates = { floor: [5 * us, 5.4 * us, 6 * us], share: [0.65, 0.72, 0.74] };
export const pcieReduce: ReduceRates = { floor: [4.2 * us, 13 * us, 19 * us], share: [0.6, 0.13, 0.06] };

/** All-to-all and all-gather of NCCL inside a graph (collectives.csv alltoall, all_gather). */
export const allToAllFloor = 8 * us;
export const allToAllShare = 0.62;
export const gatherFloor = 7 * us;
export const gatherShare = 0.65;
/** Share of a network's rate that collectives reach over RDMA. */
export const networkShare = 0.8;
/** Several hops of a message between nodes in one collective. */
export const networkHops = 3;
/** A copy between neighbouring stages. */
export const sendFloor = 10 * us;
/** Share of a link's rate that a large copy reaches: 344 of 450 GB/s between two H100, 228 of 300 between two A100 (microsoft/vidur @7d47513, network profiles). */
export const sendShare = 0.76;

/** Half-width of the 80 % band of a step of cards that data sheets alone speak for: closed-loop rows timed so are 0.59 off (silicon_e2e). */
export const unmeasuredBand = 0.6;
