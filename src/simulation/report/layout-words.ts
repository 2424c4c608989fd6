import { missingRole } from "../../deployment/pool-pair.ts";
import type {
  Layout,
  Scheduling,
  Settled,
  SettledPool,
  SglangOrder,
  Speculation,
  TensorrtScheduling,
  VllmScheduling,
} from "../../deployment/settled.ts";
import type { StepMode } from "../../timing/step-model.ts";

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
      if (pool.role !== "mixed") return `${pool.instances} ${pool.role} of ${words}`;
      return pool.instances > 1 ? `${pool.instances} replicas of ${words}` : words;
    })
    .join(", ");
}

/** Why half of a pair of pools cannot be timed; undefined where none is missing. */
export function missingRoleWords(settled: Settled): string | undefined {
  const missing = missingRole(settled);
  return missing && `The deployment has a ${missing === "decode" ? "prefill" : "decode"} pool, but no ${missing} pool.`;
}

/** Which scheduler is followed, in words. */
export function schedulerWords({ settings, version, versionAssumed, speculation, budget }: SettledPool): string {
  const isV0 = budget.engine === "vllm" && !budget.cache.isV1;
  const { name, mixing, capacity } = policyWords(settings.scheduling, isV0);
  const parts = [
    orderWords(settings.scheduling),
    settings.chunkedPrefill ? "chunked prefill" : "whole prompts",
    settings.prefixCaching ? "prefix caching" : "no prefix caching",
    mixing,
    capacity,
  ];
  if (speculation) parts.push(speculationWords(speculation));
  if (settings.asyncScheduling) parts.push("scheduling in the shadow of the step");
  if (settings.scheduling.engine === "phased") return `${name}'s own scheduler: ${parts.join(", ")}`;
  return `${name} scheduler as of ${version.text}${versionAssumed ? " (assumed)" : ""}: ${parts.join(", ")}`;
}

const methodWords: Readonly<Record<Speculation["method"], string>> = {
  ngram: "n-grams of earlier text",
  suffix: "suffixes of earlier text",
  draft: "a draft model",
  eagle: "EAGLE",
  mtp: "multi-token prediction",
  heads: "heads of the model",
};

function speculationWords({ method, draftTokens, acceptance }: Speculation): string {
  const drafts = draftTokens === 1 ? "1 draft" : `${draftTokens} drafts`;
  return `${drafts} a step by ${methodWords[method]}, ${Math.round(100 * acceptance)} % accepted`;
}

const orders: Readonly<Record<SglangOrder, string>> = {
  lpm: "longest cached prefix first",
  "dfs-weight": "along the tree of prefixes",
  lof: "longest answer first",
  "shortest-prefill-first": "shortest prompt left first",
  random: "by chance",
};

function orderWords(scheduling: Scheduling): string {
  const order = scheduling.engine === "sglang" ? scheduling.order : undefined;
  return order ? orders[order] : "first come first served";
}

interface PolicyWords {
  readonly name: string;
  readonly mixing: string;
  readonly capacity: string;
}

function tensorrtCapacity({ reservesAnswer, staticBatch }: TensorrtScheduling): string {
  if (staticBatch) return "one batch to its end before the next";
  return reservesAnswer ? "prompt and answer reserved, no preemption" : "preemption by recomputation";
}

function vllmCapacity({ reserveFullPrompt, watermark, swapBytes }: VllmScheduling): string {
  const parts = [swapBytes === undefined ? "preemption by recomputation" : "preemption by swapping to host memory"];
  if (reserveFullPrompt) parts.unshift("whole prompt reserved");
  if (watermark !== undefined) parts.unshift(`${Math.round(1000 * watermark) / 10} % of the blocks kept free`);
  return parts.join(", ");
}

function policyWords(scheduling: Scheduling, isV0: boolean): PolicyWords {
  const mixed = "prompts and answers in one step";
  switch (scheduling.engine) {
    case "vllm":
      return {
        name: scheduling.decodesFirst ? "Sarathi-Serve" : isV0 ? "vLLM V0" : "vLLM V1",
        mixing: scheduling.promptsFirst ? "prompts before answers" : scheduling.decodesFirst ? "answers before prompts in one step" : mixed,
        capacity: vllmCapacity(scheduling),
      };
    case "sglang":
      return {
        name: "SGLang",
        mixing: scheduling.mixedChunk ? mixed : "prompts before answers",
        capacity: "retraction when the pool is full",
      };
    case "tensorrt-llm":
      return {
        name: "TensorRT-LLM",
        mixing: mixed,
        capacity: tensorrtCapacity(scheduling),
      };
    case "phased":
      return {
        name: scheduling.system,
        mixing: "prompts before answers",
        capacity: "prompt and answer reserved, no preemption",
      };
    default: {
      const never: never = scheduling;
      return never;
    }
  }
}
