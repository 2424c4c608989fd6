import type { Parallel, Pool } from "../deployment/deployment.ts";
import type { Range } from "../deployment/text.ts";
import { flagOf } from "./place.ts";

/** Ranks of one instance by kind, and how many GPUs they are. */
export interface Ranks {
  /** Of one attention replica. */
  readonly tensor: number;
  readonly sequence: number;
  readonly pipeline: number;
  readonly data: number;
  readonly context: number;
  /** Sizes in the engine's own words, whose product they are. */
  readonly parts: readonly { readonly word: string; readonly size: number }[];
  readonly product: number;
}

/** Members of `Parallel.unreadable` that the product depends on. */
const sizes = ["tensor", "pipeline", "data", "prefillContext", "sequence"];
/** Flags after which one server is only a part of a data-parallel group that spans several deployments. */
const groupFlags = [
  "data-parallel-size-local",
  "data-parallel-rank",
  "data-parallel-start-rank",
  "data-parallel-address",
  "data-parallel-external-lb",
  "data-parallel-hybrid-lb",
  "data-parallel-multi-port-external-lb",
  "headless",
];

/** Ranks of one instance; undefined where a size is written but cannot be read. */
export function ranksOf(parallel: Parallel): Ranks | undefined {
  if (sizes.some((name) => parallel.unreadable.has(name))) return undefined;
  const tensor = parallel.tensor.value;
  const sequence = parallel.sequence.value;
  const pipeline = parallel.pipeline.value;
  const context = parallel.prefillContext.value;
  // On MoE models the replicas of `data` are the attention replicas: the same GPUs under two names.
  const data = Math.max(parallel.data.value, parallel.attentionData.value);
  const parts = parallel.ranks?.map(({ word, size }) => ({ word, size: size.value })) ?? [
    { word: "TP", size: tensor },
    { word: "SP", size: sequence },
    { word: "PP", size: pipeline },
    { word: "DP", size: data },
    { word: "PCP", size: context },
  ];
  if (parts.some(({ size }) => !Number.isInteger(size) || size < 1)) return undefined;
  return { tensor, sequence, pipeline, data, context, parts, product: parts.reduce((all, { size }) => all * size, 1) };
}

/** Whether attention replicas and context ranks inside a stage leave whole tensor ranks; what does not divide is refused, and its rest means nothing. */
export function splitsEvenly({ ranks, tensor, attentionData }: Parallel): boolean {
  const stage = ranks?.find(({ word }) => word === "TP")?.size.value;
  return stage === undefined || (stage % tensor.value === 0 && (stage / tensor.value) % attentionData.value === 0);
}

/** Whether this server may be one of several that form a data-parallel group: then its own GPUs prove nothing. */
export function isPartOfGroup(pool: Pool): boolean {
  return groupFlags.some((name) => flagOf(pool, name) !== undefined);
}

/** `TP 4 × SP 2`, sizes of 1 left out except TP. */
export function layoutWords({ parts }: Pick<Ranks, "parts">): string {
  return parts
    .filter(({ word, size }) => word === "TP" || size > 1)
    .map(({ word, size }) => `${word} ${size}`)
    .join(" × ");
}

/** Where the sizes are written. */
export function sizeRanges({ tensor, sequence, pipeline, data, prefillContext, ranks }: Parallel): readonly (Range | undefined)[] {
  return ranks?.map(({ size }) => size.range) ?? [tensor.range, sequence.range, pipeline.range, data.range, prefillContext.range];
}

/** GPUs that one instance may use; undefined where neither the file nor its project says so. */
export function gpusAsked({ hardware }: Pool): number | undefined {
  const { gpusPerInstance, gpusPerNode, nodes } = hardware;
  if (gpusPerInstance) return gpusPerInstance.value;
  // A personal setting tells what machines usually have, not what this file asks for.
  if (!gpusPerNode || !nodes || gpusPerNode.origin === "setting") return undefined;
  return gpusPerNode.value * nodes.value;
}
