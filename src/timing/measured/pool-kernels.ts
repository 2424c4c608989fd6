import type { DType, Gpu, WeightFormat } from "../../catalog/facts.ts";
import type { GpuKernels } from "../../catalog/kernels.ts";
import { elementBytes } from "../../catalog/weight-format.ts";
import type { SettledPool } from "../../deployment/settled.ts";
import { tellsRouting } from "../expert-routing.ts";
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
/** Every expert as often: what a known unevenness is put on. */
const evenRouting = "balanced";

/** Fewer points than this leave holes in a field of five sizes: the next GPU fills them, and without one wider shares do. */
const fewest = 20;

/** A field is built once for all deployments that ask the same of a GPU's kernels. */
const built = new WeakMap<GpuKernels, Map<string, MeasuredOperator | null>>();

/** Which kernels speak, the format whose peak they met, and the one whose peak this pool's meet. */
interface Spoken {
  readonly kinds: readonly string[];
  readonly measuredAs: DType;
  readonly runsAs: DType;
  /** Of one weight, or of one element of the cache. */
  readonly bytes: number;
}

export function poolKernels(pool: SettledPool): PoolKernels {
  const { kernels, gpu, budget, kvElementBytes } = pool;
  const cache = kvElementBytes < 2 ? "fp8" : "bfloat16";
  const operator = (table: PricedTable, spoken: Spoken): MeasuredOperator | null => {
    const [nearest] = kernels;
    const key = JSON.stringify([table, spoken, budget.engine, gpu.id, cardOf(gpu, spoken.runsAs, spoken.bytes)]);
    return nearest ? remembered(nearest, key, () => made(pool, table, spoken)) : null;
  };
  const cacheBytes = cache === "fp8" ? 1 : 2;
  return {
    gemm: (format, weights) => operator("gemm", gemmKernels(format, weights, gpu)),
    experts: (format, weights) => operator("experts", expertKernels(format, weights, gpu, tellsRouting(pool) ? evenRouting : usualRouting)),
    get prefill() {
      return operator("prefill", itself(cache, "bf16", 2));
    },
    get decode() {
      return operator("decode", itself(cache, "bf16", cacheBytes));
    },
    get latentPrefill() {
      return operator("latentPrefill", itself(`attention_only ${cache} bfloat16`, "bf16", 2));
    },
    get latentDecode() {
      return operator("latentDecode", itself(`attention_only ${cache} bfloat16`, "bf16", cacheBytes));
    },
  };
}

/** From as many of the GPUs as it takes to have enough rows. */
function made(pool: SettledPool, table: PricedTable, { kinds, measuredAs, runsAs, bytes }: Spoken): MeasuredOperator | null {
  const { kernels, gpu, budget } = pool;
  const sources: MeasuredSource[] = [];
  let found = 0;
  for (const { groups, measuredOn } of kernels) {
    if (found >= fewest) break;
    const own = groups.filter((group) => group.table === table && kinds.some((kind) => isOf(group.kind, kind)));
    sources.push({ groups: own, card: cardOf(measuredOn, measuredAs, bytes) });
    found += own.reduce((sum, { rows }) => sum + rows.length, 0);
  }
  if (found < fewest) return null;
  const isOwn = sources.length === 1 && kernels[0]?.measuredOn.id === gpu.id;
  const basis = isOwn ? "measured" : "interpolated";
  return new MeasuredOperator(table, sources, { engine: budget.engine, kinds, card: cardOf(gpu, runsAs, bytes), basis });
}

function itself(kind: string, format: DType, bytes: number): Spoken {
  return { kinds: [kind], measuredAs: format, runsAs: format, bytes };
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

/** Formats that a card has no units for are widened on the way: Marlin does so with 8-bit and 4-bit floats as with integers. */
function gemmKernels(format: DType, weights: WeightFormat, { flops }: Gpu): Spoken {
  const bytes = weightBytes(format, weights);
  const kind = gemmKind(format, weights);
  const isWidened = (format === "fp8" || format === "fp4") && flops[format] === undefined;
  if (isWidened) return { kinds: [format === "fp8" ? "int8_wo" : "int4_wo"], measuredAs: "bf16", runsAs: "bf16", bytes };
  return kind.endsWith("_wo") ? { kinds: [kind], measuredAs: "bf16", runsAs: "bf16", bytes } : itself(kind, format, bytes);
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

/** Where few kernels of a format were measured, those that stream as many bits through the same units speak for it too. */
function expertKernels(format: DType, weights: WeightFormat, { computeCapability }: Gpu, routing: string): Spoken {
  const bytes = weightBytes(format, weights);
  const routed = (kind: string): string => `${kind} ${routing}`;
  // With a scale a tensor or one a block: the same bits through the same units.
  if (format === "fp8")
    return { kinds: [routed(gemmKind(format, weights)), routed("fp8_block"), routed("fp8")], measuredAs: "fp8", runsAs: "fp8", bytes };
  if (format !== "fp4" || weights.method !== "mxfp4") return itself(routed(gemmKind(format, weights)), format, bytes);
  // Blackwell multiplies with activations of 8 bit (trtllm-gen kernels of FlashInfer); elsewhere Marlin widens weights as it does integers.
  return (computeCapability ?? 0) >= 10
    ? { kinds: [routed("nvfp4")], measuredAs: "fp4", runsAs: "fp8", bytes }
    : { kinds: [routed("int4_wo")], measuredAs: "int4", runsAs: "bf16", bytes };
}
