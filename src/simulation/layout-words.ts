import type { Layout, Settled, SettledPool } from "../deployment/settled.ts";
import { atLeast } from "../deployment/version.ts";
import type { StepMode } from "../timing/step-model.ts";

/** `TP 2 × SP 4`; a single GPU is `1 GPU`. */
export function layoutWords(layout: Layout): string {
  const parts = [`TP ${layout.tensor}`];
  const add = (name: string, size: number) => {
    if (size > 1) parts.push(`${name} ${size}`);
  };
  add("SP", layout.sequence);
  add("PP", layout.pipeline);
  add("DP", layout.data * layout.attentionData);
  add("PCP", layout.prefillContext);
  add("DCP", layout.decodeContext);
  add("EP", layout.expert);
  return parts.length === 1 && layout.tensor === 1 ? "1 GPU" : parts.join(" × ");
}

/** How a step of this mode is laid out: in `tensor` mode the sequence-parallel ranks join the tensor-parallel group. */
export function modeWords(layout: Layout, mode: StepMode): string {
  return layoutWords(mode === "tensor" ? { ...layout, tensor: layout.tensor * layout.sequence, sequence: 1 } : layout);
}

export function deploymentWords({ pools }: Settled): string {
  return pools
    .map((pool) => {
      const words = layoutWords(pool.layout);
      return pool.instances > 1 ? `${pool.instances} replicas of ${words}` : words;
    })
    .join(", ");
}

/** From 0.19 the first waiting request starts only when all of its prompt fits the free blocks (`--scheduler-reserve-full-isl`). */
export function reservesFullPrompt(pool: SettledPool): boolean {
  return atLeast(pool.version, "0.19.0");
}

/** Which scheduler is followed, in words. */
export function schedulerWords(pool: SettledPool): string {
  const { settings, version } = pool;
  const parts = [
    "first come first served",
    settings.chunkedPrefill ? "chunked prefill" : "whole prompts",
    settings.prefixCaching ? "prefix caching" : "no prefix caching",
    "preemption by recomputation",
  ];
  if (reservesFullPrompt(pool)) parts.push("whole prompt reserved");
  if (settings.asyncScheduling) parts.push("scheduling in the shadow of the step");
  return `vLLM V1 scheduler as of ${version.text}${pool.versionAssumed ? " (assumed)" : ""}: ${parts.join(", ")}`;
}
