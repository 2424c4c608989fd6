import type { Gpu } from "../../catalog/facts.ts";
import type { GpuKernels } from "../../catalog/kernels.ts";
import type { SettledPool } from "../../deployment/settled.ts";
import { MeasuredOperator } from "./measured-operator.ts";
import type { Card } from "./operator-law.ts";

/** DeepEP's two kernels on one rank, by its tokens, hidden size, choices, experts and ranks. */
export interface ExpertExchangeKernels {
  readonly dispatch: MeasuredOperator;
  readonly combine: MeasuredOperator;
}

/** Kernels are read once for all deployments that exchange over the same link. */
const built = new WeakMap<GpuKernels, Map<string, ExpertExchangeKernels | null>>();

/** As measured inside one node over a link of this kind; null where they were not. */
export function expertExchangeKernels(pool: SettledPool, aim: "latency" | "throughput"): ExpertExchangeKernels | null {
  const { linkKernels, budget, weights } = pool;
  if (!linkKernels) return null;
  const format = (weights.experts ?? weights).linear === "fp4" ? "nvfp4" : "bfloat16";
  const key = [aim, budget.engine, format, pool.links.intraNode.bytesPerSecond].join(" ");
  const known = built.get(linkKernels) ?? new Map<string, ExpertExchangeKernels | null>();
  built.set(linkKernels, known);
  const found = known.get(key);
  if (found !== undefined) return found;
  const dispatch = operator(pool, linkKernels, aim === "latency" ? "deepep_ll dispatch" : "deepep_ht dispatch", format);
  const combine = operator(pool, linkKernels, aim === "latency" ? "deepep_ll combine" : "deepep_ht combine", format);
  const made = dispatch && combine ? { dispatch, combine } : null;
  known.set(key, made);
  return made;
}

/** TensorRT-LLM's rows name what they send; vLLM's and SGLang's send what the engine does by default. */
function operator(pool: SettledPool, kernels: GpuKernels, kind: string, format: string): MeasuredOperator | null {
  const groups = kernels.groups.filter(
    (group) => group.table === "allToAll" && (group.kind === kind || group.kind === `${kind} ${format}`),
  );
  if (groups.length === 0) return null;
  const { scaleUp, pcie } = kernels.measuredOn;
  const { budget, gpu, links } = pool;
  const card = linkCard(kernels.measuredOn, (scaleUp ?? pcie).bytesPerSecond);
  return new MeasuredOperator("allToAll", [{ groups, card }], {
    engine: budget.engine,
    kinds: [kind],
    card: linkCard(gpu, links.intraNode.bytesPerSecond),
    basis: kernels.measuredOn.id === gpu.id ? "measured" : "interpolated",
  });
}

/** An exchange meets a card as its link. */
export function linkCard({ flops }: Gpu, bytesPerSecond: number): Card {
  const plainFlops = flops.bf16 ?? flops.fp16 ?? 1e14;
  return { flops: plainFlops, plainFlops, bytesPerSecond, elementBytes: 2 };
}
