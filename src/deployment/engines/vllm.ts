import type { Model } from "../../catalog/facts.ts";
import type { Parallel } from "../deployment.ts";
import { type Flags, flagNumber, isOn } from "../flag-sizes.ts";
import type { Located } from "../located.ts";
import { message } from "../message.ts";

const sizeFlags = {
  tensor: "tensor-parallel-size",
  pipeline: "pipeline-parallel-size",
  data: "data-parallel-size",
  sequence: "ulysses-sequence-parallel-size",
  prefillContext: "prefill-context-parallel-size",
  decodeContext: "decode-context-parallel-size",
} as const;

/**
 * Parallel sizes of one instance. vLLM's data parallelism keeps attention replicas in lock-step over shared experts on MoE models,
 * and independent engines behind one server on dense ones; expert parallelism spans tensor × data (vLLM 0.33 fused_moe/config.py).
 */
export function vllmParallel(flags: Flags, complete: boolean, model: Model | undefined): Parallel {
  const unreadable = new Set<string>();
  const size = (member: keyof typeof sizeFlags): Located<number> => {
    const name = sizeFlags[member];
    const written = flagNumber(flags, name);
    if (written && written.value > 0) return written;
    if (flags.has(name) || !complete) unreadable.add(member);
    return { value: 1, origin: "engine-default" };
  };
  const tensor = size("tensor");
  const pipeline = size("pipeline");
  const replicas = size("data");
  const sequence = size("sequence");
  const prefillContext = size("prefillContext");
  const decodeContext = size("decodeContext");
  const one: Located<number> = { value: 1, origin: "engine-default" };
  const expertParallel = isOn(flags, "enable-expert-parallel");
  const lockStep = model ? model.moe !== null : expertParallel === true;
  if (unreadable.has("data")) unreadable.add("attentionData");
  const expert = expertParallel ? expertSize(flags, tensor.value * replicas.value * prefillContext.value) : one;
  if (
    expertParallel === undefined ||
    (!complete && !expertParallel) ||
    (expertParallel && (unreadable.has("tensor") || unreadable.has("data")))
  )
    unreadable.add("expert");
  return {
    tensor,
    pipeline,
    data: lockStep ? one : replicas,
    attentionData: lockStep ? replicas : one,
    expert,
    sequence,
    prefillContext,
    decodeContext,
    shift: shift(flags),
    unreadable,
    written: {
      tp: flagNumber(flags, sizeFlags.tensor),
      pp: flagNumber(flags, sizeFlags.pipeline),
      dp: flagNumber(flags, sizeFlags.data),
      // Expert parallelism has a switch and no size of its own.
      ep: undefined,
    },
  };
}

function expertSize(flags: Flags, value: number): Located<number> {
  const flag = flags.get("enable-expert-parallel");
  const why = message("all ranks that share the experts: tensor × data");
  return flag ? { value, origin: flag.value?.origin ?? "file", range: flag.flagRange, why } : { value, origin: "file", why };
}

/** The threshold's default is 512 in Arctic Inference's code (args.py @9d46438); its manual page says 256. */
function shift(flags: Flags): Parallel["shift"] {
  const flag = flags.get("enable-shift-parallel");
  if (!flag || !isOn(flags, "enable-shift-parallel")) return undefined;
  const threshold = flagNumber(flags, "shift-parallel-threshold") ?? {
    value: 512,
    origin: "engine-default",
    why: message("the default in Arctic Inference's code"),
  };
  return { value: { threshold }, origin: flag.value?.origin ?? "file", range: flag.flagRange };
}
