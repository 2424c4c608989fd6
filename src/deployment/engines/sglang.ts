import type { Parallel } from "../deployment.ts";
import { type Flags, flagNumber, SizeReader } from "../flag-sizes.ts";
import type { Located } from "../located.ts";
import { message } from "../message.ts";

const one: Located<number> = { value: 1, origin: "engine-default" };

/**
 * Parallel sizes of one SGLang server. `--tp-size` counts the GPUs of a stage: attention replicas and context parallelism divide it,
 * `--dp-size` without attention DP multiplies it, expert parallelism lies within it (RULES SW01 to SW05, SW09; parallel_hook.py of 0.5.23).
 */
export function sglangParallel(flags: Flags, complete: boolean): Parallel {
  const sizes = new SizeReader(flags, complete);
  const stage = sizes.size("tp-size");
  const replicas = sizes.size("dp-size");
  const isAttentionDp = sizes.isOn("enable-dp-attention");
  const ownReplicas = flags.has("attn-dp-size") ? sizes.size("attn-dp-size") : one;
  const attentionData = isAttentionDp && ownReplicas === one ? replicas : ownReplicas;
  const data = isAttentionDp ? one : replicas;
  const context = flags.has("attn-cp-size") ? sizes.size("attn-cp-size") : one;
  const decodeContext = flags.has("dcp-size") ? sizes.size("dcp-size") : one;
  const unreadable = new Set<string>();
  const depends = (member: string, ...names: readonly string[]): void => {
    if (names.some((name) => sizes.unreadable.has(name))) unreadable.add(member);
  };
  const pipeline = sizes.size("pp-size");
  depends("tensor", "tp-size", "attn-dp-size", "attn-cp-size", "enable-dp-attention");
  if (isAttentionDp) depends("tensor", "dp-size");
  depends("pipeline", "pp-size");
  depends("data", "dp-size", "enable-dp-attention");
  depends("attentionData", "dp-size", "attn-dp-size", "enable-dp-attention");
  const expert = expertSize(flags, stage, sizes);
  depends("expert", "ep-size", "moe-a2a-backend");
  depends("prefillContext", "attn-cp-size");
  depends("decodeContext", "dcp-size");
  return {
    tensor: attentionTensor(stage, attentionData.value * context.value),
    pipeline,
    data,
    attentionData,
    expert,
    sequence: one,
    prefillContext: context,
    decodeContext,
    shift: undefined,
    unreadable,
    written: {
      tp: flagNumber(flags, "tp-size"),
      pp: flagNumber(flags, "pp-size"),
      dp: flagNumber(flags, "dp-size") ?? flagNumber(flags, "attn-dp-size"),
      ep: flagNumber(flags, "ep-size"),
    },
    ranks: [
      { word: "TP", size: stage },
      { word: "PP", size: pipeline },
      { word: "DP", size: data },
    ],
  };
}

/** GPUs of a stage over its attention groups; what does not divide is refused at start (SW04, SW05), here it is rounded down. */
function attentionTensor(stage: Located<number>, groups: number): Located<number> {
  if (groups <= 1) return stage;
  return {
    ...stage,
    value: Math.max(1, Math.floor(stage.value / groups)),
    why: message("{0} GPUs over {1} attention groups", stage.value, groups),
  };
}

/** DeepEP and its like run the experts over the whole stage, whatever `--ep-size` says (moe_hook.py of 0.5.23: ep_size = tp_size). */
function expertSize(flags: Flags, stage: Located<number>, sizes: SizeReader): Located<number> {
  const backend = flags.get("moe-a2a-backend")?.value?.value;
  const isWide =
    (backend !== undefined && backend !== null && /^(deepep|mooncake|mori|nixl)/.test(backend)) || flags.has("enable-deepep-moe");
  if (isWide) return { ...stage, why: message("the all-to-all backend spreads the experts over all GPUs of a stage") };
  return sizes.size("ep-size");
}
