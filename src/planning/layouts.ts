import type { Model } from "../catalog/facts.ts";
import type { Deployment, Parallel, Pool } from "../deployment/deployment.ts";
import { divisors } from "../deployment/divisors.ts";
import { sizeFlags } from "../deployment/engines/size-flags.ts";
import type { Located } from "../deployment/located.ts";
import { gpusPerInstance, type JudgedEngine, type Layout, type SettledPool } from "../deployment/settled.ts";

/** The sizes that one instance's GPUs are shared out by. */
export type Sizes = Pick<Layout, "tensor" | "pipeline" | "data" | "attentionData" | "expert" | "sequence">;

/**
 * Every way to share out the GPUs of one instance that the model's shape allows: heads split evenly over tensor and sequence ranks, no more
 * stages than layers, tensor groups within a node, experts split over all their ranks or not at all. Context parallelism stays as it is.
 */
export function layoutsOf(model: Model, pool: SettledPool, engine: JudgedEngine, hasSequence: boolean): readonly Sizes[] {
  const { layout, gpusPerNode } = pool;
  if (layout.prefillContext > 1 || layout.decodeContext > 1) return [];
  const gpus = gpusPerInstance(layout);
  const sizes = divisors([gpus], gpus);
  const made: Sizes[] = [];
  for (const tensor of sizes)
    for (const sequence of hasSequence ? sizes : [1])
      for (const pipeline of sizes) {
        const data = gpus / (tensor * sequence * pipeline);
        if (!Number.isInteger(data) || pipeline > model.layers) continue;
        if (model.heads % (tensor * sequence) !== 0 || tensor * sequence > Math.max(gpusPerNode, layout.tensor * layout.sequence)) continue;
        if (data > 1 && !canReplicate(engine, model, tensor)) continue;
        made.push(...withExperts({ tensor, pipeline, sequence }, data, model));
      }
  return made;
}

/** TensorRT-LLM replicates attention over the whole group or not at all, and has no independent engines behind one server (TR10). */
function canReplicate(engine: JudgedEngine, { moe }: Model, tensor: number): boolean {
  return engine !== "tensorrt-llm" || (moe !== null && tensor === 1);
}

/** Of a dense model `data` counts independent engines; of one with experts attention replicas, over experts split by tensor or spread whole. */
function withExperts(rest: Pick<Sizes, "tensor" | "pipeline" | "sequence">, data: number, { moe }: Model): readonly Sizes[] {
  if (!moe) return [{ ...rest, data, attentionData: 1, expert: 1 }];
  const ranks = rest.tensor * data;
  const split = { ...rest, data: 1, attentionData: data, expert: 1 };
  return ranks > 1 && moe.experts % ranks === 0 ? [split, { ...split, expert: ranks }] : [split];
}

export function sameSizes(a: Sizes, b: Sizes): boolean {
  return (
    a.tensor === b.tensor &&
    a.pipeline === b.pipeline &&
    a.data === b.data &&
    a.attentionData === b.attentionData &&
    a.expert === b.expert &&
    a.sequence === b.sequence
  );
}

/** What a pool's flags would have to become for other sizes: only those that differ; null takes one away. */
export function layoutFlags(pool: Pool, engine: JudgedEngine, sizes: Sizes): Readonly<Record<string, string | null>> {
  const { flags, parallel } = pool.engine;
  const now = new Map(sizeFlags[engine](parallel));
  const wanted = new Map(sizeFlags[engine](withSizes(parallel, sizes)));
  const changes: Record<string, string | null> = {};
  for (const [name, text] of wanted) if (now.get(name) !== text) changes[name] = text;
  for (const name of now.keys()) if (!wanted.has(name) && flags.has(name)) changes[name] = null;
  return changes;
}

/** Without ranks to divide there is nothing to shift between. */
function withSizes(parallel: Parallel, sizes: Sizes): Parallel {
  const size = (value: number): Located<number> => ({ value, origin: "argument" });
  return {
    ...parallel,
    tensor: size(sizes.tensor),
    pipeline: size(sizes.pipeline),
    data: size(sizes.data),
    attentionData: size(sizes.attentionData),
    expert: size(sizes.expert),
    sequence: size(sizes.sequence),
    shift: sizes.sequence > 1 ? parallel.shift : undefined,
  };
}

/** Whether the engine of a pool has sequence parallelism: Arctic Inference's plugin is there. */
export function hasSequenceParallel({ engine }: Deployment, pool: Pool): boolean {
  return engine === "vllm" && pool.engine.arctic?.value === true;
}
