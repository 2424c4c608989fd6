import type { FlagReader } from "./flag-reader.ts";
import type { EngineContext } from "./settle-engine.ts";
import type { BatchOverlap, EngineSettings, ExpertExchange } from "./settled.ts";

/** Experts whose tokens are with every rank already are asked without an exchange; those of split experts are gathered. */
function isAsked({ layout }: EngineContext): boolean {
  return layout.attentionData > 1 && layout.expert > 1;
}

/** `--all2all-backend`, before 0.11.2 VLLM_ALL2ALL_BACKEND; `pplx` and `naive` fall back to gathering (VD14). */
export function vllmExchange(flags: FlagReader, context: EngineContext): ExpertExchange {
  if (!isAsked(context)) return "gather";
  const backend = flags.text("all2all-backend") ?? context.environment.get("VLLM_ALL2ALL_BACKEND")?.value ?? "allgather_reducescatter";
  switch (backend) {
    case "deepep_high_throughput":
      return "deepep-throughput";
    case "deepep_low_latency":
      return "deepep-latency";
    case "allgather_reducescatter":
    case "naive":
    case "pplx":
      return "gather";
    default:
      return "all-to-all";
  }
}

/** `--moe-a2a-backend`, and which of DeepEP's kernels; `auto` takes those for latency in decode steps (server_args.py). */
export function sglangExchange(flags: FlagReader, context: EngineContext): ExpertExchange {
  if (!isAsked(context)) return "gather";
  const backend = flags.text("moe-a2a-backend") ?? (flags.on("enable-deepep-moe") ? "deepep" : "none");
  if (backend === "none") return "gather";
  if (backend !== "deepep") return "all-to-all";
  const mode = flags.text("deepep-mode");
  return mode === "normal" ? "deepep-throughput" : mode === "low_latency" ? "deepep-latency" : "deepep-auto";
}

/** Over one NVLink fabric of several nodes tokens are sent, elsewhere gathered unless DeepEP is allowed (fused_moe_wide_ep.py, select_alltoall_method_type). */
export function tensorrtExchange(context: EngineContext): ExpertExchange {
  const { gpu, layout, model, environment } = context;
  if (!isAsked(context) || environment.get("TRTLLM_MOE_DISABLE_ALLTOALLV")?.value === "1") return "gather";
  if (layout.expert < (model.moe?.expertsPerToken ?? 1)) return "gather";
  if (gpu.scaleUpGpus > 8) return "all-to-all";
  return environment.get("TRTLLM_CAN_USE_DEEP_EP")?.value === "1" ? "deepep-latency" : "gather";
}

/** `--enable-dbo` cuts steps from its thresholds on, of which DeepEP's kernels alone can hide the exchange (config/parallel.py: 32 and 512 tokens). */
export function vllmOverlap(flags: FlagReader, context: EngineContext): Pick<EngineSettings, "batchOverlap"> {
  const exchange = vllmExchange(flags, context);
  if (flags.on("enable-dbo") !== true || (exchange !== "deepep-throughput" && exchange !== "deepep-latency")) return {};
  return overlap(flags.integer("dbo-decode-token-threshold") ?? 32, flags.integer("dbo-prefill-token-threshold") ?? 512);
}

/** `--enable-two-batch-overlap` cuts every step that it can. */
export function sglangOverlap(flags: FlagReader, context: EngineContext): Pick<EngineSettings, "batchOverlap"> {
  return flags.on("enable-two-batch-overlap") === true && sglangExchange(flags, context) !== "gather" ? overlap(2, 2) : {};
}

/** One token cannot be cut in two. */
function overlap(decodeTokens: number, prefillTokens: number): { readonly batchOverlap: BatchOverlap } {
  return { batchOverlap: { decodeTokens: Math.max(2, decodeTokens), prefillTokens: Math.max(2, prefillTokens) } };
}
