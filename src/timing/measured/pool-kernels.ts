import type { DType, Gpu, WeightFormat } from "../../catalog/facts.ts";
import type { GpuKernels } from "../../catalog/kernels.ts";
import { elementBytes } from "../../catalog/weight-format.ts";
import type { SettledPool } from "../../deployment/settled.ts";
import { MeasuredOperator, type MeasuredSource } from "./measured-operator.ts";
import type { Card, PricedTable } from "./operator-law.ts";

/** Operators of one pool that kernels were measured of; null where none of that format were. */
export interface PoolKernels {
  gemm(format: DType, weights: WeightFormat): MeasuredOperator | null;
  experts(format: DType, weights: WeightFormat): MeasuredOperator | null;
  readonly prefill: MeasuredOperator | null;
  readonly decode: MeasuredOperator | null;
  readonly latentPrefill: MeasuredOperator | null;
  readonly latentDecode: MeasuredOperator | null;
}

/** Tokens choose experts by a power law: between even and this lies what is seen in serving. */
const usualRouting = "power_law_1.01";

/** Fewer points than this leave holes in a field of five sizes: the next GPU fills them, and without one wider shares do. */
const fewest = 20;

/** A field is built once for all deployments that ask the same of a GPU's kernels. */
const built = new WeakMap<GpuKernels, Map<string, MeasuredOperator | null>>();

interface Asked {
  readonly table: PricedTable;
  readonly kinds: readonly string[];
  readonly format: DType;
  readonly bytes: number;
}

export function poolKernels({ kernels, gpu, budget: { engine }, kvElementBytes }: SettledPool): PoolKernels {
  const cache = kvElementBytes < 2 ? "fp8" : "bfloat16";
  const operator = (table: PricedTable, kinds: readonly string[], format: DType, bytes: number): MeasuredOperator | null => {
    const [nearest] = kernels;
    const key = JSON.stringify([table, kinds, engine, gpu.id, cardOf(gpu, format, bytes)]);
    return nearest ? remembered(nearest, key, () => made(kernels, gpu, engine, { table, kinds, format, bytes })) : null;
  };
  const cacheBytes = cache === "fp8" ? 1 : 2;
  return {
    gemm: (format, weights) => operator("gemm", [gemmKind(format, weights)], format, weightBytes(format, weights)),
    experts: (format, weights) => operator("experts", expertKinds(format, weights, gpu), format, weightBytes(format, weights)),
    prefill: operator("prefill", [cache], "bf16", 2),
    decode: operator("decode", [cache], "bf16", cacheBytes),
    latentPrefill: operator("latentPrefill", [`attention_only ${cache} bfloat16`], "bf16", 2),
    latentDecode: operator("latentDecode", [`attention_only ${cache} bfloat16`], "bf16", cacheBytes),
  };
}

/** From as many of the GPUs as it takes to have enough rows. */
function made(kernels: readonly GpuKernels[], gpu: Gpu, engine: string, { table, kinds, format, bytes }: Asked): MeasuredOperator | null {
  const sources: MeasuredSource[] = [];
  let found = 0;
  for (const { groups, measuredOn } of kernels) {
    if (found >= fewest) break;
    const own = groups.filter((group) => group.table === table && kinds.some((kind) => isOf(group.kind, kind)));
    sources.push({ groups: own, card: cardOf(measuredOn, format, bytes) });
    found += own.reduce((sum, { rows }) => sum + rows.length, 0);
  }
  if (found < fewest) return null;
  const isOwn = sources.length === 1 && kernels[0]?.measuredOn.id === gpu.id;
  const basis = isOwn ? "measured" : "interpolated";
  return new MeasuredOperator(table, sources, { engine, kinds, card: cardOf(gpu, format, bytes), basis });
}

/** Kinds of experts end in how tokens choose them. */
function isOf(kind: string, asked: string): boolean {
  return kind === asked || (kind.split(" ").length === 2 && kind.split(" ")[0] === asked.split(" ")[0]);
}

function remembered(kernels: GpuKernels, key: string, make: () => MeasuredOperator | null): MeasuredOperator | null {
  const known = built.get(kernels) ?? new Map<string, MeasuredOperator | null>();
  built.set(kernels, known);
  const found = known.get(key);
  if (found !== undefined) return found;
  const made = make();
  known.set(key, made);
  return made;
}

/** What the card multiplies this format at: 16 bit where it has no units for it. */
function cardOf({ flops, memoryBytesPerSecond }: Gpu, format: DType, bytes: number): Card {
  const plainFlops = flops.bf16 ?? flops.fp16 ?? 1e14;
  return { flops: flops[format] ?? plainFlops, plainFlops, bytesPerSecond: memoryBytesPerSecond, elementBytes: bytes };
}

function weightBytes(format: DType, weights: WeightFormat): number {
  return format === "bf16" || format === "fp16" ? 2 : elementBytes[format] + weights.scaleBytesPerElement;
}

/** A format as the tables of matrix products name it. */
function gemmKind(format: DType, { method, block }: WeightFormat): string {
  switch (format) {
    case "fp8":
      return block === undefined ? "fp8" : "fp8_block";
    case "int8":
      return method === "compressed-tensors" ? "sq" : "int8_wo";
    case "int4":
      return "int4_wo";
    case "fp4":
      return method === "mxfp4" ? "mxfp4" : "nvfp4";
    default:
      return "bfloat16";
  }
}

/** Kinds that speak for the experts' format, nearest first: those that stream as many bits through the same units stand for it. */
function expertKinds(format: DType, weights: WeightFormat, { computeCapability }: Gpu): readonly string[] {
  const routed = (kind: string): string => `${kind} ${usualRouting}`;
  if (format !== "fp4" || weights.method !== "mxfp4") return [routed(gemmKind(format, weights))];
  // Blackwell multiplies four bits itself (trtllm-gen kernels of FlashInfer); elsewhere they are widened on the way in (Marlin, Triton).
  return (computeCapability ?? 0) >= 10 ? [routed("nvfp4")] : [routed("w4a16_mxfp4"), routed("int4_wo")];
}
